#pragma once

#include "consumers/throughline/data_directory.h"
#include "consumers/throughline/log_source.h"
#include "consumers/throughline/socket.h"
#include "engine/base/result.h"
#include "engine/log/event_log.h"
#include "throughline/v1/service.pb.h"

namespace throughline::cli {

// A data directory that no process runs on, and where its log lies.
struct AtRest {
  DataDirectory directory;
  LogSource source;
};

// Answers there. What only reads opens the log and the stores as they lie; what writes to an
// embedded log takes the lock, appends, syncs and leaves. Nothing is decided or folded: that is for
// `up`. kConflict: a process has the lock but does not answer yet. kUnavailable: the brokers are
// away.
Result<v1::Response> AnswerOffline(const AtRest& at, const v1::Request& request,
                                   const OnProgress& progress);

// Appends to a feed or another topic that people may write. kInvalid: a topic that one module alone
// writes (the journal, alerts, dead letters).
Result<v1::AppendAnswer> AppendTo(log::EventLog& log, const v1::AppendRequest& request);

// kInvalid: the log lies on brokers.
Result<void> CanCopy(const LogSource& source);
// Makes the directory of a copy. kExists: something is there.
Result<void> MakeTarget(const std::string& target);
// Copies the settings beside a copied log, and counts what was copied.
Result<v1::CopyAnswer> CopySettings(const DataDirectory& from, const std::string& to);

}  // namespace throughline::cli
