#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/intake/unborn.h"
#include "tests/engine/intake/people.h"

// Children who are known by their mother before they are born, and whose birth is told wrongly,
// late or twice.
namespace throughline::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BirthsTest : public PeopleTest {
 protected:
  static SubjectSpec Mother(std::string_view local_id = "MO") {
    return {"mother", "adult", "parent_carer", "", std::string(local_id)};
  }

  static v1::Contact On(v1::Contact contact, std::string_view day) {
    *contact.mutable_occurred() = At(day);
    *contact.mutable_recorded() = At("2026-11-15T02:05");
    return contact;
  }

  static v1::Contact Pregnant(std::string_view id, std::string_view day,
                              std::string_view mother = "MO") {
    v1::Contact contact = On(About(id, {Mother(mother)}), day);
    v1::Contact::Subject& child = *contact.add_subjects();
    child.set_label("unborn");
    child.set_person_kind("unborn_child");
    child.add_roles("subject_child");
    child.mutable_unborn()->set_mother("mother");
    contact.mutable_pregnancy_known()->set_mother("mother");
    return contact;
  }

  static v1::Contact Birth(std::string_view id, std::string_view day, std::string_view child,
                           std::string_view mother = "MO") {
    v1::Contact contact =
        On(About(id, {Mother(mother), {"child", "child", "subject_child", "", std::string(child)}}),
           day);
    contact.mutable_birth()->set_child("child");
    contact.mutable_birth()->set_mother("mother");
    return contact;
  }

  static v1::Contact Retracted(std::string_view id, std::string_view of, std::string_view why) {
    v1::Contact contact = TakenBack(id, of);
    contact.mutable_contact_retracted()->set_why(std::string(why));
    return contact;
  }

  static v1::Contact Corrected(std::string_view id, const v1::Contact& body) {
    v1::Contact contact = Envelope(id);
    v1::ContactCorrected& corrected = *contact.mutable_contact_corrected();
    corrected.mutable_of()->set_contact_id(body.contact_id());
    corrected.set_why("mistyped");
    *corrected.mutable_replaces() = body;
    return contact;
  }

  // Of the unborn child that the contact named.
  PersonId UnbornIn(const v1::Decision& decision) const {
    for (const auto& to : decision.placed().to()) {
      if (to.label() == "unborn") return PersonIn(to.record().empty() ? to.person() : to.record());
    }
    ADD_FAILURE() << "names no unborn child: " << decision.DebugString();
    return PersonIn(std::string(16, 'x'));
  }

  std::vector<std::string> OnRecord(const PersonId& record) const {
    std::vector<std::string> contacts;
    for (const auto& [seq, offset] : bench_.state().ContactsOf(bench_.state().PartOf(record))) {
      contacts.push_back(ids_.at(seq));
    }
    return contacts;
  }
};

TEST_F(BirthsTest, WhatIsOfTheTimeBeforeTheBirthButComesAfterItIsOfTheChildThatWasBorn) {
  Place("health", Pregnant("H-1", "2026-02-01"));
  Place("health", Birth("H-2", "2026-06-10", "B-1"));
  Place("health", Pregnant("H-3", "2026-05-02"));
  const PersonId born = Record("health", "B-1");
  EXPECT_THAT(OnRecord(born), ElementsAre("H-1", "H-2", "H-3"));
  // The next pregnancy is another child's.
  EXPECT_NE(UnbornIn(Place("health", Pregnant("H-4", "2026-11-01"))), bench_.state().PartOf(born));
}

TEST_F(BirthsTest, OfTwinsItIsSaidWhomTheyMayBe) {
  v1::Contact twins = Pregnant("H-1", "2026-02-01");
  v1::Contact::Subject& second = *twins.add_subjects();
  second = twins.subjects(1);
  second.set_label("unborn-2");
  const v1::Decision known = Place("health", twins);
  const std::string first = UnbornIn(known).Text();
  const auto warned = [&](const v1::Contact& birth) {
    const v1::Decision decision = Place("health", birth);
    for (const auto& warning : decision.placed().warnings()) {
      if (warning.field() == "detail.child") return warning.text();
    }
    return std::string();
  };
  v1::Contact one = Birth("H-2", "2026-06-10", "T-1");
  v1::Contact other = Birth("H-3", "2026-06-10", "T-2");
  one.mutable_birth()->set_multiple(v1::TRI_YES);
  other.mutable_birth()->set_multiple(v1::TRI_YES);
  EXPECT_THAT(warned(one), HasSubstr(first));
  EXPECT_THAT(warned(other), HasSubstr(first)) << "that she has borne one tells nothing of which";
  // Of one that is linked already nothing is left to decide.
  Place("health", Pregnant("H-4", "2026-02-01", "OTHER"));
  EXPECT_EQ(warned(Birth("H-5", "2026-06-10", "B-1", "OTHER")), "");
}

TEST_F(BirthsTest, ABirthThatIsRetractedLeavesTheChildUnborn) {
  for (const char* why : {"sent_in_error", "wrong_person"}) {
    SCOPED_TRACE(why);
    const std::string mother = std::string("MO-") + why;
    const auto id = [&](const char* number) { return std::string(why) + number; };
    const PersonId unborn = UnbornIn(Place("health", Pregnant(id("-1"), "2026-02-01", mother)));
    Place("health", Birth(id("-2"), "2026-04-10", id("-child"), mother));
    Place("health", Retracted(id("-3"), id("-2"), why));
    EXPECT_EQ(UnbornIn(Place("health", Pregnant(id("-4"), "2026-05-01", mother))), unborn);
    // The birth that is told then is of the same child.
    Place("health", Birth(id("-5"), "2026-04-11", id("-child"), mother));
    EXPECT_EQ(bench_.state().PartOf(Record("health", id("-child"))), unborn);
  }
}

TEST_F(BirthsTest, ARetractionThatIsRetractedEndsThePregnancyAgain) {
  const PersonId unborn = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01")));
  Place("health", Birth("H-2", "2026-04-10", "B-1"));
  Place("health", Retracted("H-3", "H-2", "sent_in_error"));
  Place("health", Retracted("H-4", "H-3", "sent_in_error"));
  EXPECT_NE(UnbornIn(Place("health", Pregnant("H-5", "2026-10-01"))), unborn);
}

TEST_F(BirthsTest, ABirthThatTwoAgenciesTellIsOneAsLongAsOneOfThemStands) {
  const PersonId unborn = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01")));
  Place("health", Birth("H-2", "2026-06-10", "B-1"));
  Place("health", Birth("H-3", "2026-06-10", "B-1"));
  const auto is_born = [&] { return BornBy(*bench_.state().Person(unborn)).has_value(); };
  Place("health", Retracted("H-4", "H-2", "sent_in_error"));
  EXPECT_TRUE(is_born());
  Place("health", Retracted("H-5", "H-3", "sent_in_error"));
  EXPECT_FALSE(is_born());
}

TEST_F(BirthsTest, ACorrectionThatNamesTheRightMotherEndsHerPregnancyAndNotTheOthers) {
  const PersonId hers = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01", "MO")));
  const PersonId others = UnbornIn(Place("health", Pregnant("H-2", "2026-02-01", "OTHER")));
  Place("health", Birth("H-3", "2026-06-10", "B-1", "OTHER"));
  const v1::Contact corrected = Corrected("H-4", Birth("H-3", "2026-06-10", "B-1", "MO"));
  ASSERT_TRUE(Place("health", corrected).has_placed());
  EXPECT_EQ(UnbornIn(Place("health", Pregnant("H-5", "2026-08-01", "OTHER"))), others);
  EXPECT_NE(UnbornIn(Place("health", Pregnant("H-6", "2026-08-01", "MO"))), hers);
}

TEST_F(BirthsTest, ABirthThatIsCorrectedToAnotherMotherIsOfHerPregnancyAlone) {
  const PersonId hers = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01", "MO")));
  const PersonId others = UnbornIn(Place("health", Pregnant("H-2", "2026-02-01", "OTHER")));
  Place("health", Birth("H-3", "2026-06-10", "B-1", "OTHER"));
  Place("health", Corrected("H-4", Birth("H-3", "2026-06-10", "B-1", "MO")));
  EXPECT_THAT(OnRecord(hers), ElementsAre("H-1", "H-3", "H-4"));
  EXPECT_EQ(bench_.state().PartOf(Record("health", "B-1")), hers);
  // The other mother's own child is born later.
  Place("health", Birth("H-5", "2026-07-01", "B-2", "OTHER"));
  EXPECT_EQ(bench_.state().PartOf(Record("health", "B-2")), others);
  EXPECT_THAT(OnRecord(others), ElementsAre("H-2", "H-5"));
}

TEST_F(BirthsTest, ACorrectionOfAPregnancyIsOfTheSameChild) {
  const PersonId unborn = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01")));
  const v1::Decision corrected = Place("health", Corrected("H-2", Pregnant("H-1", "2026-02-02")));
  EXPECT_EQ(corrected.placed().made_size(), 0) << corrected.DebugString();
  EXPECT_THAT(OnRecord(unborn), ElementsAre("H-1", "H-2"));
  // By the day as it should read it is of the next pregnancy.
  Place("health", Birth("H-3", "2026-06-10", "B-1"));
  const v1::Decision next = Place("health", Corrected("H-4", Pregnant("H-1", "2026-11-02")));
  EXPECT_EQ(next.placed().made_size(), 1) << next.DebugString();
}

TEST_F(BirthsTest, ABirthWithoutANumberThatIsCorrectedIsOfTheSameChild) {
  const PersonId unborn = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01")));
  Place("health", Birth("H-2", "2026-06-10", ""));
  const v1::Decision corrected = Place("health", Corrected("H-3", Birth("H-2", "2026-06-11", "")));
  EXPECT_EQ(corrected.placed().made_size(), 0) << corrected.DebugString();
  EXPECT_THAT(OnRecord(unborn), ElementsAre("H-1", "H-2", "H-3"));
  EXPECT_TRUE(BornBy(*bench_.state().Person(unborn)).has_value());
}

TEST_F(BirthsTest, ACorrectionThatIsRetractedGivesTheChildBackToItsFirstMother) {
  const PersonId hers = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01", "MO")));
  const PersonId others = UnbornIn(Place("health", Pregnant("H-2", "2026-02-01", "OTHER")));
  Place("health", Birth("H-3", "2026-06-10", "B-1", "OTHER"));
  Place("health", Corrected("H-4", Birth("H-3", "2026-06-10", "B-1", "MO")));
  Place("health", Retracted("H-5", "H-4", "sent_in_error"));
  EXPECT_EQ(bench_.state().PartOf(Record("health", "B-1")), others);
  EXPECT_NE(bench_.state().PartOf(hers), others);
  EXPECT_FALSE(BornBy(*bench_.state().Person(hers)).has_value());
}

TEST_F(BirthsTest, ABirthOfWhichAnotherThingIsCorrectedIsOfTheSamePregnancy) {
  const PersonId unborn = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01")));
  Place("health", Birth("H-2", "2026-06-10", "B-1"));
  Place("health", Corrected("H-3", Birth("H-2", "2026-06-11", "B-1")));
  EXPECT_EQ(bench_.state().PartOf(Record("health", "B-1")), unborn);
  EXPECT_TRUE(BornBy(*bench_.state().Person(unborn)).has_value());
  Place("health", Retracted("H-4", "H-3", "sent_in_error"));
  EXPECT_EQ(bench_.state().PartOf(Record("health", "B-1")), unborn);
  EXPECT_TRUE(BornBy(*bench_.state().Person(unborn)).has_value());
  Place("health", Retracted("H-5", "H-2", "sent_in_error"));
  EXPECT_FALSE(BornBy(*bench_.state().Person(unborn)).has_value());
  EXPECT_NE(bench_.state().PartOf(Record("health", "B-1")), unborn);
}

TEST_F(BirthsTest, ABirthThatIsCorrectedToAnotherChildIsOfThatChild) {
  const PersonId unborn = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01")));
  Place("health", Birth("H-2", "2026-06-10", "B-1"));
  Place("health", Corrected("H-3", Birth("H-2", "2026-06-10", "B-2")));
  EXPECT_EQ(bench_.state().PartOf(Record("health", "B-2")), unborn);
  EXPECT_NE(bench_.state().PartOf(Record("health", "B-1")), unborn);
}

// Two hospitals know one mother by numbers of their own; a person finds that out after the birth.
TEST_F(BirthsTest, ABirthIsOfThePregnancyOfAMotherWhoTurnsOutToBeTheSame) {
  v1::Contact pregnant = Pregnant("P-1", "2026-02-01", "12");
  const PersonId unborn = UnbornIn(Place("police", pregnant));
  Place("health", Birth("H-1", "2026-06-10", "B-1", "H7"));
  ASSERT_TRUE(Place("desk", Decision("D-1", "same", "12", "H7")).has_linked());
  EXPECT_NE(bench_.state().PartOf(Record("health", "B-1")), unborn);
  Place("health", Birth("H-2", "2026-06-10", "B-1", "H7"));
  EXPECT_EQ(bench_.state().PartOf(Record("health", "B-1")), unborn);
  Place("health", Retracted("H-3", "H-2", "not_ours"));
  EXPECT_NE(bench_.state().PartOf(Record("health", "B-1")), unborn);
}

// The day and the month were swapped.
TEST_F(BirthsTest, ABirthWhoseDayIsCorrectedByMonthsIsOfTheSamePregnancy) {
  const PersonId unborn = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01")));
  Place("health", Birth("H-2", "2026-04-06", "B-1"));
  Place("health", Corrected("H-3", Birth("H-2", "2026-06-04", "B-1")));
  EXPECT_EQ(bench_.state().PartOf(Record("health", "B-1")), unborn);
  EXPECT_TRUE(BornBy(*bench_.state().Person(unborn)).has_value());
}

// Of the mother who was meant another child is born, of whom nobody told meanwhile.
TEST_F(BirthsTest, AChildWhoseBirthWasSentInErrorIsNotTheOneThatIsBornLater) {
  for (const char* why : {"sent_in_error", "not_ours", "wrong_person"}) {
    SCOPED_TRACE(why);
    const std::string mother = std::string("MO-") + why;
    const auto id = [&](const char* number) { return std::string(why) + number; };
    const PersonId unborn = UnbornIn(Place("health", Pregnant(id("-1"), "2026-02-01", mother)));
    Place("health", Birth(id("-2"), "2026-06-10", id("-one"), mother));
    Place("health", Retracted(id("-3"), id("-2"), why));
    Place("health", Birth(id("-4"), "2026-06-30", id("-other"), mother));
    EXPECT_EQ(bench_.state().PartOf(Record("health", id("-other"))), unborn);
    EXPECT_NE(bench_.state().PartOf(Record("health", id("-one"))), unborn);
  }
}

// A hospital tells of a birth under another mother's number, takes it back and tells it anew.
TEST_F(BirthsTest, ABirthUnderAWrongMotherLeavesNothingOfHerPregnancyWithTheChild) {
  const PersonId hers = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01", "MO")));
  const PersonId others = UnbornIn(Place("health", Pregnant("H-2", "2026-02-01", "OTHER")));
  Place("health", Birth("H-3", "2026-06-10", "B-1", "OTHER"));
  Place("health", About("H-4", {{"child", "child", "subject_child", "", "B-1"}}));
  EXPECT_THAT(OnRecord(others), ElementsAre("H-2", "H-3", "H-4"));

  Place("health", Retracted("H-5", "H-3", "wrong_person"));
  EXPECT_THAT(OnRecord(others), ElementsAre("H-2"));
  EXPECT_THAT(PeopleTest::On("health", "B-1"), ElementsAre("H-4"));
  Place("health", Birth("H-6", "2026-06-10", "B-1", "MO"));
  EXPECT_THAT(OnRecord(hers), ElementsAre("H-1", "H-4", "H-6"));
  EXPECT_THAT(OnRecord(others), ElementsAre("H-2"));
}

TEST_F(BirthsTest, ABirthThatWasRetractedBeforeItCameEndsNothing) {
  const PersonId unborn = UnbornIn(Place("health", Pregnant("H-1", "2026-02-01")));
  Place("health", Retracted("H-3", "H-2", "wrong_person"));
  Place("health", Birth("H-2", "2026-04-10", "B-1"));
  EXPECT_EQ(UnbornIn(Place("health", Pregnant("H-4", "2026-05-01"))), unborn);
  EXPECT_THAT(OnRecord(unborn), ElementsAre("H-1", "H-4"));
  EXPECT_NE(bench_.state().PartOf(Record("health", "B-1")), unborn);
}

}  // namespace
}  // namespace throughline::intake
