#include "engine/chronology/same_event.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/chronology/answer.h"
#include "tests/engine/chronology/written_journal.h"

namespace throughline::chronology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using On = WrittenJournal::On;
const On kA{'a', "child-a"};

v1::Contact Made(std::string_view id, std::string_view kind, std::string_view detail,
                 std::string_view occurred, std::string_view more = "") {
  return ContactOf(
      fmt::format("contact_id: {}\nkind: {}\noccurred: {}\nrecorded: 2026-01-20T08:00\n"
                  "subjects: [{{label: child-a, person_kind: child, roles: [subject_child]}}]\n"
                  "detail: {}\n{}\n",
                  id, kind, occurred, detail, more));
}

class SameEvent : public testing::Test {
 protected:
  Seq Ambulance(std::string_view id, std::string_view occurred, std::string_view more = "") {
    return journal_.Place("ambulance",
                          Made(id, "ambulance_attended", "{home_seen: yes}", occurred, more), {kA});
  }
  Seq Attended(std::string_view agency, std::string_view id, std::string_view occurred,
               std::string_view more = "", std::string_view service = "emergency") {
    return journal_.Place(
        std::string(agency),
        Made(id, "attendance", fmt::format("{{service: {}}}", service), occurred, more), {kA});
  }
  void Decide(std::string_view id, std::string_view decision,
              std::string_view first = "ambulance E1", std::string_view second = "hospital H1") {
    journal_.Place(
        "social-care",
        Made(id, "duplicate_decided",
             fmt::format("{{first: {}, second: {}, decision: {}}}", first, second, decision),
             "2026-01-19"),
        {kA});
  }
  std::vector<PerhapsSame> Offers() const {
    return FindPerhapsSame(journal_.Read(), StarterSameEvent());
  }
  std::size_t Counted() const {
    const Known known = journal_.Read();
    return static_cast<std::size_t>(
        std::count_if(known.entries.begin(), known.entries.end(), [](const Entry& entry) {
          return entry.counts && !entry.contact->has_duplicate_decided();
        }));
  }

  WrittenJournal journal_;
};

TEST_F(SameEvent, AnAmbulanceAndTheEmergencyDepartmentOfOneNightAreOfferedAndBothCount) {
  const Seq first = Ambulance("E1", "2026-01-10T23:10");
  const Seq second = Attended("hospital", "H1", "2026-01-11T00:25");
  EXPECT_THAT(Offers(), ElementsAre(PerhapsSame{first, second, 74 * kMinute + 1}));
  EXPECT_EQ(Counted(), 2U);
}

TEST_F(SameEvent, WhatLiesTooFarApartOrIsAnotherKindOfVisitIsNotOffered) {
  Ambulance("E1", "2026-01-10T23:10");
  Attended("hospital", "H1", "2026-01-11T12:30");
  Attended("hospital", "H2", "2026-01-11T00:25", "", "dental");
  EXPECT_THAT(Offers(), IsEmpty());
}

TEST_F(SameEvent, WhatIsNotKnownToTheDayIsNotOffered) {
  Ambulance("E1", "2026-01");
  Attended("hospital", "H1", "2026-01");
  Ambulance("E2", "about 2026-01-10");
  EXPECT_THAT(Offers(), IsEmpty());
}

TEST_F(SameEvent, TwoOfOneSystemAreTwoAndTwoOfTwoSystemsMayBeOne) {
  Attended("hospital", "H1", "2026-01-10T20:00");
  Attended("hospital", "H2", "2026-01-10T22:00");
  EXPECT_THAT(Offers(), IsEmpty());
  Attended("hospital", "W1", "2026-01-10T21:00", "source: {system: walk-in centre}", "walk_in");
  EXPECT_THAT(Offers().size(), 2U);
}

TEST_F(SameEvent, OneThatFollowsTheOtherIsAnotherEvent) {
  Ambulance("E1", "2026-01-10T23:10");
  Attended("hospital", "H1", "2026-01-11T00:25", "links: [{follows: ambulance E1}]");
  EXPECT_THAT(Offers(), IsEmpty());
}

TEST_F(SameEvent, ADecisionThatTheyAreTheSameCountsThemOnceUntilItIsUndone) {
  Ambulance("E1", "2026-01-10T23:10");
  Attended("hospital", "H1", "2026-01-11T00:25");
  Decide("D1", "same");
  EXPECT_THAT(Offers(), IsEmpty());
  EXPECT_EQ(Counted(), 1U);
  Decide("D2", "undo_same");
  EXPECT_EQ(Offers().size(), 1U);
  EXPECT_EQ(Counted(), 2U);
}

TEST_F(SameEvent, ADecisionThatTheyAreNotEndsTheOfferAndIsShown) {
  Ambulance("E1", "2026-01-10T23:10");
  const Seq second = Attended("hospital", "H1", "2026-01-11T00:25");
  Decide("D1", "not_same");
  EXPECT_THAT(Offers(), IsEmpty());
  EXPECT_EQ(Counted(), 2U);
  EXPECT_THAT(journal_.Read().entries[0].decided_apart, ElementsAre(second));
  journal_.Place("social-care",
                 Made("D2", "contact_retracted", "{of: D1, why: sent_in_error}", "2026-01-19"),
                 {kA});
  EXPECT_EQ(Offers().size(), 1U);
}

TEST_F(SameEvent, TheAnswerOffersEachBesideTheOther) {
  Ambulance("E1", "2026-01-10T23:10");
  Attended("hospital", "H1", "2026-01-11T00:25");
  const Known known = journal_.Read();
  const auto answer = Answer(known, *ReadHeader(journal_.reads(), known), {}, 2);
  ASSERT_EQ(answer.entries(0).perhaps_same_size(), 1);
  EXPECT_EQ(answer.entries(0).perhaps_same(0).as().contact_id(), "H1");
  EXPECT_EQ(answer.entries(0).perhaps_same(0).apart_minutes(), 74U);
  EXPECT_EQ(answer.entries(1).perhaps_same(0).as().contact_id(), "E1");
}

TEST(SameEventPairs, EveryFaultIsSaidWithItsPlace) {
  const auto read = ReadSameEventPairs(
      "pairs:\n  - {kinds: [visit, vist], within_hours: 40}\n  - {kinds: [visit], source: s}\n",
      "f");
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().text, HasSubstr("f:2:21: no such kind: vist"));
  EXPECT_THAT(read.error().text, HasSubstr("`within_hours` is a whole number from 1 to 24"));
  EXPECT_THAT(read.error().text, HasSubstr("a pair says its `source`"));
  EXPECT_THAT(read.error().text, HasSubstr("`kinds` names two kinds"));
}

// Plans of one agency, each superseding the one before.
class Superseded : public testing::Test {
 protected:
  Seq Plan(std::string_view agency, std::string_view id, std::string_view supersedes = "",
           std::string_view kind = "plan_opened",
           std::string_view detail = "{plan_ref: A, level: child_in_need}") {
    return journal_.Place(
        std::string(agency),
        Made(id, kind, detail, "2026-01-10",
             supersedes.empty() ? "" : fmt::format("links: [{{supersedes: {}}}]", supersedes)),
        {kA});
  }
  Entry Of(Seq seq) const { return *journal_.Read().Find(seq); }

  WrittenJournal journal_;
};

TEST_F(Superseded, AnEarlierVersionIsShownSoAndCountsAsTheLaterOne) {
  const Seq first = Plan("social-care", "P1");
  const Seq second = Plan("social-care", "P2", "P1");
  const Seq third = Plan("social-care", "P3", "P2");
  EXPECT_EQ(Of(first).superseded_by, second);
  EXPECT_FALSE(Of(first).counts);
  EXPECT_EQ(Of(second).superseded_by, third);
  EXPECT_FALSE(Of(second).counts);
  EXPECT_TRUE(Of(third).counts);
}

TEST_F(Superseded, ItStandsAgainWhenTheLaterVersionIsTakenBack) {
  const Seq first = Plan("social-care", "P1");
  Plan("social-care", "P2", "P1");
  journal_.Place("social-care",
                 Made("R", "contact_retracted", "{of: P2, why: sent_in_error}", "2026-01-12"),
                 {kA});
  EXPECT_EQ(Of(first).superseded_by, 0U);
  EXPECT_TRUE(Of(first).counts);
}

TEST_F(Superseded, WhatAnotherKindOrAgencySupersedesHappenedAllTheSame) {
  const Seq agreement =
      Plan("social-care", "A1", "", "agreement_made", "{form: written, parties: [child-a]}");
  const Seq plan = Plan("social-care", "P1", "A1");
  EXPECT_EQ(Of(agreement).superseded_by, plan);
  EXPECT_TRUE(Of(agreement).counts);
  const Seq others = Plan("school", "S1", "social-care P1");
  EXPECT_EQ(Of(plan).superseded_by, others);
  EXPECT_TRUE(Of(plan).counts);
}

TEST_F(Superseded, AnotherPlanOfTheSameAgencyIsAnother) {
  const Seq first = Plan("social-care", "P1");
  const Seq second =
      Plan("social-care", "P2", "P1", "plan_opened", "{plan_ref: B, level: child_protection}");
  EXPECT_EQ(Of(first).superseded_by, second);
  EXPECT_TRUE(Of(first).counts);
}

TEST_F(Superseded, TwoThatSupersedeEachOtherDoNotBothGo) {
  const Seq first = Plan("social-care", "P1", "P2");
  const Seq second = Plan("social-care", "P2", "P1");
  EXPECT_NE(Of(first).counts, Of(second).counts);
}

TEST(TakenBack, AWithdrawnComplaintIsShownSoAndCountsAsItDid) {
  WrittenJournal journal;
  const Seq complaint = journal.Place(
      "social-care", Made("C1", "complaint_made", "{by: public, about: a}", "2026-01-03"), {kA});
  v1::Contact withdrawn = Made("C2", "complaint_withdrawn",
                               "{of: C1, reason: moved away, under_pressure: yes}", "2026-01-09");
  const Seq by = journal.Place("social-care", withdrawn, {kA});
  const Known known = journal.Read();
  EXPECT_THAT(known.Find(complaint)->taken_back_by, ElementsAre(by));
  EXPECT_TRUE(known.Find(complaint)->counts);
  const auto answer = Answer(known, *ReadHeader(journal.reads(), known), {}, 2);
  ASSERT_EQ(answer.entries(0).taken_back_size(), 1);
  EXPECT_EQ(answer.entries(0).taken_back(0).why(), "moved away");
  EXPECT_EQ(answer.entries(0).taken_back(0).under_pressure(), v1::TRI_YES);
}

}  // namespace
}  // namespace throughline::chronology
