#pragma once

#include <memory>
#include <string>
#include <vector>

#include "consumers/throughline/socket.h"
#include "engine/base/result.h"
#include "engine/log/event_log.h"
#include "throughline/v1/service.pb.h"

namespace throughline::cli {

// A data directory as a command sees it: asked through its owner's socket when a process runs on
// it, else opened for each question (reading without the lock, writing under it). The answers are
// the same. Threads: one.
class Session {
 public:
  // kNotFound: there is no such data directory; the text says how to make one.
  static Result<std::unique_ptr<Session>> Open(const std::string& directory);

  bool running() const { return client_ != nullptr; }
  const std::string& directory() const { return directory_; }
  // The response that is not an error.
  Result<v1::Response> Ask(const v1::Request& request, const OnProgress& progress = {});

  // Appends durably; the offsets.
  Result<std::vector<std::int64_t>> Append(const std::string& topic,
                                           const std::vector<log::Message>& messages);
  // With an owner: until what was appended there is decided, folded and published. False: not in
  // time, or nobody runs.
  Result<bool> Wait(const std::string& topic, std::int64_t offset, Millis timeout);

 private:
  explicit Session(std::string directory) : directory_(std::move(directory)) {}
  std::string directory_;
  std::unique_ptr<SocketClient> client_;
};

v1::LogMessage ToProto(const log::Message& message);
log::Message FromProto(const v1::LogMessage& message);

}  // namespace throughline::cli
