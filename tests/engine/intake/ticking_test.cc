#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/uk_time.h"
#include "tests/engine/intake/rig.h"

namespace throughline::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The contacts that were placed before and after each tick, in order.
std::vector<std::string> Story(Rig& rig) {
  std::vector<std::string> story;
  for (const auto& record : rig.Journal()) {
    const v1::Decision& decision = record.decision;
    if (decision.has_placed()) story.push_back(decision.placed().contact_id());
    if (decision.has_tick()) story.push_back("tick");
    if (decision.has_held()) story.push_back("held");
    if (decision.has_released()) story.push_back("released");
  }
  return story;
}

TEST(TickingTest, ATickAMinuteAndNoneTwice) {
  Rig rig;
  auto intake = rig.Open();
  for (Millis now = kMonday; now <= kMonday + 3 * kMinute; now += 7 * kSecond) {
    rig.clock.Set(now);
    rig.Drain(*intake);
  }
  EXPECT_THAT(rig.Ticks(), ElementsAre(kMonday + kMinute, kMonday + 2 * kMinute));
}

TEST(TickingTest, WhatArrivedBeforeATickStandsBeforeIt) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  rig.clock.Set(kMonday + 30 * kSecond);
  rig.Publish("police", About("C-1", "12"));
  rig.clock.Set(kMonday + kMinute);
  rig.Drain(*intake);
  EXPECT_THAT(Story(rig), ElementsAre("C-1", "tick"));
}

TEST(TickingTest, OverAWeekendOffNoTickOvertakesWhatAgenciesPublished) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  intake.reset();
  for (int i = 0; i < 5000; ++i) {
    rig.clock.Set(kMonday + i * 30 * kSecond);
    rig.Publish("police", About(fmt::format("C-{}", i), "12"));
  }
  rig.clock.Set(kMonday + 2 * kDay + 5 * kSecond);
  intake = rig.Open();
  rig.Drain(*intake);
  auto story = Story(rig);
  ASSERT_THAT(story, SizeIs(5001));
  EXPECT_EQ(story.back(), "tick");
  EXPECT_THAT(rig.Ticks(), ElementsAre(kMonday + 2 * kDay));
}

TEST(TickingTest, ABusyFeedIsReadUpToTheTickThatWaits) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  for (int i = 0; i < 6000; ++i) rig.Publish("police", About(fmt::format("C-{}", i), "12"));
  // More comes while it reads: the tick waits for what was there, not for the rest.
  for (int step = 0; step < 10; ++step) {
    rig.clock.Set(kMonday + kMinute + step * 30 * kSecond);
    ASSERT_TRUE(intake->Step().has_value());
    for (int i = 0; i < 2000; ++i) {
      rig.Publish("police", About(fmt::format("D-{}-{}", step, i), "12"));
    }
  }
  auto ticks = rig.Ticks();
  ASSERT_FALSE(ticks.empty());
  EXPECT_EQ(ticks[0], kMonday + kMinute);
}

TEST(TickingTest, AFeedThatCannotBeReadDelaysTheTickTenMinutesAndIsNamed) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police", "health"});
  rig.Publish("police", About("C-1", "12"));
  rig.Drain(*intake);
  rig.log.LoseTail(log::FeedTopic("police"), 0);
  Millis now = kMonday;
  while (rig.Ticks().empty()) {
    now += 15 * kSecond;
    ASSERT_LE(now, kMonday + 20 * kMinute);
    rig.clock.Set(now);
    rig.Drain(*intake);
  }
  EXPECT_EQ(now, kMonday + 11 * kMinute);
  auto tick = rig.Journal().back().decision.tick();
  EXPECT_THAT(tick.behind(), ElementsAre("throughline.contacts.police"));
  EXPECT_THAT(tick.unreadable(), ElementsAre("throughline.contacts.police"));
  EXPECT_TRUE(intake->GetStatus().feeds[2].behind);
  EXPECT_THAT(intake->GetStatus().feeds[2].trouble, HasSubstr("police"));

  // From then on it delays no tick more.
  std::size_t before = rig.Ticks().size();
  rig.clock.Set(now + 2 * kMinute);
  rig.Drain(*intake);
  EXPECT_EQ(rig.Ticks().size(), before + 1);
  EXPECT_EQ(rig.Ticks().back(), now + 2 * kMinute);
}

TEST(TickingTest, ASilentFeedIsNamed) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  v1::Contact expected = FeedContact("F-2", "police");
  expected.mutable_feed_activated()->set_expected_every_minutes(60);
  rig.Publish("operator", expected);
  rig.Drain(*intake);
  rig.clock.Set(kMonday + 2 * kHour);
  rig.Drain(*intake);
  EXPECT_THAT(rig.Journal().back().decision.tick().silent(),
              ElementsAre("throughline.contacts.police"));
  rig.Publish("police", About("C-1", "12"));
  rig.clock.Set(kMonday + 2 * kHour + kMinute);
  rig.Drain(*intake);
  EXPECT_THAT(rig.Journal().back().decision.tick().silent(), IsEmpty());
}

TEST(TickingTest, AClockSetBackMakesTimeWait) {
  Rig rig;
  auto intake = rig.Open();
  rig.clock.Set(kMonday + kHour);
  rig.Drain(*intake);
  rig.clock.Set(kMonday);
  auto report = rig.Drain(*intake);
  ASSERT_TRUE(report.held.has_value());
  EXPECT_THAT(*report.held, HasSubstr("behind the last tick"));
  rig.clock.Set(kMonday + kHour + kMinute);
  rig.Drain(*intake);
  EXPECT_THAT(rig.Ticks(), ElementsAre(kMonday + kHour, kMonday + kHour + kMinute));
}

TEST(TickingTest, AJumpTo2038IsHeldAndContactsAreTakenAllTheSame) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  rig.Publish("police", About("C-1", "12"));
  rig.clock.Set(2147483647000);
  auto report = rig.Drain(*intake);
  EXPECT_TRUE(report.held.has_value());
  EXPECT_EQ(report.placed, 1U);
  EXPECT_THAT(rig.Ticks(), IsEmpty());
  EXPECT_LE(rig.Journal().back().envelope.placed_ms(), kMonday + 7 * kDay);

  rig.clock.Set(kMonday + 5 * kMinute);
  EXPECT_FALSE(rig.Drain(*intake).held.has_value());
  EXPECT_THAT(rig.Ticks(), ElementsAre(kMonday + 5 * kMinute));
  EXPECT_EQ(intake->GetStatus().held, "");
}

TEST(TickingTest, HeldIsRepeatedEachIntervalSoThatAStandbySeesThatTheWriterLives) {
  Rig rig;
  auto intake = rig.Open();
  Millis now = kMonday + 8 * kDay;
  for (int i = 0; i < 9; ++i) {
    rig.clock.Set(now + i * 20 * kSecond);
    rig.Drain(*intake);
  }
  EXPECT_THAT(Story(rig), ElementsAre("held", "held", "held"));
  EXPECT_THAT(rig.notes, SizeIs(1));
}

TEST(TickingTest, AfterAWeekAsleepAnOperatorLetsTimePass) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  rig.clock.Set(kMonday + 8 * kDay);
  rig.Publish("police", About("C-1", "12"));
  rig.Drain(*intake);
  EXPECT_THAT(Story(rig), ElementsAre("C-1", "held"));
  Status status = intake->GetStatus();
  EXPECT_EQ(status.held_at, kMonday + 8 * kDay);
  EXPECT_THAT(status.held, HasSubstr("operator"));

  rig.clock.Set(kMonday + 8 * kDay + 30 * kSecond);
  v1::Contact release = Envelope("R-1");
  *release.mutable_tick_released()->mutable_at() = At("2026-11-24T09:00");
  release.mutable_tick_released()->set_why("the office was closed");
  rig.Publish("operator", release);
  rig.Drain(*intake);
  EXPECT_THAT(Story(rig), ElementsAre("C-1", "held", "released", "tick"));
  EXPECT_THAT(rig.Ticks(), ElementsAre(kMonday + 8 * kDay));

  rig.clock.Set(kMonday + 8 * kDay + 2 * kHour);
  rig.Drain(*intake);
  EXPECT_THAT(rig.Ticks(), ElementsAre(kMonday + 8 * kDay, kMonday + 8 * kDay + 2 * kHour));
}

TEST(TickingTest, AFeedThatWasJustActivatedIsReadBeforeTimePasses) {
  Rig rig;
  auto intake = rig.Open();
  CHECK(rig.log.Create(log::FeedTopic("police")).has_value());
  rig.Publish("police", About("C-1", "12"));
  rig.Publish("operator", FeedContact("F-1", "police"));
  rig.clock.Set(kMonday + kMinute);
  rig.Drain(*intake);
  EXPECT_THAT(Story(rig), ElementsAre("C-1", "tick"));
}

TEST(TickingTest, AClockThatDiffersFromTheBrokersHolds) {
  ManualClock broker(kMonday);
  ManualClock clock(kMonday);
  log::MemoryLog log(broker);
  ASSERT_TRUE(Init(log, clock, {.partnership = "Testshire"}).has_value());
  Settings settings;
  settings.sole = false;
  settings.compile_policy = ToyCompiler;
  auto intake = Intake::Open(log, clock, settings);
  ASSERT_TRUE(intake.has_value());
  auto step = [&](Millis own, Millis brokers) {
    clock.Set(own);
    broker.Set(brokers);
    StepReport last;
    do {
      auto report = (*intake)->Step();
      CHECK(report.has_value());
      if (report->ticked) last.ticked = report->ticked;
      if (report->held) last.held = report->held;
      last.written = report->written;
    } while (last.written > 0);
    return last;
  };
  EXPECT_TRUE(step(kMonday + 2 * kMinute, kMonday + 2 * kMinute).ticked.has_value());
  // The difference shows at the next record that is written.
  step(kMonday + 2 * kHour, kMonday + 4 * kMinute);
  auto held = step(kMonday + 2 * kHour + 2 * kMinute, kMonday + 6 * kMinute).held;
  ASSERT_TRUE(held.has_value());
  EXPECT_THAT(*held, HasSubstr("ahead of the broker's"));
}

}  // namespace
}  // namespace throughline::intake
