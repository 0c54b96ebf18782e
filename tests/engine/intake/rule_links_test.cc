#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/intake/people.h"

// Links that a rule makes of what one contact says hold as long as such a contact is theirs.
namespace throughline::intake {
namespace {

using ::testing::ElementsAre;

class RuleLinksTest : public PeopleTest {
 protected:
  RuleLinksTest() {
    Place("police", Known("P-1", "12", "943 476 5919"));
    Place("health", Known("H-1", "H7", "943 476 5870"));
  }

  // A child whom an agency knows by an id of its own and a number that others give out.
  static v1::Contact Known(std::string_view id, std::string_view local_id,
                           std::string_view number) {
    v1::Contact contact =
        About(id, {{"child", "child", "subject_child", "", std::string(local_id)}});
    v1::Reference& nhs = *contact.mutable_subjects(0)->add_references();
    nhs.set_scheme("nhs-number");
    nhs.set_value(std::string(number));
    return contact;
  }
  // Gives both numbers for one child.
  static v1::Contact Both(std::string_view id) {
    v1::Contact contact = Known(id, "", "943 476 5919");
    contact.mutable_subjects(0)->clear_demographics();
    v1::Reference& other = *contact.mutable_subjects(0)->add_references();
    other.set_scheme("nhs-number");
    other.set_value("943 476 5870");
    return contact;
  }
  static v1::Contact WrongPerson(std::string_view id, std::string_view of) {
    v1::Contact contact = TakenBack(id, of);
    contact.mutable_contact_retracted()->set_why("wrong_person");
    return contact;
  }
  bool AreOne() const {
    return bench_.state().PartOf(Record("police", "12")) ==
           bench_.state().PartOf(Record("health", "H7"));
  }
};

TEST_F(RuleLinksTest, WhatGaveBothNumbersWasSomebodyElses) {
  Place("school", Both("S-1"));
  ASSERT_TRUE(AreOne());
  Place("school", WrongPerson("S-2", "S-1"));
  EXPECT_FALSE(AreOne());
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1"));
  EXPECT_THAT(On("health", "H7"), ElementsAre("H-1"));
  // Nobody decided that they are apart: the next that gives both links them again.
  Place("school", Both("S-3"));
  EXPECT_TRUE(AreOne());
}

TEST_F(RuleLinksTest, AnotherContactThatGivesBothHoldsTheLink) {
  Place("school", Both("S-1"));
  Place("school", Both("S-2"));
  Place("school", WrongPerson("S-3", "S-1"));
  EXPECT_TRUE(AreOne());
  Place("school", WrongPerson("S-4", "S-2"));
  EXPECT_FALSE(AreOne());
}

TEST_F(RuleLinksTest, ARetractionThatGivesBothItselfHoldsTheLink) {
  Place("school", Both("S-1"));
  v1::Contact retraction = WrongPerson("S-2", "S-1");
  *retraction.mutable_subjects() = Both("S-1").subjects();
  ASSERT_TRUE(Place("school", retraction).has_placed());
  EXPECT_TRUE(AreOne());
}

TEST_F(RuleLinksTest, ARetractionForAnotherReasonLeavesTheLink) {
  Place("school", Both("S-1"));
  Place("school", TakenBack("S-2", "S-1"));
  EXPECT_TRUE(AreOne());
}

TEST_F(RuleLinksTest, WhatAPersonDecidedIsNotUndoneByARetraction) {
  Place("desk", Decision("D-1", "same", "12", "H7"));
  Place("school", Both("S-1"));
  Place("school", WrongPerson("S-2", "S-1"));
  EXPECT_TRUE(AreOne());
}

TEST_F(RuleLinksTest, WhatAPersonConfirmsIsNotUndoneByARetraction) {
  Place("school", Both("S-1"));
  ASSERT_TRUE(Place("desk", Decision("D-1", "same", "12", "H7")).has_linked());
  Place("school", WrongPerson("S-2", "S-1"));
  EXPECT_TRUE(AreOne());
  EXPECT_TRUE(Place("desk", Decision("D-2", "same", "12", "H7")).has_refused());
}

TEST_F(RuleLinksTest, WhatAPersonUndidIsNotMadeAgain) {
  Place("school", Both("S-1"));
  Place("desk", Decision("D-1", "undo_same", "12", "H7"));
  Place("school", WrongPerson("S-2", "S-1"));
  Place("school", TakenBack("S-3", "S-2"));
  EXPECT_FALSE(AreOne());
}

TEST_F(RuleLinksTest, ARetractionThatIsRetractedLinksThemAgain) {
  Place("school", Both("S-1"));
  Place("school", WrongPerson("S-2", "S-1"));
  Place("school", TakenBack("S-3", "S-2"));
  EXPECT_TRUE(AreOne());
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1", "H-1", "S-1", "S-2", "S-3"));
}

// What gave both first is theirs after all, just when what gave both since turns out not to be.
TEST_F(RuleLinksTest, WhatGivesBothAgainHoldsTheLinkThatARetractionHeld) {
  Place("school", Both("S-1"));
  v1::Contact retraction = WrongPerson("S-2", "S-1");
  *retraction.mutable_subjects() = Both("S-1").subjects();
  Place("school", retraction);
  const Seq before = bench_.next_seq();
  Place("school", WrongPerson("S-3", "S-2"));
  EXPECT_TRUE(AreOne());
  EXPECT_LT(bench_.next_seq(), before + 3);
}

TEST_F(RuleLinksTest, ACorrectionGivesBothAsWell) {
  Place("school", Known("S-1", "", "943 476 5919"));
  v1::Contact correction = Envelope("S-2");
  correction.mutable_contact_corrected()->mutable_of()->set_contact_id("S-1");
  correction.mutable_contact_corrected()->set_why("mistyped");
  *correction.mutable_contact_corrected()->mutable_replaces() = Both("S-1");
  Place("school", correction);
  ASSERT_TRUE(AreOne());
  Place("school", WrongPerson("S-3", "S-2"));
  EXPECT_FALSE(AreOne());
  Place("school", TakenBack("S-4", "S-3"));
  EXPECT_TRUE(AreOne());
}

// The first number of three is given with each of the others; the two others once together.
TEST_F(RuleLinksTest, OfThreeRecordsThoseStayOneThatAnotherContactGivesTogether) {
  const auto both = [](std::string_view id, std::string_view one, std::string_view other) {
    v1::Contact contact = Both(id);
    contact.mutable_subjects(0)->mutable_references(0)->set_value(std::string(one));
    contact.mutable_subjects(0)->mutable_references(1)->set_value(std::string(other));
    return contact;
  };
  Place("school", Known("E-1", "E3", "401 023 2137"));
  Place("school", both("S-1", "943 476 5919", "943 476 5870"));
  Place("school", both("S-2", "943 476 5919", "401 023 2137"));
  Place("school", both("S-3", "943 476 5870", "401 023 2137"));
  Place("school", WrongPerson("S-4", "S-1"));
  EXPECT_TRUE(AreOne());
  Place("school", WrongPerson("S-5", "S-3"));
  EXPECT_FALSE(AreOne());
  EXPECT_EQ(bench_.state().PartOf(Record("police", "12")),
            bench_.state().PartOf(Record("school", "E3")));
}

TEST_F(RuleLinksTest, ButNotIfAPersonDecidedMeanwhileThatTheyAreTwo) {
  Place("school", Both("S-1"));
  Place("school", WrongPerson("S-2", "S-1"));
  Place("desk", Decision("D-1", "not_same", "12", "H7"));
  Place("school", TakenBack("S-3", "S-2"));
  EXPECT_FALSE(AreOne());
}

TEST_F(RuleLinksTest, WhatWasSomebodyElsesBeforeItCameLinksNobody) {
  Place("school", WrongPerson("S-2", "S-1"));
  Place("school", Both("S-1"));
  EXPECT_FALSE(AreOne());
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1"));
}

TEST_F(RuleLinksTest, ACorrectionThatDropsANumberIsWarnedOfTheLinkThatStays) {
  const auto corrected = [&](std::string_view id) {
    v1::Contact correction = Envelope(id);
    correction.mutable_contact_corrected()->mutable_of()->set_contact_id("S-1");
    correction.mutable_contact_corrected()->set_why("mistyped");
    *correction.mutable_contact_corrected()->mutable_replaces() = Known("S-1", "", "943 476 5919");
    return correction;
  };
  const auto warns = [](const v1::Decision& decision) {
    const auto& warnings = decision.placed().warnings();
    return std::any_of(warnings.begin(), warnings.end(), [](const auto& warning) {
      return warning.field() == "detail.replaces.subjects" &&
             warning.text().find("identity undo") != std::string::npos;
    });
  };
  Place("school", Both("S-1"));
  EXPECT_TRUE(warns(Place("school", corrected("S-2"))));
  EXPECT_TRUE(AreOne());
  Place("school", Both("S-3"));
  EXPECT_FALSE(warns(Place("school", corrected("S-4")))) << "another contact gives both";
  Place("desk", Decision("D-1", "undo_same", "12", "H7"));
  Place("school", TakenBack("S-5", "S-3"));
  EXPECT_FALSE(warns(Place("school", corrected("S-6")))) << "they are not one any more";
}

// A decision is undone by deciding otherwise; to retract it does nothing, and says so.
TEST_F(RuleLinksTest, ARetractionOfADecisionIsWarnedOf) {
  Place("desk", Decision("D-1", "same", "12", "H7"));
  const v1::Decision retracted = Place("desk", TakenBack("D-2", "D-1"));
  EXPECT_TRUE(AreOne());
  const auto& warnings = retracted.placed().warnings();
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(), [](const auto& warning) {
    return warning.field() == "detail.of" &&
           warning.text() ==
               "is a decision, not a contact about somebody: it stands; to change it, decide anew";
  })) << retracted.DebugString();
}

}  // namespace
}  // namespace throughline::intake
