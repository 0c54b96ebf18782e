#include "engine/intake/relations.h"

#include "tests/engine/intake/people.h"

// What a relation that is said, ended or taken back carries from then on.
namespace throughline::intake {
namespace {

using ::testing::Contains;
using ::testing::Not;

const SubjectSpec kMother{"mother", "adult", "parent_carer", "", "MO"};

v1::Contact NeverPartners(v1::Contact contact, const SubjectSpec& from, const SubjectSpec& to) {
  v1::RelationEndedDetail& ended = *contact.mutable_relation_ended();
  ended.set_relation("partner");
  ended.set_from(from.label);
  ended.set_to(to.label);
  ended.set_reason("in_error");
  return contact;
}

class StatedTest : public PeopleTest {};

TEST_F(StatedTest, APartnershipEndsWhicheverOfTheTwoIsNamedFirst) {
  Place("police", CallOut("P-1", {kMan}));
  Place("police", Relation("P-2", "parent", kMother, kChild));
  Place("police", Relation("P-3", "partner", kMan, kMother));
  EXPECT_THAT(On("police", "12"), Contains("P-1"));
  const v1::Decision ended =
      Place("police", NeverPartners(About("P-4", {kMan, kMother}), kMother, kMan));
  for (const v1::Warning& warning : ended.placed().warnings()) {
    EXPECT_NE(warning.text(), "ends a relation that nobody has stated");
  }
  EXPECT_THAT(On("police", "12"), Not(Contains("P-1")));
}

}  // namespace
}  // namespace throughline::intake
