#include "engine/intake/takeover.h"

#include <gtest/gtest.h>

namespace throughline::intake {
namespace {

v1::Decision Took(std::string instance) {
  v1::Decision decision;
  decision.mutable_took()->set_instance(std::move(instance));
  return decision;
}

v1::Decision TickOf(const std::vector<std::string>& unreadable) {
  v1::Decision decision;
  decision.mutable_tick()->set_at_ms(1);
  for (const std::string& topic : unreadable) decision.mutable_tick()->add_unreadable(topic);
  return decision;
}

Takeover Standby(std::string_view last_writer = "other") {
  return Takeover({.instance = "me", .interval = kMinute, .sole = false}, last_writer);
}

// Looks at the journal's end every ten seconds.
void Quiet(Takeover& takeover, Millis from, Millis until) {
  for (Millis now = from; now <= until; now += 10 * kSecond) takeover.ReachedEnd(now);
}

TEST(TakeoverTest, WhoTookLastWrites) {
  EXPECT_EQ(Standby("me").role(), Role::kWriter);
  EXPECT_EQ(Standby("other").role(), Role::kStandby);
}

TEST(TakeoverTest, AJournalThatNobodyTookIsTakenAtOnce) {
  EXPECT_TRUE(Standby("").ShouldTake(0, {}));
}

TEST(TakeoverTest, TheOnlyProcessTakesOverAtOnce) {
  Takeover takeover({.instance = "me", .interval = kMinute, .sole = true}, "other");
  EXPECT_TRUE(takeover.ShouldTake(0, {}));
  takeover.Accepted(Took("me"), 0);
  EXPECT_EQ(takeover.role(), Role::kWriter);
  EXPECT_FALSE(takeover.ShouldTake(0, {}));
}

TEST(TakeoverTest, ThreeQuietIntervalsAndNotLess) {
  Takeover takeover = Standby();
  Quiet(takeover, 0, 3 * kMinute - 10 * kSecond);
  EXPECT_FALSE(takeover.ShouldTake(3 * kMinute - 10 * kSecond, {}));
  takeover.ReachedEnd(3 * kMinute);
  EXPECT_TRUE(takeover.ShouldTake(3 * kMinute, {}));
}

TEST(TakeoverTest, AnythingAcceptedStartsTheCountAnew) {
  Takeover takeover = Standby();
  Quiet(takeover, 0, 2 * kMinute);
  takeover.Accepted(TickOf({}), 2 * kMinute);
  Quiet(takeover, 2 * kMinute, 4 * kMinute);
  EXPECT_FALSE(takeover.ShouldTake(4 * kMinute, {}));
  Quiet(takeover, 4 * kMinute, 5 * kMinute);
  EXPECT_TRUE(takeover.ShouldTake(5 * kMinute, {}));
}

TEST(TakeoverTest, AJournalThatCannotBeReadIsNotQuiet) {
  Takeover takeover = Standby();
  Quiet(takeover, 0, 3 * kMinute);
  takeover.ReadFailed();
  EXPECT_FALSE(takeover.ShouldTake(3 * kMinute, {}));
}

TEST(TakeoverTest, OwnSleepIsNotTheWritersSilence) {
  Takeover takeover = Standby();
  takeover.ReachedEnd(0);
  takeover.ReachedEnd(kHour);
  EXPECT_FALSE(takeover.ShouldTake(kHour, {}));
}

TEST(TakeoverTest, TheTookThatLandedFirstDecides) {
  Takeover takeover = Standby();
  Quiet(takeover, 0, 3 * kMinute);
  takeover.Accepted(Took("third"), 3 * kMinute);
  EXPECT_EQ(takeover.role(), Role::kStandby);
  EXPECT_FALSE(takeover.ShouldTake(3 * kMinute, {}));
}

TEST(TakeoverTest, AWriterThatWokeUpLateStandsBy) {
  Takeover takeover = Standby("me");
  takeover.Accepted(Took("other"), 0);
  EXPECT_EQ(takeover.role(), Role::kStandby);
}

TEST(TakeoverTest, AWriterIsCutOffFromAFeedThatThisOneCanRead) {
  Takeover takeover = Standby();
  takeover.Accepted(TickOf({"a", "b"}), 0);
  takeover.Accepted(TickOf({"b"}), kMinute);
  EXPECT_FALSE(takeover.ShouldTake(kMinute, {"b"}));
  takeover.Accepted(TickOf({"b", "c"}), 2 * kMinute);
  EXPECT_FALSE(takeover.ShouldTake(2 * kMinute, {"c"})) << "only b was named by all three";
  EXPECT_TRUE(takeover.ShouldTake(2 * kMinute, {"b"}));
}

TEST(TakeoverTest, AFeedThatNobodyCanReadIsNoReason) {
  Takeover takeover = Standby();
  for (int i = 0; i < 10; ++i) takeover.Accepted(TickOf({"a"}), i * kMinute);
  EXPECT_FALSE(takeover.ShouldTake(10 * kMinute, {}));
}

TEST(TakeoverTest, ATickThatCanReadAllEndsTheSuspicion) {
  Takeover takeover = Standby();
  takeover.Accepted(TickOf({"a"}), 0);
  takeover.Accepted(TickOf({"a"}), kMinute);
  takeover.Accepted(TickOf({}), 2 * kMinute);
  takeover.Accepted(TickOf({"a"}), 3 * kMinute);
  EXPECT_FALSE(takeover.ShouldTake(3 * kMinute, {"a"}));
}

}  // namespace
}  // namespace throughline::intake
