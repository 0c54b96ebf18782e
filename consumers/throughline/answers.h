#pragma once

#include <functional>
#include <memory>

#include "consumers/throughline/log_source.h"
#include "consumers/throughline/socket.h"
#include "engine/base/result.h"
#include "engine/log/event_log.h"
#include "engine/projection/view.h"
#include "throughline/v1/service.pb.h"

// What is read: the same whether a process runs on the data directory or not.
namespace throughline::cli {

struct Sources {
  log::EventLog& log;
  std::function<Result<std::shared_ptr<const projection::View>>()> open;
};

// Answers the requests that only read (chronology, alerts, who knew, difference, find, read).
// kInvalid: another request.
Result<v1::Response> AnswerReading(const v1::Request& request, const Sources& sources);

// The same of a log on brokers, which may be away: then it says so, and what else is known can
// still be told. Of an embedded log every topic is verified where the chain is asked for.
Result<v1::InspectAnswer> InspectSource(const v1::InspectRequest& request, log::EventLog& log,
                                        const LogSource& source);

// The journal's own part of an inspection: partnership, head, topics; the whole chain when asked.
Result<v1::InspectAnswer> InspectLog(const v1::InspectRequest& request, log::EventLog& log);

}  // namespace throughline::cli
