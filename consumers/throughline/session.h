#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consumers/throughline/offline.h"
#include "consumers/throughline/socket.h"
#include "engine/base/result.h"
#include "engine/log/event_log.h"
#include "throughline/v1/service.pb.h"

namespace throughline::cli {

// A data directory as a command sees it: asked through its owner's socket when a process runs on
// it, else opened for each question (reading without the lock, writing under it). The answers are
// the same. With brokers named there need be no directory: enough to publish. Threads: one.
class Session {
 public:
  // kNotFound: there is no such data directory; the text says how to make one. kInvalid: it holds a
  // log of its own, and brokers are named.
  static Result<std::unique_ptr<Session>> Open(const std::string& directory,
                                               const BrokerOptions& brokers = {});

  // Whether a process runs, or intake alone.
  bool running() const { return client_ != nullptr || intake_ != nullptr; }
  bool embedded() const { return at_.source.embedded(); }
  // Whose answers are waited for, in words.
  std::string Answerer() const;
  // The response that is not an error.
  Result<v1::Response> Ask(const v1::Request& request, const OnProgress& progress = {});

  // How an agency's feed stands with the process that runs; nothing: none is at hand that knows.
  // One that was never activated is not active.
  Result<std::optional<v1::FeedStatus>> FeedOf(const std::string& agency);
  // Whether an agency ever had a feed, as far as contacts were taken; nothing: no intake is at
  // hand.
  Result<std::optional<bool>> HadFeed(const std::string& agency);
  // The log beside whoever owns it.
  Result<std::unique_ptr<log::EventLog>> OpenForReading() const;
  // Whether an agency's feed attests, as far as contacts were taken; nothing: no intake is at hand.
  Result<std::optional<bool>> Attests(const std::string& agency);

  // Appends durably; the offsets.
  Result<std::vector<std::int64_t>> Append(const std::string& topic,
                                           const std::vector<log::Message>& messages);
  // With an owner: until what was appended there is decided, and folded where stores are kept; and
  // published, unless intake runs apart. False: not in time, or nobody runs.
  Result<bool> Wait(const std::string& topic, std::int64_t offset, Millis timeout);

 private:
  explicit Session(AtRest at) : at_(std::move(at)) {}
  Result<v1::Response> AskOne(SocketClient& client, const v1::Request& request,
                              const OnProgress& progress);
  Result<v1::Response> Inspect(const v1::Request& request);
  // As FeedOf, with nobody running as the state at rest has it: topic and whether it attests alone.
  Result<std::optional<v1::FeedStatus>> LastKnownFeed(const std::string& agency);
  Result<v1::Response> AppendAtRest(const v1::Request& request);

  AtRest at_;
  std::unique_ptr<SocketClient> client_;  // of whoever has the stores
  std::unique_ptr<SocketClient> intake_;  // of intake that runs apart
  OpenedLog brokers_;                     // once something was appended there with nobody running
};

v1::LogMessage ToProto(const log::Message& message);
log::Message FromProto(const v1::LogMessage& message);

}  // namespace throughline::cli
