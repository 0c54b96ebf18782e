#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/log/memory_log.h"
#include "tests/sim/random.h"

// The simulated broker, and each process's connection to it.
namespace throughline::sim {

// The world's clock as one process or the broker sees it.
class SkewedClock final : public Clock {
 public:
  explicit SkewedClock(const Clock& world) : world_(world) {}
  Millis Now() const override { return world_.Now() + skew; }
  Millis skew = 0;

 private:
  const Clock& world_;
};

struct Broker {
  explicit Broker(const Clock& clock) : log(clock) {}
  log::MemoryLog log;
  // Appends on the way: their writer died or gave up before they landed.
  struct InFlight {
    std::string topic;
    std::vector<log::Message> messages;
  };
  std::vector<InFlight> in_flight;
  // The oldest of them lands.
  void LandOne();
};

// What an append of a client meets next.
enum class AppendFault {
  kNone,
  kLost,      // nothing lands, an error comes back
  kPrefix,    // a part lands, an error comes back
  kLanded,    // all of it lands, and an error comes back
  kInFlight,  // an error comes back, and it lands later
};

// One process's view of the broker. Never waits.
class Client final : public log::EventLog {
 public:
  Client(Broker& broker, Random& random) : broker_(broker), random_(random) {}

  Result<void> Create(std::string_view topic) override;
  Result<std::vector<std::string>> Topics() override;
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<log::Message>& messages) override;
  Result<std::unique_ptr<log::Reader>> Read(std::string_view topic, std::int64_t from) override;
  Result<std::int64_t> Start(std::string_view topic) override;
  Result<std::int64_t> End(std::string_view topic) override;
  Result<void> Trim(std::string_view topic, std::int64_t before) override;

  // Faults, set by the world.
  bool away = false;                              // every call: kUnavailable
  std::set<std::string, std::less<>> unreadable;  // topics
  AppendFault append_fault = AppendFault::kNone;  // of the next append, to whatever topic
  bool died = false;                              // set by kInFlight: its process must go
  std::size_t short_reads = 0;                    // percent of polls that bring less than there is
  std::function<void(std::string_view)> on_append;  // before an append lands

 private:
  friend class ClientReader;
  Result<void> Reach(std::string_view topic) const;
  Result<std::vector<std::int64_t>> Fail(AppendFault fault, std::string_view topic,
                                         const std::vector<log::Message>& messages);

  Broker& broker_;
  Random& random_;
};

}  // namespace throughline::sim
