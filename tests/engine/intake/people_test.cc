#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/intake/people.h"

namespace throughline::intake {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST_F(PeopleTest, ALinkBringsBothRecordsTogetherAndAnUndoTakesThemApart) {
  Place("police", About("P-1", {kChild}));
  Place("health", About("H-1", {kChildAtHealth}));
  v1::Decision linked = Take("desk", Decision("D-1", "same", "12", "H7"));
  ASSERT_TRUE(linked.has_linked());
  EXPECT_EQ(linked.linked().parts(), 1U);
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "H-1"));
  EXPECT_THAT(On("health", "H7"), IsEmpty());
  ASSERT_THAT(brought_, SizeIs(1));
  EXPECT_EQ(brought_[0].to(0).why(), "subject");
  EXPECT_EQ(brought_[0].to(0).record(), Record("health", "H7").Raw());
  EXPECT_THAT(brought_[0].from(), ElementsAre(std::string(Record("health", "H7").Raw())));

  v1::Decision later = Place("health", About("H-2", {kChildAtHealth}));
  EXPECT_EQ(later.placed().to(0).person(), Record("police", "12").Raw());
  EXPECT_EQ(later.placed().to(0).record(), Record("health", "H7").Raw());
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "H-1", "H-2"));

  v1::Decision unlinked = Take("desk", Decision("D-2", "undo_same", "12", "H7"));
  ASSERT_TRUE(unlinked.has_unlinked());
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1"));
  EXPECT_THAT(On("health", "H7"), ElementsAre("H-1", "H-2"));
  Place("health", About("H-3", {kChildAtHealth}));
  EXPECT_THAT(On("health", "H7"), ElementsAre("H-1", "H-2", "H-3"));
}

TEST_F(PeopleTest, AContactThatNamedBothIsListedForAHumanWhenTheyPart) {
  Place("police", About("P-1", {kChild}));
  Place("health", About("H-1", {kChildAtHealth}));
  Take("desk", Decision("D-1", "same", "12", "H7"));
  v1::Contact both = About("P-2", {kChild});
  v1::Reference& other = *both.mutable_subjects(0)->add_references();
  other.set_scheme("local-id");
  other.set_value("H7");
  other.set_authority("health");
  Place("police", both);
  const v1::Decision undone = Take("desk", Decision("D-2", "undo_same", "12", "H7"));
  ASSERT_THAT(undone.unlinked().undecided(), SizeIs(1));
  EXPECT_EQ(ids_.at(undone.unlinked().undecided(0)), "P-2");
}

TEST_F(PeopleTest, WhatCannotBeDecidedIsRefusedWithItsReason) {
  Place("police", About("P-1", {kChild}));
  Place("health", About("H-1", {kChildAtHealth}));
  const auto reason = [&](const v1::Contact& contact) {
    return Take("desk", contact).refused().reason();
  };
  EXPECT_THAT(reason(Decision("D-1", "undo_same", "12", "H7")), HasSubstr("never linked"));
  EXPECT_THAT(reason(Decision("D-2", "same", "12", "nobody")), HasSubstr("names nobody"));
  EXPECT_THAT(reason(Decision("D-3", "split", "12", "H7")), HasSubstr("contacts"));
  v1::Contact officer = Decision("D-4", "same", "12", "H7");
  officer.mutable_author()->set_role("police_officer");
  EXPECT_THAT(reason(officer), HasSubstr("only data_steward safeguarding_lead"));
  Take("desk", Decision("D-5", "same", "12", "H7"));
  EXPECT_THAT(reason(Decision("D-6", "same", "12", "H7")), HasSubstr("linked already"));
}

TEST_F(PeopleTest, KeptApartHoldsUntilSomebodyDecidesThatTheyAreOne) {
  Place("police", About("P-1", {kChild}));
  Place("health", About("H-1", {kChildAtHealth}));
  EXPECT_TRUE(Take("desk", Decision("D-1", "not_same", "12", "H7")).has_kept_apart());
  EXPECT_THAT(bench_.state().Person(Record("police", "12"))->kept_apart(), SizeIs(1));
  EXPECT_TRUE(Take("desk", Decision("D-2", "same", "12", "H7")).has_linked());
  EXPECT_THAT(bench_.state().Person(Record("police", "12"))->kept_apart(), IsEmpty());
  v1::Decision apart = Take("desk", Decision("D-3", "not_same", "12", "H7"));
  EXPECT_TRUE(apart.unlinked().kept_apart());
  EXPECT_THAT(On("health", "H7"), ElementsAre("H-1"));
}

TEST_F(PeopleTest, OneRecordThatMixedTwoChildrenIsSplitContactByContact) {
  Place("police", About("P-1", {kChild}));
  Place("police", About("P-2", {kChild}));
  Place("health", About("H-1", {kChildAtHealth}));
  v1::Contact split = Decision("D-1", "split", "12", "H7");
  split.mutable_identity_decided()->add_contacts()->set_agency("police");
  split.mutable_identity_decided()->mutable_contacts(0)->set_contact_id("P-2");
  ASSERT_TRUE(Take("desk", split).has_unlinked());
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1"));
  EXPECT_THAT(On("health", "H7"), ElementsAre("P-2", "H-1"));
  Place("police", About("P-3", {kChild}));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "P-3"));
}

TEST_F(PeopleTest, AnAdultsViolenceComesToTheChildWhoseParentHeIsKnownToBe) {
  Place("police", CallOut("P-1", {kMan}));
  Place("police", About("P-2", {kMan}));
  Place("police", About("P-3", {kChild}));
  v1::Decision known = Place("police", Relation("P-4", "parent", kMan, kChild));
  ASSERT_THAT(known.placed().relations(), SizeIs(1));
  // The talk with him stays his own.
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "P-3", "P-4"));
  ASSERT_THAT(brought_, SizeIs(1));
  EXPECT_EQ(brought_[0].to(0).why(), "relation");
  EXPECT_EQ(brought_[0].to(0).through(), Record("police", "M1").Raw());
  v1::Decision next = Place("police", CallOut("P-5", {kMan}));
  EXPECT_THAT(next.placed().to(), SizeIs(2));

  Place("police", NeverWas("P-6"));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-3", "P-4", "P-6"));
}

TEST_F(PeopleTest, SuspectedAndDisputedRelationsOpenNothing) {
  Place("police", CallOut("P-1", {kMan}));
  Place("police", About("P-2", {kChild}));
  v1::Contact suspected = Relation("P-3", "parent", kMan, kChild);
  suspected.mutable_relation_asserted()->set_confidence("suspected");
  v1::Decision known = Place("police", suspected);
  EXPECT_THAT(known.placed().relations(), SizeIs(1));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-2", "P-3"));
}

TEST_F(PeopleTest, ARetractedStatementClosesWhatItOpened) {
  Place("police", CallOut("P-1", {kMan}));
  Place("police", About("P-2", {kChild}));
  Place("police", Relation("P-3", "parent", kMan, kChild));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "P-2", "P-3"));
  v1::Contact taken_back = Envelope("P-4");
  taken_back.mutable_contact_retracted()->mutable_of()->set_contact_id("P-3");
  taken_back.mutable_contact_retracted()->set_why("sent_in_error");
  Place("police", taken_back);
  EXPECT_THAT(On("police", "12"), ElementsAre("P-2", "P-3", "P-4"));
}

TEST_F(PeopleTest, WhatIsSaidTwiceStandsUntilBothAreTakenBack) {
  Place("police", CallOut("P-1", {kMan}));
  Place("police", About("P-2", {kChild}));
  Place("police", Relation("P-3", "parent", kMan, kChild));
  Place("police", Relation("P-4", "parent", kMan, kChild));
  Place("police", TakenBack("P-5", "P-3"));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "P-2", "P-3", "P-4", "P-5"));
  Place("police", TakenBack("P-6", "P-4"));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-2", "P-3", "P-4", "P-5", "P-6"));
}

TEST_F(PeopleTest, ARetractionThatIsTakenBackOpensAgainWhatItClosed) {
  Place("police", CallOut("P-1", {kMan}));
  Place("police", About("P-2", {kChild}));
  Place("police", Relation("P-3", "parent", kMan, kChild));
  Place("police", TakenBack("P-4", "P-3"));
  v1::Decision again = Place("police", TakenBack("P-5", "P-4"));
  EXPECT_THAT(again.placed().said_again(), ElementsAre(SeqOf("P-3")));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "P-2", "P-3", "P-4", "P-5"));
}

v1::Contact Corrected(std::string_view id, std::string_view of, const v1::Contact& body) {
  v1::Contact contact = Envelope(id);
  v1::ContactCorrected& detail = *contact.mutable_contact_corrected();
  detail.mutable_of()->set_contact_id(std::string(of));
  detail.set_why("mistyped");
  *detail.mutable_replaces() = body;
  return contact;
}

// Neither version says any more what the first contact said.
TEST_F(PeopleTest, ACorrectionThatIsCorrectedDoesNotOpenAgainWhatItClosed) {
  Place("police", CallOut("P-1", {kMan}));
  Place("police", About("P-2", {kChild}));
  Place("police", Relation("P-3", "parent", kMan, kChild));
  EXPECT_THAT(On("police", "12"), Contains("P-1"));
  Place("police", Corrected("P-4", "P-3", About("P-3", {kChild})));
  EXPECT_THAT(On("police", "12"), Not(Contains("P-1")));
  v1::Decision second = Place("police", Corrected("P-5", "P-4", About("P-3", {kChild})));
  EXPECT_THAT(second.placed().said_again(), IsEmpty());
  EXPECT_THAT(second.placed().unsaid(), ElementsAre(SeqOf("P-4")));
  EXPECT_THAT(On("police", "12"), Not(Contains("P-1")));
  // The one between retracted, the last still corrects the first.
  v1::Decision between = Place("police", TakenBack("P-6", "P-4"));
  EXPECT_THAT(between.placed().said_again(), IsEmpty());
  v1::Decision last = Place("police", TakenBack("P-7", "P-5"));
  EXPECT_THAT(last.placed().said_again(), ElementsAre(SeqOf("P-3")));
  EXPECT_THAT(On("police", "12"), Contains("P-1"));
}

// It is a retraction as before, of which only the reason reads otherwise.
TEST_F(PeopleTest, ARetractionThatIsCorrectedDoesNotOpenAgainWhatItClosed) {
  Place("police", CallOut("P-1", {kMan}));
  Place("police", About("P-2", {kChild}));
  Place("police", Relation("P-3", "parent", kMan, kChild));
  const v1::Contact retraction = TakenBack("P-4", "P-3");
  Place("police", retraction);
  EXPECT_THAT(On("police", "12"), Not(Contains("P-1")));
  Place("police", Corrected("P-5", "P-4", retraction));
  EXPECT_THAT(On("police", "12"), Not(Contains("P-1")));
}

TEST_F(PeopleTest, AnEndingEndsWhatWasWrittenDownBeforeItWhicheverIsKnownFirst) {
  v1::Contact said_before = Relation("H-1", "parent", kManAtHealth, kChildAtHealth);
  *said_before.mutable_recorded() = At("2026-11-14T23:50");
  v1::Contact error = NeverWas("P-3");
  error.mutable_relation_ended()->set_confidence("verified");
  Place("health", CallOut("H-0", {kManAtHealth}));
  Place("police", error);
  Place("health", said_before);
  Take("desk", Decision("D-1", "same", "12", "H7"));
  EXPECT_THAT(On("police", "12"), ElementsAre("H-0", "P-3", "H-1"));
  Take("desk", Decision("D-2", "same", "M1", "HM"));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-3", "H-1"));
}

TEST_F(PeopleTest, WhatAgenciesSayAgainstEachOtherStandsSideBySide) {
  Place("police", About("P-1", {kMan, kChild}));
  Place("health", CallOut("H-0", {kManAtHealth}));
  Place("health", Relation("H-1", "parent", kManAtHealth, kChildAtHealth));
  Take("desk", Decision("D-1", "same", "M1", "HM"));
  Take("desk", Decision("D-2", "same", "12", "H7"));
  Place("police", NeverWas("P-3"));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "H-0", "H-1", "P-3"));
}

TEST_F(PeopleTest, AContactAboutSomebodyElseLeavesEveryChronology) {
  Place("police", About("P-1", {kChild}));
  v1::Contact taken_back = Envelope("P-2");
  taken_back.mutable_contact_retracted()->mutable_of()->set_contact_id("P-1");
  taken_back.mutable_contact_retracted()->set_why("wrong_person");
  Place("police", taken_back);
  EXPECT_THAT(On("police", "12"), IsEmpty());
}

// The household is known by its address; what happens to one child comes to those who live there.
class HouseholdTest : public PeopleTest {
 protected:
  static SubjectSpec Home() { return {"home", "household", "household", "", "F1"}; }
  static SubjectSpec Child(const std::string& id) {
    return {"child-" + id, "child", "subject_child", "", id};
  }
  v1::Contact LivesAt(std::string_view id, const std::vector<SubjectSpec>& who,
                      std::string_view since) {
    std::vector<SubjectSpec> subjects = who;
    subjects.push_back(Home());
    v1::Contact contact = About(id, subjects);
    v1::AddressKnown& known = *contact.mutable_address_known();
    known.set_address("home");
    for (const SubjectSpec& one : who) known.add_who(one.label);
    if (!since.empty()) *known.mutable_since() = At(since);
    return contact;
  }
  static v1::Contact Ambulance(std::string_view id, const std::string& child,
                               std::string_view when) {
    v1::Contact contact = About(id, {Child(child)});
    *contact.mutable_occurred() = At(when);
    contact.mutable_ambulance_attended()->set_home_seen(v1::TRI_YES);
    return contact;
  }
};

TEST_F(HouseholdTest, OneChildsAmbulanceComesToTheOtherWhoLivedThereThen) {
  Place("police", LivesAt("P-1", {Child("A")}, "2026-01-01"));
  Place("police", Ambulance("P-2", "A", "2026-03-01"));
  Place("police", Ambulance("P-3", "A", "2026-06-01"));
  Place("police", LivesAt("P-4", {Child("B")}, "2026-05-01"));
  // What happened before B came stays with A; P-1 is about the home, and of a day when both lived
  // there.
  EXPECT_THAT(On("police", "B"), ElementsAre("P-1", "P-3", "P-4"));
  EXPECT_THAT(On("police", "A"), ElementsAre("P-1", "P-2", "P-3", "P-4"));
}

// Nobody knows since when they lived there; before it was carried the younger did not.
TEST_F(HouseholdTest, AChildLivesNowhereBeforeItsMotherCarriedIt) {
  v1::Contact home = LivesAt("P-1", {Child("A"), Child("B")}, "");
  Place("police", home);
  Place("police", Ambulance("P-2", "A", "2020-03-01"));
  Place("police", Ambulance("P-3", "A", "2023-03-01"));
  EXPECT_THAT(On("police", "B"), ElementsAre("P-1", "P-2", "P-3"));
  v1::Contact born = About("P-4", {Child("B")});
  *born.mutable_subjects(0)->mutable_demographics()->mutable_date_of_birth() = At("2022-06");
  Place("police", born);
  EXPECT_THAT(On("police", "B"), ElementsAre("P-1", "P-3", "P-4"));
  Place("police", Ambulance("P-5", "A", "2021-08-01"));
  EXPECT_THAT(On("police", "B"), ElementsAre("P-1", "P-3", "P-4"));
  Place("police", Ambulance("P-6", "A", "2021-12-01"));
  EXPECT_THAT(On("police", "B"), ElementsAre("P-1", "P-3", "P-4", "P-6"));
}

TEST_F(HouseholdTest, AnAdultsHistoryFollowsIntoTheNewHousehold) {
  Place("police", CallOut("P-1", {kMan}));
  Place("police", LivesAt("P-2", {Child("A"), Child("B")}, ""));
  EXPECT_THAT(On("police", "A"), ElementsAre("P-2"));
  Place("police", LivesAt("P-3", {kMan}, "2026-10-01"));
  EXPECT_THAT(On("police", "A"), ElementsAre("P-1", "P-2", "P-3"));
  EXPECT_THAT(On("police", "B"), ElementsAre("P-1", "P-2", "P-3"));
}

TEST_F(HouseholdTest, AHomeOfMoreThanTwelveDoesNotFlow) {
  for (int i = 0; i < 14; ++i) {
    const std::string id = std::to_string(i);
    Place("police", LivesAt("L-" + id, {Child(id)}, ""));
  }
  Place("police", Ambulance("P-1", "0", "2026-06-01"));
  EXPECT_THAT(On("police", "0"), ::testing::Contains("P-1"));
  EXPECT_THAT(On("police", "1"), ::testing::Not(::testing::Contains("P-1")));
}

TEST_F(HouseholdTest, ARefugeIsNobodysFamily) {
  v1::Contact first = LivesAt("P-1", {Child("A")}, "");
  first.mutable_address_known()->set_type("refuge");
  v1::Contact second = LivesAt("P-2", {Child("B")}, "");
  second.mutable_address_known()->set_type("refuge");
  EXPECT_TRUE(Place("police", first).placed().relations(0).apart());
  Place("police", second);
  Place("police", Ambulance("P-3", "A", "2026-06-01"));
  EXPECT_THAT(On("police", "B"), ElementsAre("P-2"));
}

// Taking two records together makes one family of two: what each brought comes to the other.
TEST_F(HouseholdTest, ALinkedParentBringsTheHistoryOfBothRecords) {
  const SubjectSpec at_health{"man", "adult", "other_adult", "", "HM"};
  Place("health", CallOut("H-1", {at_health}));
  Place("police", About("P-1", {Child("A")}));
  Place("police", Relation("P-2", "parent", kMan, Child("A")));
  EXPECT_THAT(On("police", "A"), ElementsAre("P-1", "P-2"));
  Take("desk", Decision("D-1", "same", "M1", "HM"));
  EXPECT_THAT(On("police", "A"), ElementsAre("H-1", "P-1", "P-2"));
  Take("desk", Decision("D-2", "undo_same", "M1", "HM"));
  EXPECT_THAT(On("police", "A"), ElementsAre("P-1", "P-2"));
  EXPECT_THAT(On("health", "HM"), ElementsAre("H-1"));
}

TEST_F(HouseholdTest, APartnersViolenceReachesTheChildrenOfTheOther) {
  const SubjectSpec mother{"mother", "adult", "parent_carer", "", "MO"};
  Place("police", CallOut("P-1", {kMan}));
  Place("police", Relation("P-2", "partner", kMan, mother));
  Place("police", Relation("P-3", "parent", mother, Child("A")));
  EXPECT_THAT(On("police", "A"), UnorderedElementsAre("P-1", "P-2", "P-3"));
}

TEST_F(HouseholdTest, AParentWhoIsKnownAsADescendantIsKeptBesideItDisputed) {
  Place("police", Relation("P-1", "parent", Child("A"), Child("B")));
  v1::Decision cycle = Place("police", Relation("P-2", "parent", Child("B"), Child("A")));
  EXPECT_EQ(cycle.placed().relations(0).confidence(), "disputed");
  EXPECT_THAT(cycle.placed().relations(0).carries(), IsEmpty());
}

// Whichever of the mother's records an agency knows, her unborn child is one.
TEST_F(PeopleTest, TheUnbornChildOfAMotherOfTwoRecordsIsOne) {
  const SubjectSpec mother{"mother", "adult", "parent_carer", "", "MO"};
  const SubjectSpec at_health{"mother", "adult", "parent_carer", "", "HMO"};
  const auto unborn = [](v1::Contact contact) {
    v1::Contact::Subject& child = *contact.add_subjects();
    child.set_label("unborn");
    child.set_person_kind("unborn_child");
    child.add_roles("subject_child");
    child.mutable_unborn()->set_mother("mother");
    return contact;
  };
  Place("police", unborn(About("P-1", {mother})));
  Place("health", About("H-1", {at_health}));
  Take("desk", Decision("D-1", "same", "MO", "HMO"));
  const v1::Decision first = Place("health", unborn(About("H-2", {at_health})));
  EXPECT_THAT(first.placed().made(), IsEmpty());
  v1::Contact birth = About("H-3", {at_health, kChildAtHealth});
  birth.mutable_birth()->set_child("child");
  birth.mutable_birth()->set_mother("mother");
  Place("health", birth);
  const PersonId child = bench_.state().PartOf(Record("health", "H7"));
  EXPECT_EQ(child.Raw(), first.placed().to(1).person());
  EXPECT_THAT(bench_.state().ContactsOf(child), SizeIs(3));
}

// Dates that cannot all be right are kept as they were said, and the contact says so.
class LifetimesTest : public PeopleTest {
 protected:
  static v1::Contact Born(v1::Contact contact, int subject, std::string_view when) {
    *contact.mutable_subjects(subject)->mutable_demographics()->mutable_date_of_birth() = At(when);
    return contact;
  }
  static v1::Contact Happened(v1::Contact contact, std::string_view when) {
    *contact.mutable_occurred() = At(when);
    return contact;
  }
  static v1::Contact Death(std::string_view id, const SubjectSpec& who) {
    v1::Contact contact = About(id, {who});
    contact.mutable_death()->set_who(who.label);
    return contact;
  }
  static v1::Contact Birth(std::string_view id) {
    v1::Contact contact = About(id, {kChild, kMother});
    contact.mutable_birth()->set_child("child");
    contact.mutable_birth()->set_mother("mother");
    return contact;
  }
  static std::vector<std::string> Warned(const v1::Decision& decision) {
    std::vector<std::string> texts;
    for (const v1::Warning& warning : decision.placed().warnings()) texts.push_back(warning.text());
    return texts;
  }
  inline static const SubjectSpec kMother{"mother", "adult", "parent_carer", "", "MO"};
};

TEST_F(LifetimesTest, AChildOlderThanItsMother) {
  Place("police", Born(About("P-1", {kMother}), 0, "1999-04-01"));
  const auto relation = Relation("P-2", "parent", kMother, kChild);
  const v1::Decision placed = Place("police", Born(relation, 1, "1990"));
  EXPECT_THAT(Warned(placed), ::testing::Contains(HasSubstr("born after the child")));
  ASSERT_THAT(placed.placed().relations(), SizeIs(1));
  EXPECT_THAT(placed.placed().relations(0).carries(), ::testing::Not(IsEmpty()));
  EXPECT_THAT(Warned(Place("police", Relation("P-3", "carer", kMother, kChild))),
              ::testing::Not(::testing::Contains(HasSubstr("born"))));
}

TEST_F(LifetimesTest, ABirthAfterADeathAsLongAsTheDeathStands) {
  Place("police", Happened(Death("P-1", kMother), "2026-05"));
  EXPECT_THAT(Warned(Place("police", Happened(Birth("P-2"), "2026-05-31"))),
              ::testing::Not(::testing::Contains(HasSubstr("died"))));
  EXPECT_THAT(Warned(Place("police", Happened(Birth("P-3"), "2026-06-01"))),
              ::testing::Contains(HasSubstr("died before this birth")));
  Place("police", TakenBack("P-4", "P-1"));
  EXPECT_THAT(Warned(Place("police", Happened(Birth("P-5"), "2026-06-01"))),
              ::testing::Not(::testing::Contains(HasSubstr("died"))));
}

TEST_F(LifetimesTest, ADeathThatAnotherContactTellsTooStands) {
  Place("police", Happened(Death("P-1", kMother), "2026-05"));
  Place("police", Happened(Death("P-2", kMother), "2026-04"));
  Place("police", TakenBack("P-3", "P-2"));
  EXPECT_THAT(Warned(Place("police", Happened(Birth("P-4"), "2026-06-01"))),
              ::testing::Contains(HasSubstr("died before this birth")));
  Place("police", TakenBack("P-5", "P-1"));
  EXPECT_THAT(Warned(Place("police", Happened(Birth("P-6"), "2026-06-01"))),
              ::testing::Not(::testing::Contains(HasSubstr("died"))));
}

TEST_F(LifetimesTest, ADeathOfAWrongPersonIsNobodysUntilItBelongsAgain) {
  Place("police", Happened(Death("P-1", kMother), "2026-05"));
  v1::Contact not_hers = TakenBack("P-2", "P-1");
  not_hers.mutable_contact_retracted()->set_why("wrong_person");
  Place("police", not_hers);
  EXPECT_THAT(Warned(Place("police", Happened(Birth("P-3"), "2026-06-01"))),
              ::testing::Not(::testing::Contains(HasSubstr("died"))));
  Place("police", TakenBack("P-4", "P-2"));
  EXPECT_THAT(Warned(Place("police", Happened(Birth("P-5"), "2026-06-01"))),
              ::testing::Contains(HasSubstr("died before this birth")));
}

TEST_F(LifetimesTest, ADeathThatIsSplitOffIsThatOfTheOther) {
  Place("police", About("P-0", {kMother}));
  Place("health", About("H-0", {{"mother", "adult", "parent_carer", "", "HX"}}));
  Place("police", Happened(Death("P-1", kMother), "2026-05"));
  v1::Contact split = Decision("D-1", "split", "MO", "HX");
  split.mutable_identity_decided()->add_contacts()->set_agency("police");
  split.mutable_identity_decided()->mutable_contacts(0)->set_contact_id("P-1");
  ASSERT_TRUE(Take("desk", split).has_unlinked());
  EXPECT_THAT(Warned(Place("police", Happened(Birth("P-2"), "2026-06-01"))),
              ::testing::Not(::testing::Contains(HasSubstr("died"))));
  v1::Contact birth = About("H-1", {{"child", "child", "subject_child", "", "HC"},
                                    {"mother", "adult", "parent_carer", "", "HX"}});
  birth.mutable_birth()->set_child("child");
  birth.mutable_birth()->set_mother("mother");
  EXPECT_THAT(Warned(Place("health", Happened(birth, "2026-06-01"))),
              ::testing::Contains(HasSubstr("died before this birth")));
}

TEST_F(LifetimesTest, ADeathBeforeTheBirth) {
  Place("police", Born(About("P-1", {kChild}), 0, "2019-03-02"));
  EXPECT_THAT(Warned(Place("police", Happened(Death("P-2", kChild), "2019-03-02"))),
              ::testing::Not(::testing::Contains(HasSubstr("born"))));
  EXPECT_THAT(Warned(Place("police", Happened(Death("P-3", kChild), "2019-03-01"))),
              ::testing::Contains(HasSubstr("born after this death")));
}

// What the strong identifiers of one subject do by rule, and what they do not.
class ClaimTest : public PeopleTest {
 protected:
  static v1::Contact Child(std::string_view id, std::string_view local_id, std::string_view nhs,
                           std::string_view name, std::string_view born) {
    v1::Contact contact = Envelope(id);
    SubjectSpec spec{"child", "child", "subject_child", "", ""};
    v1::Contact::Subject& subject = AddSubject(contact, spec);
    subject.mutable_demographics()->clear_names();
    const auto refer = [&](const char* scheme, std::string_view value) {
      if (value.empty()) return;
      subject.add_references()->set_scheme(scheme);
      subject.mutable_references(subject.references_size() - 1)->set_value(std::string(value));
    };
    refer("local-id", local_id);
    refer("nhs-number", nhs);
    if (!name.empty()) subject.mutable_demographics()->add_names(std::string(name));
    if (!born.empty()) *subject.mutable_demographics()->mutable_date_of_birth() = At(born);
    contact.mutable_conversation()->set_started_by("professional");
    return contact;
  }
};

// A consultation without names stands with nobody whom anyone can find, until the asker says who.
TEST_F(ClaimTest, AConsultationWithoutNamesJoinsTheChildThatTheAskerNamesByItsToken) {
  v1::Contact consultation = Envelope("S-1");
  consultation.mutable_no_names_consultation()->set_advice("Refer, with the parents' consent.");
  consultation.mutable_no_names_consultation()->set_asker_token("k7-2f");
  const v1::Decision asked = Place("school", consultation);
  ASSERT_THAT(asked.placed().to(), SizeIs(1));
  EXPECT_EQ(asked.placed().to(0).person_kind(), "unknown_person");

  Place("police", Child("P-1", "12", "", "Ana Ionescu", "2019-03-02"));
  const auto named = [](v1::Contact contact, std::string_view authority) {
    v1::Reference& token = *contact.mutable_subjects(0)->add_references();
    token.set_scheme("consultation-token");
    token.set_value("k7-2f");
    token.set_authority(std::string(authority));
    return contact;
  };
  // A token is worth nothing with another agency's name.
  Place("police", named(Child("P-2", "12", "", "Ana Ionescu", ""), "health"));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "P-2"));
  const Seq link = bench_.next_seq();
  for (Seq seq = link; seq < link + 3; ++seq) ids_[seq] = "P-3";
  Take("police", named(Child("P-3", "12", "", "Ana Ionescu", ""), "school"));
  EXPECT_THAT(On("police", "12"), ElementsAre("S-1", "P-1", "P-2", "P-3"));
}

TEST_F(ClaimTest, TwoNumbersOfOneChildLinkItsRecordsByRule) {
  Place("police", Child("P-1", "12", "", "Ana Ionescu", "2019-03-02"));
  Place("health", Child("H-1", "", "9434765919", "Ana Ionescu", "2019-03-02"));
  const Seq link = bench_.next_seq();
  ids_[link + 1] = "P-2";
  ids_[link + 2] = "P-2";
  Take("police", Child("P-2", "12", "9434765919", "Ana Ionescu", ""));
  EXPECT_TRUE(bench_.state().Person(Record("police", "12"))->links_size() == 1);
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "H-1", "P-2"));
}

TEST_F(ClaimTest, WhatDisagreesIsNotLinkedAndSaysInWhat) {
  Place("police", Child("P-1", "12", "", "Ana Ionescu", "2019-03-02"));
  Place("health", Child("H-1", "", "9434765919", "Maria Ionescu", "2019-03-02"));
  v1::Decision placed = Place("police", Child("P-2", "12", "9434765919", "Ana Ionescu", ""));
  EXPECT_THAT(placed.placed().warnings(),
              ::testing::Contains(::testing::Property(
                  &v1::Warning::text, HasSubstr("names somebody else by forename"))));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "P-2"));
  // From now on the number is claimed for both, and each is told by its name.
  Place("school", Child("S-1", "", "9434765919", "Maria Ionescu", ""));
  Place("school", Child("S-2", "", "9434765919", "Ana Ionescu", ""));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "P-2", "S-2"));
}

TEST_F(ClaimTest, ALinkThatSomebodyTookBackIsNotMadeAgainByRule) {
  Place("police", Child("P-1", "12", "", "Ana Ionescu", "2019-03-02"));
  Place("health", Child("H-1", "H7", "9434765919", "Ana Ionescu", "2019-03-02"));
  Take("desk", Decision("D-1", "same", "12", "H7"));
  Take("desk", Decision("D-2", "undo_same", "12", "H7"));
  Place("police", Child("P-2", "12", "9434765919", "Ana Ionescu", ""));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "P-2"));
  EXPECT_THAT(On("health", "H7"), ElementsAre("H-1"));
}

}  // namespace
}  // namespace throughline::intake
