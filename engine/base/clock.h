#pragma once

#include <cstdint>

namespace throughline {

// An instant: milliseconds since 1970-01-01T00:00Z, as the journal holds them. Local time is UK
// time (uk_time.h).
using Millis = std::int64_t;

constexpr Millis kSecond = 1000;
constexpr Millis kMinute = 60 * kSecond;
constexpr Millis kHour = 60 * kMinute;
constexpr Millis kDay = 24 * kHour;
// Earlier and later than any time that a contact can state (the years 1 and 9999).
constexpr Millis kEarliest = -62135596800000;
constexpr Millis kLatest = 253402300799999;

// The one source of the present. Only shells hold one: folds, rules and validation are given their
// instants.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Millis Now() const = 0;
};

// The machine's clock. Threads: any.
class SystemClock final : public Clock {
 public:
  Millis Now() const override;
};

// A clock that a test or a case sets. Threads: one.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Millis now) : now_(now) {}
  Millis Now() const override { return now_; }
  void Set(Millis now) { now_ = now; }

 private:
  Millis now_;
};

}  // namespace throughline
