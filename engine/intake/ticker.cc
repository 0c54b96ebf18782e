#include "engine/intake/ticker.h"

#include <fmt/core.h>

#include <algorithm>

namespace throughline::intake {
namespace {

Millis LastOf(const TickState& state) {
  return state.last_tick != 0 ? state.last_tick : state.opened;
}

bool CaughtUp(const FeedProgress& feed) {
  return feed.readable && feed.end && feed.read >= *feed.end;
}

// Why the clock cannot be believed; nothing when it can. One that differs from the broker's is put
// right, not released.
std::optional<HoldTick> Doubt(const TickState& state, Millis at, Millis now,
                              std::optional<Millis> broker, const TickLimits& limits) {
  const Millis ahead = now - broker.value_or(now);
  if (std::max(ahead, -ahead) > limits.broker_difference) {
    return HoldTick{
        fmt::format("the writer's clock is {} s {} the broker's: time passes again "
                    "when both are right",
                    std::max(ahead, -ahead) / kSecond, ahead > 0 ? "ahead of" : "behind"),
        0};
  }
  if (at - LastOf(state) > limits.largest_step && state.released_at != at) {
    return HoldTick{
        fmt::format("more than {} h have passed since the last tick: an operator releases it",
                    limits.largest_step / kHour),
        at};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Millis> DueTick(const TickState& state, Millis now) {
  if (state.held_at != 0 && state.held_at > LastOf(state) && state.held_at <= now) {
    return state.held_at;
  }
  Millis at = now - now % state.interval;
  if (at <= LastOf(state)) return std::nullopt;
  return at;
}

TickDecision DecideTick(const TickState& state, std::optional<Millis> at, Millis now,
                        std::optional<Millis> broker, const std::vector<FeedProgress>& feeds,
                        const TickLimits& limits) {
  if (!at) {
    if (now + state.interval < state.last_tick) {
      return HoldTick{"the clock is behind the last tick", 0};
    }
    return NotDue{};
  }
  if (auto hold = Doubt(state, *at, now, broker, limits)) return *std::move(hold);
  TickNow tick{*at, {}, {}, {}};
  for (const FeedProgress& feed : feeds) {
    if (feed.expected_every > 0 && *at - feed.last_received > feed.expected_every) {
      tick.silent.push_back(feed.topic);
    }
    if (CaughtUp(feed)) continue;
    if (now - feed.behind_since.value_or(now) < limits.grace) return WaitForFeeds{*at};
    tick.behind.push_back(feed.topic);
    if (!feed.readable || !feed.end) tick.unreadable.push_back(feed.topic);
  }
  return tick;
}

Millis PlacedAt(const TickState& state, Millis now, Millis last_placed, const TickLimits& limits) {
  Millis believed = std::max(LastOf(state), state.released_at) + limits.largest_step;
  return std::max(std::min(now, believed), last_placed);
}

}  // namespace throughline::intake
