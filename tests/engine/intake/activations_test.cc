#include "engine/intake/activations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/uk_time.h"
#include "tests/engine/intake/bench.h"

namespace throughline::intake {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::Contact PolicyContact(std::string_view id, std::string_view content) {
  v1::Contact contact = Envelope(id);
  v1::PolicyActivatedDetail& policy = *contact.mutable_policy_activated();
  policy.set_policy("starter");
  policy.set_version("1");
  policy.set_content(std::string(content));
  policy.set_state("active");
  policy.add_approved_by("policy_owner");
  return contact;
}

constexpr const char* kCalendar = R"(jurisdiction: england
version: 2026
source: gov.uk
covers: {from: 2026-01-01, until: 2026-12-31}
bank_holidays: [2026-12-25]
school_terms: [{from: 2026-01-05, until: 2026-07-20}]
)";

v1::Contact CalendarContact(std::string_view id, std::string_view content) {
  v1::Contact contact = Envelope(id);
  v1::CalendarActivatedDetail& calendar = *contact.mutable_calendar_activated();
  calendar.set_calendar("england");
  calendar.set_version("2026");
  calendar.set_content(std::string(content));
  calendar.set_state("active");
  calendar.add_approved_by("data_steward");
  return contact;
}

std::vector<std::string> FaultsOf(const Bench& bench) {
  std::vector<std::string> all;
  if (!bench.last.dead_letter) return all;
  for (const auto& fault : bench.last.dead_letter->faults()) {
    all.push_back(fault.field() + ": " + fault.text());
  }
  return all;
}

TEST(ActivationsTest, APolicyIsJournalledCompiledWithItsSourceAndItsContact) {
  Bench bench;
  v1::Contact contact = PolicyContact("P-1", "starter 1");
  v1::Decision decision = bench.Take("operator", contact);
  ASSERT_TRUE(decision.has_policy_activated()) << decision.DebugString();
  EXPECT_EQ(decision.policy_activated().source(), "starter 1");
  v1::Policy compiled;
  ASSERT_TRUE(compiled.ParseFromString(decision.policy_activated().compiled()));
  EXPECT_EQ(compiled.id(), "starter");
  EXPECT_EQ(decision.origin().contact_id(), "P-1");
  ASSERT_THAT(bench.last.draft->contacts, SizeIs(1));
  EXPECT_EQ(bench.last.draft->contacts[0], contact.SerializeAsString());
  EXPECT_EQ(bench.state().Policies().at("starter").version(), "1");
}

TEST(ActivationsTest, APolicyWithFaultsIsRefusedWithEachOfThem) {
  Bench bench;
  v1::Decision decision = bench.Take("operator", PolicyContact("P-1", "broken"));
  ASSERT_TRUE(decision.has_refused());
  EXPECT_THAT(FaultsOf(bench), ::testing::ElementsAre("detail.content: policy:1:1: no version",
                                                      "detail.content: policy:1:1: no rules"));
  EXPECT_THAT(bench.state().Policies(), IsEmpty());
}

TEST(ActivationsTest, APolicyFileOfAnotherVersionIsRefused) {
  Bench bench;
  EXPECT_TRUE(bench.Take("operator", PolicyContact("P-1", "starter 2")).has_refused());
  EXPECT_TRUE(bench.Take("operator", PolicyContact("P-2", "other 1")).has_refused());
}

TEST(ActivationsTest, ARetiredPolicyIsNoLongerInForce) {
  Bench bench;
  v1::Contact retire = PolicyContact("P-2", "starter 1");
  retire.mutable_policy_activated()->set_state("retired");
  EXPECT_TRUE(bench.Take("operator", retire).has_refused()) << "it was never in force";
  bench.Take("operator", PolicyContact("P-1", "starter 1"));
  EXPECT_TRUE(bench.Take("operator", retire).has_policy_activated());
  EXPECT_THAT(bench.state().Policies(), IsEmpty());
}

TEST(ActivationsTest, TheSameActivationAgainIsDropped) {
  Bench bench;
  bench.Take("operator", PolicyContact("P-1", "starter 1"));
  EXPECT_FALSE(
      bench.Decide("operator", Published(PolicyContact("P-1", "starter 1"))).draft.has_value());
  EXPECT_TRUE(bench.Take("operator", PolicyContact("P-1", "starter 2")).has_conflict());
}

TEST(ActivationsTest, AVersionThatIsInForceHasOneContent) {
  Bench bench;
  bench.Take("operator", CalendarContact("K-1", kCalendar));
  EXPECT_TRUE(bench.Take("operator", CalendarContact("K-2", kCalendar)).has_calendar_activated());
  EXPECT_TRUE(bench.Take("operator", CalendarContact("K-3", kCalendar + std::string("# changed\n")))
                  .has_refused());
  EXPECT_THAT(FaultsOf(bench), ::testing::ElementsAre(HasSubstr("2026 is in force with other")));
}

TEST(ActivationsTest, OnlyTheOperatorFeedActivates) {
  Bench bench;
  v1::Decision decision = bench.Take("desk", PolicyContact("P-1", "starter 1"));
  ASSERT_TRUE(decision.has_refused());
  EXPECT_THAT(decision.refused().reason(), HasSubstr("operator feed only"));
  EXPECT_TRUE(bench.Take("police", PolicyContact("P-1", "starter 1")).has_refused());
}

TEST(ActivationsTest, ACalendarIsParsedBeforeItIsInForce) {
  Bench bench;
  EXPECT_TRUE(bench.Take("operator", CalendarContact("K-1", "nonsense: [")).has_refused());
  v1::Decision decision = bench.Take("operator", CalendarContact("K-2", kCalendar));
  ASSERT_TRUE(decision.has_calendar_activated()) << FaultsOf(bench).at(0);
  EXPECT_EQ(bench.state().Calendars().at("england").content(), kCalendar);
}

TEST(ActivationsTest, AFeedIsKnownFromItsActivationOn) {
  Bench bench;
  v1::Contact contact = FeedContact("F-1", "ambulance");
  contact.mutable_feed_activated()->set_publishing_delay_minutes(60);
  contact.mutable_feed_activated()->set_expected_every_minutes(1440);
  v1::Decision decision = bench.Take("operator", contact);
  ASSERT_TRUE(decision.has_feed_activated()) << decision.DebugString();
  auto feed = bench.state().Feed("throughline.contacts.ambulance");
  ASSERT_TRUE(feed.has_value());
  EXPECT_TRUE(feed->active());
  EXPECT_FALSE(feed->attests());
  EXPECT_EQ(feed->delay_ms(), kHour);
  EXPECT_EQ(feed->expected_every_ms(), kDay);
  EXPECT_TRUE(bench.Take("ambulance", About("A-1", "1")).has_placed());
}

TEST(ActivationsTest, AFeedThatIsChangedKeepsItsPosition) {
  Bench bench;
  bench.Take("police", About("C-1", "12"));
  auto before = bench.state().Feed("throughline.contacts.police");
  bench.Take("operator", FeedContact("F-1", "police"));
  auto after = bench.state().Feed("throughline.contacts.police");
  EXPECT_EQ(after->position(), before->position());
  EXPECT_EQ(after->placed(), 1U);
}

TEST(ActivationsTest, WhatIsNotSaidAgainOfAFeedStaysAsItWas) {
  Bench bench;
  v1::Contact contact = FeedContact("F-1", "desk", true);
  contact.mutable_feed_activated()->set_publishing_delay_minutes(60);
  contact.mutable_feed_activated()->set_expected_every_minutes(1440);
  bench.Take("operator", contact);
  v1::Contact closed = FeedContact("F-2", "desk");
  closed.mutable_feed_activated()->clear_attests();
  closed.mutable_feed_activated()->set_state("closed");
  bench.Take("operator", closed);
  v1::Contact again = FeedContact("F-3", "desk");
  again.mutable_feed_activated()->clear_attests();
  again.mutable_feed_activated()->set_publishing_delay_minutes(120);
  // The journal says what holds, not only what changed.
  const v1::Decision decision = bench.Take("operator", again);
  EXPECT_TRUE(decision.feed_activated().attests());
  EXPECT_EQ(decision.feed_activated().delay_ms(), 2 * kHour);
  EXPECT_EQ(decision.feed_activated().expected_every_ms(), kDay);

  v1::Contact no_more = FeedContact("F-4", "desk", false);
  no_more.mutable_feed_activated()->set_publishing_delay_minutes(0);
  no_more.mutable_feed_activated()->set_expected_every_minutes(0);
  bench.Take("operator", no_more);
  const auto feed = bench.state().Feed(log::FeedTopic("desk"));
  EXPECT_FALSE(feed->attests());
  EXPECT_EQ(feed->delay_ms(), 0);
  EXPECT_EQ(feed->expected_every_ms(), 0);

  // Another agency's is a feed of its own, though it takes over the topic.
  v1::Contact other = FeedContact("F-5", "desk", true);
  bench.Take("operator", other);
  bench.Take("operator", [&] {
    v1::Contact close = FeedContact("F-6", "desk", true);
    close.mutable_feed_activated()->set_state("closed");
    return close;
  }());
  v1::Contact taken = FeedContact("F-7", "gateway");
  taken.mutable_feed_activated()->set_topic(log::FeedTopic("desk"));
  taken.mutable_feed_activated()->clear_attests();
  bench.Take("operator", taken);
  EXPECT_FALSE(bench.state().Feed(log::FeedTopic("desk"))->attests());
}

TEST(ActivationsTest, FeedsThatCannotBe) {
  Bench bench;
  v1::Contact topic = FeedContact("F-1", "ambulance");
  topic.mutable_feed_activated()->set_topic("throughline.journal.g1");
  EXPECT_TRUE(bench.Take("operator", topic).has_refused());

  v1::Contact name = FeedContact("F-2", "ambulance");
  name.mutable_feed_activated()->set_agency("Ambulance Service");
  EXPECT_TRUE(bench.Take("operator", name).has_refused());

  v1::Contact taken = FeedContact("F-3", "ambulance");
  taken.mutable_feed_activated()->set_topic("throughline.contacts.police");
  EXPECT_TRUE(bench.Take("operator", taken).has_refused());

  v1::Contact operator_feed = FeedContact("F-4", "operator", true);
  operator_feed.mutable_feed_activated()->set_state("closed");
  EXPECT_TRUE(bench.Take("operator", operator_feed).has_refused());
}

v1::Contact Release(std::string_view id, std::string_view at) {
  v1::Contact contact = Envelope(id);
  *contact.mutable_tick_released()->mutable_at() = At(at);
  contact.mutable_tick_released()->set_why("the machine was off");
  return contact;
}

TEST(ActivationsTest, OnlyTheTickThatWaitsIsReleased) {
  Bench bench;
  EXPECT_TRUE(bench.Take("operator", Release("R-1", "2026-11-30T09:00")).has_refused());
  log::Draft held;
  Millis at = *ParseUtc("2026-11-30T09:00:00.000Z");
  held.decision.mutable_held()->set_at_ms(at);
  held.decision.mutable_held()->set_why("more than a week");
  bench.Apply(held);
  EXPECT_TRUE(bench.Take("operator", Release("R-2", "2026-11-30T10:00")).has_refused());
  v1::Decision decision = bench.Take("operator", Release("R-3", "2026-11-30T09:00"));
  ASSERT_TRUE(decision.has_released()) << decision.DebugString();
  EXPECT_EQ(decision.released().at_ms(), at);
  EXPECT_EQ(bench.state().Journal().released_at_ms(), at);
}

TEST(ActivationsTest, AnErasureIsNotSupportedYet) {
  Bench bench;
  v1::Contact contact = Envelope("E-1");
  v1::ErasureOrdered& order = *contact.mutable_erasure_ordered();
  order.add_contacts()->set_contact_id("C-1");
  order.mutable_contacts(0)->set_agency("police");
  order.set_basis("court order");
  order.add_ordered_by("data_steward");
  order.add_ordered_by("director");
  v1::Decision decision = bench.Take("operator", contact);
  ASSERT_TRUE(decision.has_refused());
  EXPECT_THAT(decision.refused().reason(), HasSubstr("not supported yet: erasure"));
}

}  // namespace
}  // namespace throughline::intake
