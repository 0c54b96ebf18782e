#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/log/event_log.h"

namespace throughline::log {

// The log in memory: for tests, cases and simulation. The same calls give the same records. What it
// acknowledged stays for as long as it lives, unless one of the faults below is asked for.
// Threads: any, at once. `clock` must outlive it; it is read under the log's lock.
class MemoryLog final : public EventLog {
 public:
  explicit MemoryLog(const Clock& clock) : clock_(clock) {}

  Result<void> Create(std::string_view topic) override;
  Result<std::vector<std::string>> Topics() override;
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<Message>& messages) override;
  Result<std::unique_ptr<Reader>> Read(std::string_view topic, std::int64_t from) override;
  Result<std::int64_t> Start(std::string_view topic) override;
  Result<std::int64_t> End(std::string_view topic) override;
  Result<void> Trim(std::string_view topic, std::int64_t before) override;

  // Faults.
  // The next append, to whatever topic, fails with kUnavailable after its first `kept` messages:
  // those stand, unacknowledged, and can be read.
  void FailNextAppend(std::size_t kept = 0);
  // Loses every record that stands unacknowledged at its topic's end.
  void DropUnacknowledged();
  // Loses the records from `from` on, acknowledged or not, as a broker that lost its disk.
  void LoseTail(std::string_view topic, std::int64_t from);
  // As an operator deletes a topic; its readers are told at their next poll.
  void Delete(std::string_view topic);
  // Puts other bytes in the place of a record's value. CHECKs that the record is there.
  void Edit(std::string_view topic, std::int64_t offset, std::string value);

 private:
  friend class MemoryReader;

  struct Topic {
    std::int64_t start = 0;
    std::int64_t acknowledged = 0;  // the end of what was acknowledged
    Millis last_appended = 0;
    std::vector<Record> records;  // the first has the offset `start`
    std::int64_t end() const { return start + static_cast<std::int64_t>(records.size()); }
  };

  Result<Topic*> Find(std::string_view topic);

  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable grown_;
  std::map<std::string, Topic, std::less<>> topics_;
  std::optional<std::size_t> fail_next_;
};

}  // namespace throughline::log
