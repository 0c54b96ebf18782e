#include "engine/intake/relations.h"

#include "tests/engine/intake/people.h"

// What a relation that is said, ended or taken back carries from then on.
namespace throughline::intake {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const SubjectSpec kMother{"mother", "adult", "parent_carer", "", "MO"};

v1::Contact Never(v1::Contact contact, std::string_view relation, const SubjectSpec& from,
                  const SubjectSpec& to) {
  v1::RelationEndedDetail& ended = *contact.mutable_relation_ended();
  ended.set_relation(std::string(relation));
  ended.set_from(from.label);
  ended.set_to(to.label);
  ended.set_reason("in_error");
  return contact;
}

TEST(FlowTableTest, AnEndStopsWhatTheTableSaysForThatReason) {
  const auto table = FlowTable::Parse(DefaultFlow(), "flow");
  ASSERT_TRUE(table.has_value());
  EXPECT_THAT(table->StoppedBy("parent", "court", "verified"), Contains("unborn_child_of"));
  EXPECT_THAT(table->StoppedBy("parent", "court", ""), Contains("parent"));
  EXPECT_THAT(table->StoppedBy("parent", "court", "suspected"), IsEmpty());
  EXPECT_THAT(table->StoppedBy("parent", "separation", "verified"), IsEmpty());
  EXPECT_THAT(table->StoppedBy("carer", "court", "verified"), IsEmpty());
}

TEST(FlowTableTest, WithoutWhatStopsItIsReadAndWithAnUnknownReasonItIsNot) {
  std::string text(DefaultFlow());
  const auto by = text.find("by: [court]");
  ASSERT_NE(by, std::string::npos);
  std::string unknown = text;
  unknown.replace(by, 11, "by: [curt]");
  const auto refused = FlowTable::Parse(unknown, "flow");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().text, HasSubstr("`curt` is no reason of relation_ended"));
  const auto begin = text.rfind("    stops:", by);
  text.erase(begin, text.find("  holds_parental_responsibility:", begin) - begin);
  const auto older = FlowTable::Parse(text, "flow");
  ASSERT_TRUE(older.has_value()) << older.error().text;
  EXPECT_THAT(older->StoppedBy("parent", "court", "verified"), IsEmpty());
  EXPECT_THAT(older->CarriedBy("parent", "verified"), Contains("adult"));
}

class StatedTest : public PeopleTest {
 protected:
  // Parent and child the wrong way round.
  static v1::Contact Swapped(std::string_view id) {
    return Relation(id, "parent", kChild, kMother);
  }
  void ExpectsTheMother(std::string_view agency, const v1::Contact& contact) {
    const v1::Decision said = Place(agency, contact);
    ASSERT_THAT(said.placed().relations(), SizeIs(1)) << said.DebugString();
    EXPECT_EQ(said.placed().relations(0).confidence(), "recorded");
    Place("police", CallOut("P-9", {kMother}));
    EXPECT_THAT(On("police", "12"), Contains("P-9"));
  }
};

TEST_F(StatedTest, APartnershipEndsWhicheverOfTheTwoIsNamedFirst) {
  Place("police", CallOut("P-1", {kMan}));
  Place("police", Relation("P-2", "parent", kMother, kChild));
  Place("police", Relation("P-3", "partner", kMan, kMother));
  EXPECT_THAT(On("police", "12"), Contains("P-1"));
  const v1::Decision ended =
      Place("police", Never(About("P-4", {kMan, kMother}), "partner", kMother, kMan));
  for (const v1::Warning& warning : ended.placed().warnings()) {
    EXPECT_NE(warning.text(), "ends a relation that nobody has stated");
  }
  EXPECT_THAT(On("police", "12"), Not(Contains("P-1")));
}

TEST_F(StatedTest, WhatWasTakenBackMakesNobodyADescendant) {
  Place("police", Swapped("P-1"));
  Place("police", TakenBack("P-2", "P-1"));
  ExpectsTheMother("police", Relation("P-3", "parent", kMother, kChild));
}

TEST_F(StatedTest, WhatItsAgencySaidNeverWasMakesNobodyADescendant) {
  Place("police", Swapped("P-1"));
  Place("police", Never(About("P-2", {kChild, kMother}), "parent", kChild, kMother));
  ExpectsTheMother("police", Relation("P-3", "parent", kMother, kChild));
}

TEST_F(StatedTest, ACorrectionSaysTheRightWayRoundWhatItsContactSaidTheWrong) {
  Place("police", Swapped("P-1"));
  v1::Contact correction = Envelope("P-2");
  v1::ContactCorrected& corrected = *correction.mutable_contact_corrected();
  corrected.mutable_of()->set_contact_id("P-1");
  corrected.set_why("swapped");
  *corrected.mutable_replaces() = Relation("P-1", "parent", kMother, kChild);
  ExpectsTheMother("police", correction);
}

}  // namespace
}  // namespace throughline::intake
