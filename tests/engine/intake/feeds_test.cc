#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/intake/rig.h"
#include "tests/engine/projection/scratch.h"

// What intake deletes from feeds, and what it does when somebody else did.
namespace throughline::intake {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kPolice = log::FeedTopic("police");

// A contact a day, taken on that day.
void Live(Rig& rig, Intake& intake, int days) {
  for (int day = 0; day < days; ++day) {
    rig.clock.Set(kMonday + day * kDay + kHour);
    rig.Publish("police", About(fmt::format("C-{}", day), "12"));
    rig.Drain(intake);
  }
}

FeedStatus StatusOf(const Intake& intake, const std::string& topic) {
  for (FeedStatus& feed : intake.GetStatus().feeds) {
    if (feed.topic == topic) return feed;
  }
  return {};
}

TEST(FeedsTest, WhatWasJournalledThirtyDaysAgoIsDeletedFromItsFeed) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  Live(rig, *intake, 41);
  EXPECT_EQ(rig.log.Start(kPolice).value(), 10);
  EXPECT_EQ(rig.log.End(kPolice).value(), 41);
  EXPECT_THAT(rig.Placed(), SizeIs(41));
}

TEST(FeedsTest, ARestartRemembersWhatWasJournalledWhen) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  Settings never = rig.With();
  never.feed_kept = 0;
  intake = rig.Open(never);
  Live(rig, *intake, 41);
  EXPECT_EQ(rig.log.Start(kPolice).value(), 0);
  intake = rig.Open();
  rig.Drain(*intake);
  EXPECT_EQ(rig.log.Start(kPolice).value(), 10);
}

TEST(FeedsTest, OfAQuietFeedEverythingGoesButNothingBeyondWhatTheChainDecidedOn) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  Live(rig, *intake, 3);
  // A repeat leaves no record: the chain's position stays before it.
  rig.Publish("police", About("C-2", "12"));
  for (int day = 3; day <= 40; ++day) {
    rig.clock.Set(kMonday + day * kDay);
    rig.Drain(*intake);
  }
  EXPECT_EQ(rig.log.Start(kPolice).value(), 3);
  EXPECT_EQ(rig.log.End(kPolice).value(), 4);
  EXPECT_THAT(StatusOf(*rig.Open(), kPolice).trouble, IsEmpty());
}

TEST(FeedsTest, OnlyTheWriterDeletesAndNotMoreThanOnceAnHour) {
  Rig rig;
  Settings first = rig.With();
  first.instance = "a";
  first.sole = false;
  first.feed_kept = 0;
  auto writer = rig.Open(first);
  rig.Activate(*writer, {"police"});
  Live(rig, *writer, 41);
  Settings second = first;
  second.instance = "b";
  second.feed_kept = 30 * kDay;
  auto standby = rig.Open(second);
  rig.Drain(*standby);
  EXPECT_EQ(rig.log.Start(kPolice).value(), 0);

  first.feed_kept = 39 * kDay;
  writer = rig.Open(first);
  rig.Drain(*writer);
  EXPECT_EQ(rig.log.Start(kPolice).value(), 1);
  rig.clock.Set(kMonday + 41 * kDay);
  rig.Drain(*writer);
  EXPECT_EQ(rig.log.Start(kPolice).value(), 2);
  const Millis midnight = kMonday + 41 * kDay + 15 * kHour;
  rig.clock.Set(midnight - kMinute);
  rig.Drain(*writer);
  rig.clock.Set(midnight);
  rig.Drain(*writer);
  EXPECT_EQ(rig.log.Start(kPolice).value(), 2);
}

// Two contacts taken, two removed before they were, one behind them.
void LoseTwo(Rig& rig) {
  for (const char* id : {"C-3", "C-4", "C-5"}) rig.Publish("police", About(id, "12"));
  ASSERT_TRUE(rig.log.Trim(kPolice, 4).has_value());
}

void ExpectStopped(Rig& rig, Intake& intake) {
  rig.Publish("health", About("H-1", "12"));
  rig.Drain(intake);
  EXPECT_THAT(rig.Placed(), SizeIs(3));
  EXPECT_THAT(StatusOf(intake, kPolice).trouble,
              AllOf(HasSubstr(kPolice), HasSubstr("2 to 3 were removed"), HasSubstr("position 2"),
                    HasSubstr("holds 4 to 5"), HasSubstr("activate it again")));
  EXPECT_THAT(rig.notes, Contains(HasSubstr("2 to 3 were removed")).Times(1));
}

TEST(FeedsTest, AFeedWhoseStartMovedPastThePositionStopsLoudlyAndTheOthersGoOn) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police", "health"});
  rig.Publish("police", About("C-1", "12"));
  rig.Publish("police", About("C-2", "12"));
  rig.Drain(*intake);
  intake.reset();
  LoseTwo(rig);
  intake = rig.Open();
  rig.Drain(*intake);
  ExpectStopped(rig, *intake);
  for (int minute = 1; minute <= 12; ++minute) {
    rig.clock.Set(kMonday + minute * kMinute);
    rig.Drain(*intake);
  }
  EXPECT_THAT(rig.Journal().back().decision.tick().unreadable(), ElementsAre(kPolice));
}

TEST(FeedsTest, AnOperatorLetsAFeedGoOnFromWhatIsLeftOfIt) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police", "health"});
  rig.Publish("police", About("C-1", "12"));
  rig.Publish("police", About("C-2", "12"));
  rig.Drain(*intake);
  LoseTwo(rig);
  rig.Drain(*intake);
  ExpectStopped(rig, *intake);

  v1::Contact close = FeedContact("F-2", "police");
  close.mutable_feed_activated()->set_state("closed");
  rig.Publish("operator", close);
  rig.Publish("operator", FeedContact("F-3", "police"));
  rig.Drain(*intake);
  EXPECT_THAT(StatusOf(*intake, kPolice).trouble, IsEmpty());
  EXPECT_THAT(rig.Placed(), SizeIs(4));
  // What was lost can be published again.
  rig.Publish("police", About("C-3", "12"));
  rig.Publish("police", About("C-2", "12"));
  EXPECT_EQ(rig.Drain(*intake).repeats, 1U);
  EXPECT_THAT(rig.Placed(), SizeIs(5));
}

TEST(FeedsTest, OfATopicThatWasDeletedTheLogSaysWhatToDo) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  rig.Publish("police", About("C-1", "12"));
  rig.Drain(*intake);
  rig.log.Delete(kPolice);
  rig.Drain(*intake);
  EXPECT_THAT(StatusOf(*intake, kPolice).trouble, HasSubstr("it was made anew (position 1"));
  EXPECT_THAT(rig.notes, ElementsAre(HasSubstr("then close the feed and activate it again")));
  rig.Publish("police", About("C-2", "12"));
  rig.Drain(*intake);
  EXPECT_THAT(rig.Placed(), SizeIs(1));
}

TEST(FeedsTest, AStandbyThatCannotReadTheFeedEitherDoesNotTakeOver) {
  Rig rig;
  Settings settings = rig.With();
  settings.instance = "a";
  settings.sole = false;
  auto writer = rig.Open(settings);
  rig.Activate(*writer, {"police"});
  rig.Publish("police", About("C-1", "12"));
  rig.Publish("police", About("C-2", "12"));
  rig.Drain(*writer);
  LoseTwo(rig);
  settings.instance = "b";
  auto standby = rig.Open(settings);
  for (int minute = 1; minute <= 20; ++minute) {
    rig.clock.Set(kMonday + minute * kMinute);
    rig.Drain(*writer);
    EXPECT_EQ(rig.Drain(*standby).role, Role::kStandby);
  }
  EXPECT_THAT(rig.Journal().back().decision.tick().unreadable(), ElementsAre(kPolice));
  EXPECT_EQ(standby->GetStatus().distance, 0);
}

// The writer drops them without a record: there is nothing that a standby could wait for.
TEST(FeedsTest, AStandbyKnowsThatWhatCameAgainIsOnRecord) {
  Rig rig;
  projection::Scratch scratch;
  Settings settings = rig.With();
  settings.instance = "a";
  settings.sole = false;
  settings.state_directory = scratch.path() + "/writer";
  auto writer = rig.Open(settings);
  rig.Activate(*writer, {"police"});
  rig.Publish("police", About("C-1", "12"));
  rig.Publish("police", About("C-2", "12"));
  rig.Drain(*writer);
  settings.instance = "b";
  settings.state_directory = scratch.path() + "/standby";
  auto standby = rig.Open(settings);
  rig.Drain(*standby);
  const std::int64_t again = rig.Publish("police", About("C-1", "12"));
  EXPECT_TRUE(standby->RepeatedBy(kPolice, again));
  // Who decides is not made to read the feed twice.
  EXPECT_FALSE(writer->RepeatedBy(kPolice, again));
  EXPECT_FALSE(writer->DecidedBy(kPolice, again));
  const std::int64_t other = rig.Publish("police", About("C-2", "13"));
  rig.Publish("police", About("C-2", "12"));
  EXPECT_TRUE(standby->RepeatedBy(kPolice, again));
  EXPECT_FALSE(standby->RepeatedBy(kPolice, other));
  EXPECT_FALSE(standby->RepeatedBy(kPolice, other + 1));
  rig.Drain(*writer);
  rig.Drain(*standby);
  EXPECT_TRUE(standby->RepeatedBy(kPolice, other + 1));
  EXPECT_TRUE(writer->DecidedBy(kPolice, other + 1));
}

}  // namespace
}  // namespace throughline::intake
