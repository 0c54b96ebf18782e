#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/clock.h"

// When time passes: whether a tick may be appended now. Pure.
namespace throughline::intake {

struct TickLimits {
  // How long a feed that is not read up to the tick may delay it. Counted from when the feed fell
  // behind, so that one that stays behind delays no further tick.
  Millis grace = 10 * kMinute;
  // A tick further than this beyond the last waits for an operator: the clock may have jumped, or
  // the system slept.
  Millis largest_step = 7 * kDay;
  // A clock further than this from the broker's makes every tick wait.
  Millis broker_difference = kMinute;
};

// How far one feed has been read.
struct FeedProgress {
  std::string topic;
  std::int64_t read = 0;               // the next offset to be decided on
  std::optional<std::int64_t> end;     // as the feed reported it, asked after the clock passed the
                                       // tick; absent: it could not be asked
  bool readable = true;                // false: the last attempt to read it failed
  std::optional<Millis> behind_since;  // by the clock; absent: it is not behind
  Millis last_received = 0;   // when the log took its last record, or when it was activated
  Millis expected_every = 0;  // 0: nothing is expected
};

// What the journal says of time.
struct TickState {
  Millis interval = kMinute;
  Millis last_tick = 0;    // 0: none yet
  Millis opened = 0;       // when the journal began: stands for the last tick before the first
  Millis held_at = 0;      // the tick that waits for an operator; 0: none
  Millis released_at = 0;  // the tick that an operator let pass; 0: none
};

struct NotDue {};
// Feeds are still being read up to `at`.
struct WaitForFeeds {
  Millis at = 0;
};
struct TickNow {
  Millis at = 0;
  std::vector<std::string> behind;
  std::vector<std::string> silent;
  std::vector<std::string> unreadable;  // of `behind`
};
// The writer lives but may not tick.
struct HoldTick {
  std::string why;
  Millis at = 0;  // the tick that waits; 0: none, the clock itself is at fault
};
using TickDecision = std::variant<NotDue, WaitForFeeds, TickNow, HoldTick>;

// The tick that is due by the clock: the greatest multiple of the interval that is not after `now`,
// if it is after the last; the one that is held, while it is. Nothing: none is.
std::optional<Millis> DueTick(const TickState& state, Millis now);

// Decides on the tick `at`, which DueTick gave for this or an earlier `now`, or on what the clock's
// state demands when there is none. `broker` is the broker's time at `now`, where known. After a
// stop one tick suffices; time never goes back.
TickDecision DecideTick(const TickState& state, std::optional<Millis> at, Millis now,
                        std::optional<Millis> broker, const std::vector<FeedProgress>& feeds,
                        const TickLimits& limits);

// The instant at which something is placed now. Never before what was placed last. A clock that
// claims a jump beyond the largest step is not believed until an operator lets its tick pass: once
// it is put right again, the journal's times would else be stuck in the future.
Millis PlacedAt(const TickState& state, Millis now, Millis last_placed, const TickLimits& limits);

}  // namespace throughline::intake
