#include "engine/intake/teaching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/identity/index.h"
#include "tests/engine/intake/people.h"

namespace throughline::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// What tells the child of a record from others, as contacts teach it.
class TeachingTest : public PeopleTest {
 protected:
  static v1::Contact Names(std::string_view id, const std::string& name, std::string_view born,
                           const SubjectSpec& who = kChild) {
    v1::Contact contact = About(id, {who});
    v1::Contact::Demographics& known = *contact.mutable_subjects(0)->mutable_demographics();
    known.add_names(name);
    *known.mutable_date_of_birth() = At(born);
    known.set_address("1 Mill Lane, LE1 1AA");
    return contact;
  }
  static v1::Contact NotTheirs(std::string_view id, std::string_view of) {
    v1::Contact contact = TakenBack(id, of);
    contact.mutable_contact_retracted()->set_why("wrong_person");
    return contact;
  }
  std::vector<std::string> NamesOf(std::string_view agency, std::string_view local_id) const {
    const auto known = EvidenceOf(agency, local_id);
    return {known.names().begin(), known.names().end()};
  }
  v1::IdentityEvidence EvidenceOf(std::string_view agency, std::string_view local_id) const {
    return identity::EvidenceOf(bench_.state().reads(), Record(agency, local_id))
        .value_or(v1::IdentityEvidence());
  }
};

TEST_F(TeachingTest, WhatAWrongPersonsContactTaughtIsForgotten) {
  Place("police", Names("P-1", "Anna Hill", "2015-03-02"));
  const std::string before = EvidenceOf("police", "12").SerializeAsString();
  Place("police", Names("P-2", "Zoe Marsh", "2011-07-09"));
  EXPECT_THAT(NamesOf("police", "12"), UnorderedElementsAre("anna hill", "zoe marsh"));
  Place("police", NotTheirs("P-3", "P-2"));
  EXPECT_EQ(EvidenceOf("police", "12").SerializeAsString(), before)
      << "and the address, which both say, stays";
}

TEST_F(TeachingTest, NothingIsLeftWhereNobodyElseTaughtAnything) {
  Place("police", Names("P-1", "Zoe Marsh", "2011-07-09"));
  Place("police", NotTheirs("P-2", "P-1"));
  EXPECT_THAT(NamesOf("police", "12"), IsEmpty());
}

TEST_F(TeachingTest, WhatComesAfterItsRetractionTeachesNothing) {
  Place("police", Names("P-1", "Anna Hill", "2015-03-02"));
  Place("police", NotTheirs("P-3", "P-2"));
  Place("police", Names("P-2", "Zoe Marsh", "2011-07-09"));
  EXPECT_THAT(NamesOf("police", "12"), ElementsAre("anna hill"));
}

TEST_F(TeachingTest, WhatBelongsAgainTeachesAgain) {
  Place("police", Names("P-1", "Anna Hill", "2015-03-02"));
  Place("police", Names("P-2", "Zoe Marsh", "2011-07-09"));
  const std::string before = EvidenceOf("police", "12").SerializeAsString();
  Place("police", NotTheirs("P-3", "P-2"));
  Place("police", NotTheirs("P-4", "P-1"));
  EXPECT_THAT(NamesOf("police", "12"), IsEmpty());
  Place("police", TakenBack("P-5", "P-4"));
  Place("police", TakenBack("P-6", "P-3"));
  EXPECT_EQ(EvidenceOf("police", "12").SerializeAsString(), before);
}

TEST_F(TeachingTest, WhatIsSplitOffTeachesOfWhomItIs) {
  Place("police", Names("P-1", "Anna Hill", "2015-03-02"));
  Place("police", Names("P-2", "Zoe Marsh", "2011-07-09"));
  Place("health", About("H-1", {kChildAtHealth}));
  v1::Contact split = Decision("D-1", "split", "12", "H7");
  split.mutable_identity_decided()->add_contacts()->set_agency("police");
  split.mutable_identity_decided()->mutable_contacts(0)->set_contact_id("P-2");
  ASSERT_TRUE(Take("desk", split).has_unlinked());
  EXPECT_THAT(NamesOf("police", "12"), ElementsAre("anna hill"));
  EXPECT_THAT(NamesOf("health", "H7"), ElementsAre("zoe marsh"));
}

// Whose numbers that others give out are.
class ClaimsTest : public TeachingTest {
 protected:
  static v1::Contact Gives(v1::Contact contact, const std::string& number) {
    v1::Reference& reference = *contact.mutable_subjects(0)->add_references();
    reference.set_scheme("nhs-number");
    reference.set_value(number);
    return contact;
  }
  // Somebody else's, filed under the child's own number.
  static v1::Contact Misfiled(std::string_view id) {
    return Gives(Names(id, "Zoe Marsh", "2011-07-09"), kZoes);
  }
  static v1::Contact SplitOff(std::string_view contact_id) {
    v1::Contact split = Decision("D-1", "split", "12", "H7");
    split.mutable_identity_decided()->add_contacts()->set_agency("police");
    split.mutable_identity_decided()->mutable_contacts(0)->set_contact_id(std::string(contact_id));
    return split;
  }
  std::vector<PersonId> Claimants(const std::string& number) const {
    v1::ScopedReference reference;
    reference.set_scheme("nhs-number");
    reference.set_value(number);
    return bench_.state().Claimants(ReferenceKey(reference, false));
  }
  PersonId Child() const { return Record("police", "12"); }

  static inline const std::string kZoes = "9434765919";
};

TEST_F(ClaimsTest, ANumberThatAWrongPersonsContactGaveNamesTheRecordNoMore) {
  Place("police", Names("P-1", "Anna Hill", "2015-03-02"));
  Place("police", Misfiled("P-2"));
  ASSERT_THAT(Claimants(kZoes), ElementsAre(Child()));
  Place("police", NotTheirs("P-3", "P-2"));
  EXPECT_THAT(Claimants(kZoes), IsEmpty());
  // Of whom nothing else is said: nothing could disagree.
  v1::Contact zoe = About("H-1", {{"child", "child", "subject_child", "", "H7"}});
  Place("health", Gives(zoe, kZoes));
  EXPECT_THAT(Claimants(kZoes), ElementsAre(Record("health", "H7")));
  EXPECT_THAT(On("health", "H7"), ElementsAre("H-1"));
  EXPECT_THAT(On("police", "12"), ElementsAre("P-1"));
}

TEST_F(ClaimsTest, ANumberThatAnotherContactGivesTooStays) {
  Place("police", Gives(Names("P-1", "Anna Hill", "2015-03-02"), kZoes));
  Place("police", Misfiled("P-2"));
  Place("police", NotTheirs("P-3", "P-2"));
  EXPECT_THAT(Claimants(kZoes), ElementsAre(Child()));
  Place("police", NotTheirs("P-4", "P-1"));
  EXPECT_THAT(Claimants(kZoes), IsEmpty());
}

TEST_F(ClaimsTest, WhatBelongsAgainGivesItsNumberAgain) {
  Place("police", Misfiled("P-2"));
  Place("police", NotTheirs("P-3", "P-2"));
  ASSERT_THAT(Claimants(kZoes), IsEmpty());
  Place("police", TakenBack("P-4", "P-3"));
  EXPECT_THAT(Claimants(kZoes), ElementsAre(Child()));
}

TEST_F(ClaimsTest, WhatIsSplitOffGivesItsNumberToWhomItIs) {
  Place("police", Names("P-1", "Anna Hill", "2015-03-02"));
  Place("police", Misfiled("P-2"));
  Place("health", About("H-1", {kChildAtHealth}));
  ASSERT_TRUE(Take("desk", SplitOff("P-2")).has_unlinked());
  EXPECT_THAT(Claimants(kZoes), ElementsAre(Record("health", "H7")));
}

TEST_F(ClaimsTest, AnAgencysOwnNumberGoesOnNamingItsRecord) {
  Place("police", Misfiled("P-2"));
  const PersonId record = Child();
  Place("police", NotTheirs("P-3", "P-2"));
  EXPECT_EQ(Child(), record);
}

TEST_F(ClaimsTest, ANumberThatTwoRecordsClaimIsLeftToTheOther) {
  Place("health", Gives(Names("H-1", "Zoe Marsh", "2011-07-09", kChildAtHealth), kZoes));
  Place("police", Names("P-1", "Anna Hill", "2015-03-02"));
  // Without what would tell that it is another's.
  Place("police", Gives(Names("P-2", "Anna Hill", "2015-03-02"), kZoes));
  ASSERT_THAT(Claimants(kZoes), ElementsAre(Record("health", "H7"), Child()));
  Place("police", NotTheirs("P-3", "P-2"));
  EXPECT_THAT(Claimants(kZoes), ElementsAre(Record("health", "H7")));
}

TEST_F(TeachingTest, OfRecordsThatAreOnePersonEachKeepsItsOwn) {
  Place("police", Names("P-1", "Anna Hill", "2015-03-02"));
  Place("police", Names("P-2", "Zoe Marsh", "2011-07-09"));
  Place("health", Names("H-1", "Zoe Marsh", "2011-07-09", kChildAtHealth));
  Take("desk", Decision("D-1", "same", "12", "H7"));
  Place("police", NotTheirs("P-3", "P-2"));
  EXPECT_THAT(NamesOf("police", "12"), ElementsAre("anna hill"));
  EXPECT_THAT(NamesOf("health", "H7"), ElementsAre("zoe marsh"));
}

}  // namespace
}  // namespace throughline::intake
