#pragma once

#include "consumers/throughline/session.h"

namespace throughline::cli {

// The feeds of a data directory as a log to publish on, through its owner or under its lock. It
// only appends; whatever else is asked of it is kInvalid. The session must outlive it. Threads:
// one.
class SessionLog final : public log::EventLog {
 public:
  explicit SessionLog(Session& session) : session_(session) {}
  Result<void> Create(std::string_view topic) override;  // an append makes its topic
  Result<std::vector<std::string>> Topics() override;
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<log::Message>& messages) override;
  Result<std::unique_ptr<log::Reader>> Read(std::string_view topic, std::int64_t from) override;
  Result<std::int64_t> Start(std::string_view topic) override;
  Result<std::int64_t> End(std::string_view topic) override;
  Result<void> Trim(std::string_view topic, std::int64_t before) override;

 private:
  Session& session_;
};

}  // namespace throughline::cli
