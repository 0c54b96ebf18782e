#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/chronology/read.h"
#include "tests/engine/chronology/noted.h"
#include "tests/engine/intake/takings.h"

// What corrections and retractions do to what they concern.
namespace throughline::chronology {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using On = WrittenJournal::On;

TEST(RecordedLens, ACorrectionActsFromWhenItWasWritten) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  v1::Contact correction = Corrected("N2", "N1", Noted("N1", "statements: [{text: put right}]"));
  *correction.mutable_recorded() = *ParseUncertain("2026-01-09T10:00");
  journal.Now("2026-01-09T10:05");
  journal.Place("gp", correction, {kA});
  const auto at = [&](std::string_view when) {
    return KnownAt(journal.reads(), PersonOf('a'), {At(when), v1::LENS_RECORDED, std::nullopt});
  };
  EXPECT_THAT(Of(at("2026-01-08"), first).corrected_by, IsEmpty());
  EXPECT_EQ(Of(at("2026-01-10"), first).contact->statements(0).text(), "put right");
}

TEST(Corrections, TheNewestOfTheSameAgencyIsWhatCounts) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  const Seq one = journal.Place(
      "gp", Corrected("N2", "N1", Noted("N1", "statements: [{text: once}]", "2026-01-03")), {kA});
  const Seq two = journal.Place(
      "gp", Corrected("N3", "N1", Noted("N1", "statements: [{text: twice}]", "2026-01-02")), {kA});
  const Known known = journal.Read();
  const Entry& entry = Of(known, first);
  EXPECT_THAT(entry.corrected_by, ElementsAre(one, two));
  EXPECT_EQ(entry.contact->statements(0).text(), "twice");
  EXPECT_EQ(entry.occurred.earliest, At("2026-01-02"));
  EXPECT_EQ(entry.stated->statements_size(), 0);
  EXPECT_TRUE(entry.counts);
  EXPECT_FALSE(Of(known, one).counts);
  EXPECT_EQ(Of(known, two).corrects, first);
  // As known before the second, the first counts.
  EXPECT_EQ(Of(journal.Read('a', one), first).contact->statements(0).text(), "once");
  EXPECT_EQ(Of(journal.Read('a', first), first).contact->statements_size(), 0);
}

TEST(Corrections, OfACorrectionIsOneOfWhatThatCorrects) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  journal.Place("gp", Corrected("N2", "N1", Noted("N1", "statements: [{text: once}]")), {kA});
  const Seq two =
      journal.Place("gp", Corrected("N3", "N2", Noted("N1", "statements: [{text: twice}]")), {kA});
  const Known known = journal.Read();
  EXPECT_EQ(Of(known, first).contact->statements(0).text(), "twice");
  EXPECT_EQ(Of(known, two).corrects, first);
}

TEST(Corrections, ByAnotherAgencyChangeNothing) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  const Seq other = journal.Place(
      "police", Corrected("P1", "gp N1", Noted("N1", "statements: [{text: no}]")), {kA});
  const Known known = journal.Read();
  EXPECT_EQ(Of(known, first).contact->statements_size(), 0);
  EXPECT_THAT(Of(known, first).corrected_by, IsEmpty());
  EXPECT_EQ(Of(known, other).corrects, 0U);
}

TEST(Corrections, ThatChangeTheKindChangeWhatRulesRead) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  journal.Place("gp", Corrected("N2", "N1", Short("N1", "was_not_brought", "{service: gp}")), {kA});
  const Known known = journal.Read();
  EXPECT_EQ(Of(known, first).kind, "was_not_brought");
  EXPECT_EQ(Of(known, first).stated_kind, "concern_noted");
}

TEST(Corrections, StandForAContactThatIsNotOnThisChronology) {
  WrittenJournal journal;
  journal.Place("gp", Noted("N1"), {{'b', "child-a"}});
  const Seq correction =
      journal.Place("gp", Corrected("N2", "N1", Noted("N1", "statements: [{text: this child}]")),
                    {kA, {'b', "child-a"}});
  const Known known = journal.Read('a');
  const Entry& entry = Of(known, correction);
  EXPECT_TRUE(entry.counts);
  EXPECT_EQ(entry.kind, "concern_noted");
  EXPECT_EQ(entry.contact->statements(0).text(), "this child");
  EXPECT_EQ(entry.placement.label(), "child-a");
}

TEST(Corrections, NameAPersonAsTheNewBodyDoes) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  v1::Contact body = Noted("N1");
  body.mutable_subjects(0)->set_label("boy");
  body.mutable_subjects(0)->set_roles(0, "also_present_child");
  v1::Contact::Subject& other = *body.add_subjects();
  other.set_label("child-a");
  other.add_roles("subject_child");
  const auto place = [&](std::string_view id, const On& on) {
    journal.Place("gp", Corrected(id, "N1", body), {on}, [](v1::Placed& placed) {
      placed.mutable_to(0)->clear_also_labels();
      placed.mutable_to(0)->add_also_labels("replaces/boy");
    });
    return Of(journal.Read(), first).placement;
  };
  const v1::Placement named = place("N2", kA);
  EXPECT_EQ(named.label(), "boy");
  EXPECT_THAT(named.also_labels(), IsEmpty());
  EXPECT_THAT(named.roles(), ElementsAre("also_present_child"));
  EXPECT_EQ(place("N3", {'a', "replaces/child-a"}).label(), "child-a");
  EXPECT_THAT(place("N4", {'a', "replaces/child-a"}).also_labels(), ElementsAre("boy"));
}

TEST(Corrections, ThatNameSomebodyElseByThatLabelDoNotNameThePerson) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  journal.Place("gp", Corrected("N2", "N1", Noted("N1")), {kA, {'b', "replaces/child-a"}},
                [](v1::Placed& placed) { placed.mutable_to(0)->clear_also_labels(); });
  EXPECT_EQ(Of(journal.Read(), first).placement.label(), "");
}

TEST(Corrections, KeepTheLabelOfWhomNeitherBodyGivesAReference) {
  WrittenJournal journal;
  v1::Contact contact = Noted("N1");
  v1::Contact::Subject& man = *contact.add_subjects();
  man.set_label("man");
  man.set_person_kind("unknown_person");
  man.add_roles("unknown_adult");
  const Seq first = journal.Place("gp", contact, {kA, {'u', "man"}});
  const auto place = [&](std::string_view id) {
    journal.Place("gp", Corrected(id, "N1", contact), {kA, {'u', "", "linked"}});
    return Of(journal.Read('u'), first).placement;
  };
  EXPECT_EQ(place("N2").label(), "man");
  EXPECT_THAT(place("N2").roles(), ElementsAre("unknown_adult"));
  contact.mutable_subjects(1)->add_references()->set_scheme("local-id");
  EXPECT_EQ(place("N3").label(), "") << "somebody else, or known as such elsewhere";
  EXPECT_THAT(place("N3").roles(), IsEmpty());
}

TEST(Corrections, StandForWhatWasWithdrawnFromThisChronology) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {{'a', "", "flow"}});
  const Seq by = journal.Place("gp", Corrected("N2", "N1", Noted("N1")), {kA});
  EXPECT_FALSE(Of(journal.Read(), by).counts);
  journal.Withdraw('a', first, "relation_ended");
  EXPECT_TRUE(Of(journal.Read(), by).counts);
  EXPECT_EQ(Of(journal.Read(), by).kind, "concern_noted");
  journal.Place("gp", Retracted("N3", "N1"), {kA});
  EXPECT_FALSE(Of(journal.Read(), by).counts);
}

TEST(Corrections, WhatIsSaidOfAContactThatIsNotHereIsSaidOfWhatStandsForIt) {
  WrittenJournal journal;
  const Seq by = journal.Place("gp", Corrected("N2", "N1", Noted("N1")), {kA});
  const Seq dispute = journal.Place(
      "police", Short("P1", "contact_disputed", "{of: gp N1, by: police, what: all}"), {kA});
  EXPECT_THAT(Of(journal.Read(), by).disputed_by, ElementsAre(dispute));
  journal.Place("gp", Retracted("N3", "N1"), {kA});
  EXPECT_FALSE(Of(journal.Read(), by).counts);
}

// Where the last of several corrections alone stands, it stands for all that they correct.
TEST(Corrections, OfACorrectionThatIsNotHereStandForTheFirstContact) {
  const On other{'b', "child-a"};
  const auto last = Corrected("N3", "N2", Noted("N1"));
  const auto between = Corrected("N2", "N1", Noted("N1"));
  for (const bool in_order : {true, false}) {
    WrittenJournal journal;
    Seq by = 0;
    journal.Place("gp", Noted("N1"), {other});
    if (!in_order) by = journal.Place("gp", last, {kA});
    const Seq second = journal.Place("gp", between, {other});
    if (in_order) by = journal.Place("gp", last, {kA});
    const Seq first = journal.Place(
        "police", Short("P1", "contact_disputed", "{of: gp N1, by: police, what: all}"), {kA});
    const Seq again = journal.Place(
        "police", Short("P2", "contact_disputed", "{of: gp N2, by: police, what: all}"), {kA});
    EXPECT_THAT(Of(journal.Read(), by).disputed_by, ElementsAre(first, again));
    EXPECT_EQ(Of(journal.Read(), by).corrects_in_turn.size(), 2U);
    journal.Place("gp", Retracted("N4", "N2"), {kA});
    EXPECT_TRUE(Of(journal.Read(), by).counts) << "retracted was only what it corrects";
    const Seq retraction = journal.Place("gp", Retracted("N5", "N1"), {kA});
    EXPECT_EQ(Of(journal.Read(), by).retracted_by, retraction);
    if (in_order) continue;
    EXPECT_EQ(Of(journal.Read('a', second - 1), by).corrects_in_turn.size(), 1U) << "known later";
    DecodeCache cache;
    EXPECT_FALSE(Of(*ReadNow(journal.reads(), PersonOf('a'), cache).known, by).counts);
  }
}

// A row that says too little of a chain does not hide what another says.
TEST(Corrections, AreFollowedBeyondWhatTheirOwnRowsSay) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  const auto forget = [](v1::Placed& placed) { placed.clear_corrects_further(); };
  journal.Place("gp", Corrected("N2", "N1", Noted("N1")), {kA});
  journal.Place("gp", Corrected("N3", "N2", Noted("N1")), {kA}, forget);
  const Seq last = journal.Place(
      "gp", Corrected("N4", "N3", Noted("N1", "statements: [{text: last}]")), {kA}, forget);
  EXPECT_EQ(Of(journal.Read(), first).contact->statements(0).text(), "last");
  EXPECT_EQ(Of(journal.Read(), last).corrects, first);
}

// What brings it elsewhere says what it corrects, too.
TEST(Corrections, ThatComeByALinkStandForTheFirstContact) {
  WrittenJournal journal;
  const On other{'b', "child-a"};
  journal.Place("gp", Noted("N1"), {other});
  const Seq by = journal.Place("gp", Corrected("N3", "N2", Noted("N1")), {other});
  journal.Place("gp", Corrected("N2", "N1", Noted("N1")), {other});
  const Seq retraction = journal.Place("gp", Retracted("N4", "N1"), {other, kA});
  journal.Bring(retraction, 1, 1, {by}, kA);
  EXPECT_EQ(Of(journal.Read(), by).retracted_by, retraction);
}

TEST(Corrections, ThatWereRetractedAreStillWhatTheContactIsHere) {
  WrittenJournal journal;
  const Seq by = journal.Place("gp", Corrected("N2", "N1", Noted("N1")), {kA});
  journal.Place("gp", Retracted("N3", "N2"), {kA});
  const Seq dispute = journal.Place(
      "police", Short("P1", "contact_disputed", "{of: gp N1, by: police, what: all}"), {kA});
  EXPECT_THAT(Of(journal.Read(), by).disputed_by, ElementsAre(dispute));
}

TEST(Corrections, ARetractedOneNoLongerActs) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  const Seq correction =
      journal.Place("gp", Corrected("N2", "N1", Noted("N1", "statements: [{text: no}]")), {kA});
  journal.Place("gp", Retracted("N3", "N2"), {kA});
  const Known known = journal.Read();
  EXPECT_EQ(Of(known, first).contact->statements_size(), 0);
  EXPECT_FALSE(Of(known, correction).counts);
}

TEST(Retractions, OfTheSameAgencyTakeItOutOfWhatCounts) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  const Seq by_other = journal.Place("police", Retracted("P1", "gp N1"), {kA});
  EXPECT_TRUE(Of(journal.Read(), first).counts);
  const Seq by = journal.Place("gp", Retracted("N2", "N1"), {kA});
  EXPECT_EQ(Of(journal.Read(), first).retracted_by, by);
  EXPECT_FALSE(Of(journal.Read(), first).counts);
  EXPECT_TRUE(Of(journal.Read('a', by_other), first).counts);
}

TEST(Retractions, ThatWereRetractedDoNothingWhicheverCameFirst) {
  WrittenJournal journal;
  journal.Place("gp", Retracted("N3", "N2"), {kA});
  journal.Place("gp", Retracted("N2", "N1"), {kA});
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  EXPECT_TRUE(Of(journal.Read(), first).counts);
  EXPECT_EQ(Of(journal.Read(), first).retracted_by, 0U);
}

TEST(Retractions, OfThemselvesDoNothing) {
  WrittenJournal journal;
  const Seq by = journal.Place("gp", Retracted("N1", "N1"), {kA});
  EXPECT_TRUE(Of(journal.Read(), by).counts);
}

TEST(Retractions, CanThemselvesBeRetracted) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  journal.Place("gp", Retracted("N2", "N1"), {kA});
  journal.Place("gp", Retracted("N3", "N2"), {kA});
  EXPECT_TRUE(Of(journal.Read(), first).counts);
  EXPECT_EQ(Of(journal.Read(), first).retracted_by, 0U);
}

TEST(Corrections, AndRetractionsEndAsTheyMustInEveryShapeAndOrder) {
  intake::EachTaking([](const auto& takings, const auto& order, const std::string& words) {
    WrittenJournal journal;
    Seq first = 0;
    for (const int number : order) {
      const Seq seq =
          journal.Place("police", intake::ContactTaking(takings, number), {{'a', "child"}});
      if (number == 0) first = seq;
    }
    const intake::Model model(takings, order);
    const Known known = journal.Read();
    const Entry& entry = Of(known, first);
    const int holds = model.Holds(0);
    EXPECT_EQ(entry.retracted_by != 0, holds < 0) << words;
    if (holds >= 0) {
      EXPECT_EQ(entry.contact->context_note(), holds == 0 ? "" : intake::IdOf(holds)) << words;
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
      EXPECT_EQ(known.entries[i].unsaid, model.Holds(order[i]) != order[i]) << words << order[i];
    }
    return !testing::Test::HasFailure();
  });
}

}  // namespace
}  // namespace throughline::chronology
