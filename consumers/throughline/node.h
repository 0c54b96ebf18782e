#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "consumers/throughline/data_directory.h"
#include "consumers/throughline/log_source.h"
#include "consumers/throughline/socket.h"
#include "engine/base/settings.h"
#include "engine/intake/intake.h"
#include "engine/projection/host.h"

namespace throughline::cli {

// Which parts of the engine a process runs. Two processes may share a data directory, one for each:
// intake's state and the projections' stores have a lock each, and both bear the directory's
// instance, so that the alerts of the writer's own projections are published.
enum class Parts { kAll, kIntake, kProjections };

// One process on one data directory: the log, intake, and the host of chronology and risk. It owns
// the directory, or its part of it, from Open until it is destroyed. On brokers intake is writer or
// standby, as the journal says. Threads: any may call Answer; one opens and destroys it.
class Node {
 public:
  struct Options {
    LogSource source;
    Parts parts = Parts::kAll;
  };
  // kNotFound: no record was begun there (`throughline init`). kConflict: another process owns it.
  // kCorrupt: the log is damaged. kUnavailable: the brokers or the disk are; it may be tried again.
  // kInvalid: a topic's settings on the brokers, or parts of a record with an embedded log.
  static Result<std::unique_ptr<Node>> Open(const DataDirectory& directory, const Clock& clock,
                                            const Settings& settings, const Options& options);
  ~Node();

  // Begins to take contacts and to listen on the socket.
  Result<void> Start();
  // Until it is `stopped`, or intake ends or the stores read the journal no further by a final
  // error, which is returned.
  Result<void> RunUntil(const std::function<bool()>& stopped);

  v1::Response Answer(const v1::Request& request, const OnProgress& progress);

 private:
  Node(DataDirectory directory, const Clock& clock, Settings settings, Options options);
  Result<void> OpenParts();
  Result<void> OpenHost(const log::JournalReader::Limits& limits);
  Result<v1::Response> Handle(const v1::Request& request, const OnProgress& progress);
  Result<v1::InspectAnswer> Inspect(const v1::InspectRequest& request);
  Result<v1::RebuildAnswer> Rebuild(const OnProgress& progress);
  Result<v1::CopyAnswer> CopyTo(const std::string& target);
  Result<v1::IdentityAnswer> Identity(const v1::IdentityRequest& request) const;
  Result<v1::AppendAnswer> Append(const v1::AppendRequest& request);
  Result<v1::WaitAnswer> Wait(const v1::WaitRequest& request);
  std::optional<Seq> AwaitDecided(const std::string& feed, std::int64_t offset, Millis timeout);
  bool WaitForIntake(Seq seq, Millis timeout);
  bool Await(const std::function<bool()>& holds, Millis timeout);

  DataDirectory directory_;
  const Clock& clock_;
  Settings settings_;
  Options options_;
  std::string instance_;
  std::atomic<bool> is_open_{false};  // until then whoever opens it is told what is wrong
  OpenedLog log_;
  std::unique_ptr<intake::Intake> intake_;  // where its part runs here
  std::unique_ptr<projection::Host> host_;  // the same
  std::unique_ptr<SocketServer> server_;
  std::jthread intake_thread_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::optional<Result<void>> intake_end_;  // guarded by mutex_
  bool stopping_ = false;                   // guarded by mutex_
};

// When a reader of the record parks: after three of its tick intervals. A record that cannot be
// read has the limits' own. kUnavailable: as EventLog.
Result<log::JournalReader::Limits> ReadingLimits(log::EventLog& log);
projection::Host::Options HostOptions(const DataDirectory& directory, const Settings& settings,
                                      const log::JournalReader::Limits& limits);
// The folds of the one host, in order: chronology, then risk.
projection::Host::Folds MakeFolds();
intake::Settings IntakeSettings(const DataDirectory& directory, const Settings& settings,
                                const log::JournalReader::Limits& limits);
log::LocalLog::Options LogOptions(const Settings& settings);
// How much of a disk of so many bytes log and stores leave free: with less, one of them takes
// nothing.
std::uint64_t FreeBytesNeeded(const DataDirectory& directory, const Settings& settings,
                              std::uint64_t disk_bytes);

}  // namespace throughline::cli
