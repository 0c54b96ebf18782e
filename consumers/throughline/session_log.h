#pragma once

#include "consumers/throughline/session.h"
#include "consumers/throughline/waiting.h"

namespace throughline::cli {

// The feeds of a data directory as a log to publish on, through its owner or under its lock. It
// only appends, and says where it waits for that; whatever else is asked of it is kInvalid. What it
// is given must outlive it. Threads: one.
class SessionLog final : public log::EventLog {
 public:
  SessionLog(Session& session, Waiting& waiting) : session_(session), waiting_(waiting) {}
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
  Waiting& waiting_;
};

}  // namespace throughline::cli
