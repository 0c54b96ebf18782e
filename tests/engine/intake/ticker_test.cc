#include "engine/intake/ticker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throughline::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Millis kStart = 1794819600000;  // on the minute
static_assert(kStart % kMinute == 0);

TickState After(Millis last_tick) {
  return {.interval = kMinute, .last_tick = last_tick, .opened = kStart - kDay};
}

FeedProgress Feed(std::string topic, std::int64_t read, std::optional<std::int64_t> end) {
  FeedProgress feed;
  feed.topic = std::move(topic);
  feed.read = read;
  feed.end = end;
  feed.last_received = kStart;
  return feed;
}

TickDecision Decide(const TickState& state, Millis now, const std::vector<FeedProgress>& feeds = {},
                    std::optional<Millis> broker = std::nullopt) {
  return DecideTick(state, DueTick(state, now), now, broker, feeds, {});
}

TEST(TickerTest, TicksFallOnMultiplesOfTheInterval) {
  EXPECT_EQ(DueTick(After(kStart), kStart + kMinute - 1), std::nullopt);
  EXPECT_EQ(DueTick(After(kStart), kStart + kMinute), kStart + kMinute);
  EXPECT_EQ(DueTick(After(kStart), kStart + 90 * kSecond), kStart + kMinute);
}

TEST(TickerTest, AfterAStopOneTickSuffices) {
  auto decision = Decide(After(kStart), kStart + 6 * kDay + 30 * kSecond);
  ASSERT_TRUE(std::holds_alternative<TickNow>(decision));
  EXPECT_EQ(std::get<TickNow>(decision).at, kStart + 6 * kDay);
}

TEST(TickerTest, TheFirstTickFollowsTheOpening) {
  TickState state{.interval = kMinute, .last_tick = 0, .opened = kStart + 10 * kSecond};
  EXPECT_EQ(DueTick(state, kStart + 20 * kSecond), std::nullopt);
  EXPECT_EQ(DueTick(state, kStart + kMinute), kStart + kMinute);
}

TEST(TickerTest, TimeNeverGoesBack) {
  EXPECT_TRUE(std::holds_alternative<NotDue>(Decide(After(kStart), kStart - 30 * kSecond)));
  auto decision = Decide(After(kStart), kStart - kHour);
  ASSERT_TRUE(std::holds_alternative<HoldTick>(decision));
  EXPECT_EQ(std::get<HoldTick>(decision).at, 0);
}

TEST(TickerTest, AClockAtTheYear2038WaitsForAnOperator) {
  constexpr Millis k2038 = 2147483647000;
  auto decision = Decide(After(kStart), k2038);
  ASSERT_TRUE(std::holds_alternative<HoldTick>(decision));
  EXPECT_EQ(std::get<HoldTick>(decision).at, k2038 - k2038 % kMinute);
}

TEST(TickerTest, OnceTheClockIsRightAgainTheHeldTickIsForgotten) {
  TickState state = After(kStart);
  state.held_at = 2147483640000;
  auto decision = Decide(state, kStart + kMinute);
  ASSERT_TRUE(std::holds_alternative<TickNow>(decision));
  EXPECT_EQ(std::get<TickNow>(decision).at, kStart + kMinute);
}

TEST(TickerTest, SevenDaysPassAndMoreWait) {
  EXPECT_TRUE(std::holds_alternative<TickNow>(Decide(After(kStart), kStart + 7 * kDay)));
  EXPECT_TRUE(std::holds_alternative<HoldTick>(Decide(After(kStart), kStart + 7 * kDay + kMinute)));
}

TEST(TickerTest, TheTickThatAnOperatorReleasedPassesAndNoOther) {
  TickState state = After(kStart);
  state.held_at = kStart + 8 * kDay;
  Millis now = kStart + 8 * kDay + 2 * kHour;
  ASSERT_TRUE(std::holds_alternative<HoldTick>(Decide(state, now)));

  state.released_at = kStart + 9 * kDay;
  EXPECT_TRUE(std::holds_alternative<HoldTick>(Decide(state, now)));

  state.released_at = state.held_at;
  auto decision = Decide(state, now);
  ASSERT_TRUE(std::holds_alternative<TickNow>(decision));
  EXPECT_EQ(std::get<TickNow>(decision).at, kStart + 8 * kDay);
}

TEST(TickerTest, AClockFarFromTheBrokersHolds) {
  Millis now = kStart + kMinute;
  EXPECT_TRUE(std::holds_alternative<TickNow>(Decide(After(kStart), now, {}, now + kMinute)));
  EXPECT_TRUE(std::holds_alternative<HoldTick>(Decide(After(kStart), now, {}, now + kMinute + 1)));
  const TickDecision ahead = Decide(After(kStart), now, {}, now - kHour);
  ASSERT_TRUE(std::holds_alternative<HoldTick>(ahead));
  EXPECT_THAT(std::get<HoldTick>(ahead).why, testing::HasSubstr("3600 s ahead of the broker's"));
  // To release it would not help: whatever tick comes next would be wrong too.
  EXPECT_EQ(std::get<HoldTick>(ahead).at, 0);
}

TEST(TickerTest, EveryFeedIsReadUpToTheTickFirst) {
  Millis now = kStart + kMinute;
  EXPECT_TRUE(std::holds_alternative<TickNow>(Decide(After(kStart), now, {Feed("a", 7, 7)})));
  EXPECT_TRUE(std::holds_alternative<TickNow>(Decide(After(kStart), now, {Feed("a", 9, 7)})));
  EXPECT_TRUE(std::holds_alternative<WaitForFeeds>(Decide(After(kStart), now, {Feed("a", 6, 7)})));
  EXPECT_TRUE(std::holds_alternative<WaitForFeeds>(
      Decide(After(kStart), now, {Feed("a", 7, 7), Feed("b", 7, std::nullopt)})));
}

TEST(TickerTest, AFeedThatCannotBeReadIsNotCaughtUpWhateverItsOffsets) {
  FeedProgress feed = Feed("a", 7, 7);
  feed.readable = false;
  EXPECT_TRUE(
      std::holds_alternative<WaitForFeeds>(Decide(After(kStart), kStart + kMinute, {feed})));
}

TEST(TickerTest, AfterTenMinutesItTicksAndNamesWhatIsBehind) {
  Millis now = kStart + 11 * kMinute;
  FeedProgress backlog = Feed("a", 6, 7);
  FeedProgress lost = Feed("b", 6, std::nullopt);
  backlog.behind_since = lost.behind_since = now - 10 * kMinute + 1;
  EXPECT_TRUE(std::holds_alternative<WaitForFeeds>(Decide(After(kStart), now, {backlog, lost})));

  backlog.behind_since = lost.behind_since = now - 10 * kMinute;
  auto decision = Decide(After(kStart), now, {backlog, Feed("c", 1, 1), lost});
  ASSERT_TRUE(std::holds_alternative<TickNow>(decision));
  EXPECT_THAT(std::get<TickNow>(decision).behind, ElementsAre("a", "b"));
  EXPECT_THAT(std::get<TickNow>(decision).unreadable, ElementsAre("b"));
}

TEST(TickerTest, ASilentFeedIsNamedAndDelaysNothing) {
  FeedProgress feed = Feed("a", 1, 1);
  feed.expected_every = kHour;
  auto at_the_hour = Decide(After(kStart), kStart + kHour, {feed});
  ASSERT_TRUE(std::holds_alternative<TickNow>(at_the_hour));
  EXPECT_THAT(std::get<TickNow>(at_the_hour).silent, IsEmpty());
  auto beyond = Decide(After(kStart), kStart + kHour + kMinute, {feed});
  ASSERT_TRUE(std::holds_alternative<TickNow>(beyond));
  EXPECT_THAT(std::get<TickNow>(beyond).silent, ElementsAre("a"));
}

TEST(TickerTest, NothingIsPlacedBeforeWhatWasPlacedLast) {
  EXPECT_EQ(PlacedAt(After(kStart), kStart + 5, kStart, {}), kStart + 5);
  EXPECT_EQ(PlacedAt(After(kStart), kStart - kHour, kStart, {}), kStart);
}

TEST(TickerTest, AClockThatJumpedDoesNotCarryThePlacingWithIt) {
  constexpr Millis k2038 = 2147483647000;
  EXPECT_EQ(PlacedAt(After(kStart), k2038, kStart, {}), kStart + 7 * kDay);
  TickState released = After(kStart);
  released.released_at = kStart + 20 * kDay;
  EXPECT_EQ(PlacedAt(released, kStart + 20 * kDay + 1, kStart, {}), kStart + 20 * kDay + 1);
}

}  // namespace
}  // namespace throughline::intake
