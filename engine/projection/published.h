#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/log/event_log.h"

namespace throughline::projection {

// What the topics already hold, by id: for each, the last generation whose folds made it. Threads:
// one.
class Published {
 public:
  explicit Published(log::EventLog& log) : log_(log) {}

  // Reads what a topic holds beyond what was read of it. kUnavailable: the log is, or there are
  // more ids than are kept.
  Result<void> Read(std::string_view topic);
  // A topic was made anew: what it held is not there, and all are to be read again.
  void Forget();
  bool Knows(std::string_view topic) const { return read_.contains(topic); }
  // Whether it is there; then it is noted that this generation made it.
  bool Made(std::string_view topic, std::string_view id, std::uint32_t generation);
  // Appended by this process.
  void Add(std::string_view topic, std::string_view id, std::uint32_t generation);
  // Those that this generation did not make.
  std::uint64_t MadeByOthers(std::uint32_t generation) const;

 private:
  using Id = std::array<char, 32>;
  struct Entry {
    Id id{};
    std::uint32_t generation = 0;
  };
  static Id IdOf(std::string_view topic, std::string_view id);
  std::uint32_t* Find(const Id& id);
  void Insert(const Id& id, std::uint32_t generation);

  log::EventLog& log_;
  std::map<std::string, std::int64_t, std::less<>> read_;  // up to where each topic was read
  std::vector<Entry> sorted_;
  std::map<Id, std::uint32_t> recent_;  // joins sorted_ from time to time
};

}  // namespace throughline::projection
