#include "engine/intake/place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/intake/bench.h"

namespace throughline::intake {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

// Its check digit holds.
constexpr const char* kNhs = "943 476 5919";

std::vector<std::string> PersonsOf(const v1::Decision& decision) {
  std::vector<std::string> persons;
  for (const auto& placement : decision.placed().to()) persons.push_back(placement.person());
  return persons;
}

std::vector<std::string> WarningsOf(const v1::Decision& decision) {
  std::vector<std::string> all;
  for (const auto& warning : decision.placed().warnings()) {
    all.push_back(warning.field() + ": " + warning.text());
  }
  return all;
}

v1::Contact OfChild(std::string_view id,
                    const std::vector<std::pair<const char*, const char*>>& refs) {
  v1::Contact contact = Envelope(id);
  contact.mutable_conversation()->set_started_by("professional");
  v1::Contact::Subject& child = AddSubject(contact, {"child", "child", "subject_child"});
  *child.mutable_demographics()->mutable_date_of_birth() = At("2019-03-02");
  for (const auto& [scheme, value] : refs) {
    v1::Reference& reference = *child.add_references();
    reference.set_scheme(scheme);
    reference.set_value(value);
  }
  return contact;
}

TEST(PlaceTest, SomebodyUnknownGetsAPersonWithEveryReference) {
  Bench bench;
  v1::Decision decision =
      bench.Take("police", OfChild("C-1", {{"local-id", "12"}, {"nhs-number", kNhs}}));
  ASSERT_THAT(decision.placed().made(), SizeIs(1));
  const v1::PersonMade& made = decision.placed().made(0);
  EXPECT_EQ(made.person().size(), 16U);
  EXPECT_EQ(made.person_kind(), "child");
  ASSERT_THAT(made.references(), SizeIs(2));
  EXPECT_EQ(made.references(0).scope(), "police") << "the local id, then the national number";
  EXPECT_EQ(made.references(1).scope(), "");
  EXPECT_EQ(made.references(1).value(), "9434765919");
  const v1::Placement& placement = decision.placed().to(0);
  EXPECT_EQ(placement.person(), made.person());
  EXPECT_EQ(placement.label(), "child");
  EXPECT_EQ(placement.why(), "subject");
  EXPECT_THAT(placement.roles(), ElementsAre("subject_child"));
}

TEST(PlaceTest, TheSameReferenceIsTheSamePerson) {
  Bench bench;
  auto first = PersonsOf(bench.Take("police", About("C-1", "12")));
  v1::Decision again = bench.Take("police", About("C-2", "12"));
  EXPECT_EQ(PersonsOf(again), first);
  EXPECT_THAT(again.placed().made(), IsEmpty());
  EXPECT_EQ(again.placed().to(0).via_reference().value(), "12");
  EXPECT_EQ(again.placed().to(0).scope(), "police");
}

TEST(PlaceTest, ALocalIdIsTheAgencysOwn) {
  Bench bench;
  auto police = PersonsOf(bench.Take("police", About("C-1", "12")));
  auto health = PersonsOf(bench.Take("health", About("C-1", "12")));
  EXPECT_NE(police, health);
}

TEST(PlaceTest, ANationalNumberIsTheSameEverywhereHoweverItIsWritten) {
  Bench bench;
  auto police = PersonsOf(bench.Take("police", OfChild("C-1", {{"nhs-number", "943 476 5919"}})));
  auto health = PersonsOf(bench.Take("health", OfChild("C-1", {{"nhs-number", "943-476-5919"}})));
  EXPECT_EQ(police, health);
}

TEST(PlaceTest, AReviewRoleIsOnePersonForEveryAgencyOfItsImport) {
  Bench bench;
  auto publish = [&](const char* agency, const char* id, const char* import) {
    log::Message message = Published(OfChild(id, {{"review-role", "Child R"}}));
    message.headers.push_back({"throughline-import", import});
    return PersonsOf(bench.Take(agency, message));
  };
  auto first = publish("police", "C-1", "child-r");
  EXPECT_EQ(publish("health", "C-1", "child-r"), first);
  EXPECT_NE(publish("health", "C-2", "child-k"), first);
}

TEST(PlaceTest, AReferenceLearntBesideAKnownOneResolvesFromThenOn) {
  Bench bench;
  auto first = PersonsOf(bench.Take("police", About("C-1", "12")));
  v1::Decision beside =
      bench.Take("police", OfChild("C-2", {{"local-id", "12"}, {"nhs-number", kNhs}}));
  EXPECT_EQ(PersonsOf(beside), first);
  ASSERT_THAT(beside.placed().also_named(), SizeIs(1));
  EXPECT_EQ(beside.placed().also_named(0).references(0).scheme(), "nhs-number");
  EXPECT_EQ(PersonsOf(bench.Take("health", OfChild("H-1", {{"nhs-number", kNhs}}))), first);
}

TEST(PlaceTest, TwoReferencesOfTwoPersonsArePlacedByTheStrongerWithAWarning) {
  Bench bench;
  auto by_crn = PersonsOf(bench.Take("police", OfChild("C-1", {{"crn", "X-1"}})));
  auto by_nhs = PersonsOf(bench.Take("police", OfChild("C-2", {{"nhs-number", kNhs}})));
  ASSERT_NE(by_crn, by_nhs);
  v1::Decision both = bench.Take("police", OfChild("C-3", {{"crn", "X-1"}, {"nhs-number", kNhs}}));
  EXPECT_EQ(PersonsOf(both), by_nhs);
  EXPECT_THAT(WarningsOf(both), Contains("subjects[0].references[0]: names another person than "
                                         "subjects[0].references[1]: placed by the latter"));
  EXPECT_THAT(both.placed().also_named(), IsEmpty());
}

TEST(PlaceTest, AReferenceThatFailsItsCheckDoesNotLink) {
  Bench bench;
  bench.Take("police", OfChild("C-1", {{"local-id", "12"}, {"nhs-number", "943 476 5910"}}));
  v1::Decision other =
      bench.Take("police", OfChild("C-2", {{"local-id", "13"}, {"nhs-number", "943 476 5910"}}));
  ASSERT_TRUE(other.has_placed());
  EXPECT_THAT(other.placed().made(), SizeIs(1));
  EXPECT_THAT(other.placed().made(0).references(), SizeIs(1));
}

TEST(PlaceTest, ACaseNumberIsSharedByAFamilyAndLinksNobody) {
  Bench bench;
  v1::Contact contact = Envelope("C-1");
  contact.mutable_conversation()->set_started_by("professional");
  for (const char* scheme : {"case-ref", "police-urn", "tenancy-ref"}) {
    AddSubject(contact, {fmt::format("a-{}", scheme), "child", "subject_child", scheme, "77"});
    AddSubject(contact, {fmt::format("b-{}", scheme), "child", "subject_child", scheme, "77"});
  }
  v1::Decision decision = bench.Take("police", contact);
  ASSERT_TRUE(decision.has_placed());
  EXPECT_THAT(decision.placed().made(), SizeIs(6));
  EXPECT_THAT(WarningsOf(decision), Contains(HasSubstr("numbers a matter, not a person")));
}

TEST(PlaceTest, AHouseholdIsKnownByItsTenancy) {
  Bench bench;
  auto publish = [&](const char* id) {
    v1::Contact contact = About(id, "12");
    AddSubject(contact, {"home", "household", "household", "tenancy-ref", "T-1"});
    return PersonsOf(bench.Take("police", contact));
  };
  EXPECT_EQ(publish("C-1"), publish("C-2"));
}

TEST(PlaceTest, AHouseholdAndAPersonOfOneNumberAreApart) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  AddSubject(contact, {"home", "household", "household", "local-id", "12"});
  auto persons = PersonsOf(bench.Take("police", contact));
  ASSERT_THAT(persons, SizeIs(2));
  EXPECT_NE(persons[0], persons[1]);
}

TEST(PlaceTest, WhoIsNamedInWordsOnlyIsAPersonOfTheirOwnEveryTime) {
  Bench bench;
  v1::Contact first = Envelope("C-1");
  first.mutable_conversation()->set_started_by("professional");
  AddSubject(first, {"child", "child", "subject_child"});
  v1::Contact second = first;
  second.set_contact_id("C-2");
  EXPECT_NE(PersonsOf(bench.Take("police", first)), PersonsOf(bench.Take("police", second)));
}

TEST(PlaceTest, EveryNamedSubjectHasAChronologyButTheInformant) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  AddSubject(contact, {"mother", "adult", "parent_carer", "local-id", "13"});
  AddSubject(contact, {"flat", "household", "address", "uprn", "100000000001"});
  AddSubject(contact, {"neighbour", "adult", "informant", "local-id", "14"});
  v1::Decision decision = bench.Take("police", contact);
  ASSERT_THAT(decision.placed().to(), SizeIs(3));
  EXPECT_EQ(decision.DebugString().find("neighbour"), std::string::npos);
  EXPECT_THAT(decision.placed().made(), SizeIs(3));
}

TEST(PlaceTest, AnInformantWithAnotherRoleStandsInThatOneOnly) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  AddSubject(contact, {"mother", "adult", "informant", "local-id", "13"}).add_roles("victim");
  v1::Decision decision = bench.Take("police", contact);
  ASSERT_THAT(decision.placed().to(), SizeIs(2));
  EXPECT_THAT(decision.placed().to(1).roles(), ElementsAre("victim"));
}

TEST(PlaceTest, TwoSubjectsUnderOneReferenceAreOnePlacement) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  AddSubject(contact, {"again", "child", "alleged_perpetrator", "local-id", "12"});
  v1::Decision decision = bench.Take("police", contact);
  ASSERT_THAT(decision.placed().to(), SizeIs(1));
  EXPECT_THAT(decision.placed().to(0).roles(), ElementsAre("subject_child", "alleged_perpetrator"));
  EXPECT_THAT(WarningsOf(decision), Contains(HasSubstr("subjects[1]: names the same person")));
}

TEST(PlaceTest, MarksOfTheWholeAndOfTheSubjectGoWithThePlacement) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  AddSubject(contact, {"mother", "adult", "parent_carer", "local-id", "13"});
  contact.add_handling()->set_handling("court_restricted");
  auto& mark = *contact.add_handling();
  mark.set_handling("adult_health");
  mark.set_label("mother");
  v1::Decision decision = bench.Take("police", contact);
  EXPECT_THAT(decision.placed().to(0).handling(), ElementsAre("court_restricted"));
  EXPECT_THAT(decision.placed().to(1).handling(), ElementsAre("adult_health", "court_restricted"));
}

TEST(PlaceTest, IdsOfPersonsDependOnTheJournalTheRecordAndTheLabel) {
  Bench bench;
  v1::Contact contact = Envelope("C-1");
  contact.mutable_conversation()->set_started_by("professional");
  AddSubject(contact, {"a", "child", "subject_child"});
  AddSubject(contact, {"b", "child", "subject_child"});
  auto persons = PersonsOf(bench.Take("police", contact));
  contact.set_contact_id("C-2");
  auto later = PersonsOf(bench.Take("police", contact));
  std::set<std::string> distinct(persons.begin(), persons.end());
  distinct.insert(later.begin(), later.end());
  EXPECT_THAT(distinct, SizeIs(4));
}

TEST(PlaceTest, ReferencesThatAPersonRecordAddsResolveToo) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  v1::PersonRecorded& detail = *contact.mutable_person_recorded();
  detail.set_who("child");
  v1::Reference& reference = *detail.add_references();
  reference.set_scheme("nhs-number");
  reference.set_value(kNhs);
  auto person = PersonsOf(bench.Take("police", contact));
  EXPECT_EQ(PersonsOf(bench.Take("health", OfChild("H-1", {{"nhs-number", kNhs}}))), person);
}

TEST(PlaceTest, ACorrectionStandsOnThoseWhomTheNewBodyNamesToo) {
  Bench bench;
  auto wrong = PersonsOf(bench.Take("police", About("C-1", "12")));
  v1::Contact correction = Envelope("C-2");
  v1::ContactCorrected& detail = *correction.mutable_contact_corrected();
  detail.mutable_of()->set_contact_id("C-1");
  detail.set_why("another child");
  *detail.mutable_replaces() = About("C-1", "13");
  v1::Decision decision = bench.Take("police", correction);
  ASSERT_TRUE(decision.has_placed()) << decision.DebugString();
  auto persons = PersonsOf(decision);
  ASSERT_THAT(persons, SizeIs(2));
  EXPECT_THAT(persons, Contains(wrong[0]));
  EXPECT_EQ(PersonsOf(bench.Take("police", About("C-3", "13")))[0],
            persons[0] == wrong[0] ? persons[1] : persons[0]);
  EXPECT_THAT(WarningsOf(decision),
              Contains(HasSubstr("detail.replaces.subjects: somebody is not named any more")));
  correction.set_contact_id("C-4");
  detail.mutable_of()->set_contact_id("C-3");
  EXPECT_THAT(WarningsOf(bench.Take("police", correction)), Not(Contains(HasSubstr("any more"))));
}

TEST(PlaceTest, EveryLabelByWhichAContactNamesARecordIsNotedWithItsMarks) {
  Bench bench;
  bench.Take("police", About("C-1", "12"));
  v1::Contact correction = About("C-2", "12");
  v1::Contact body = About("C-1", "12");
  const std::string outer = correction.subjects(0).label();
  body.mutable_subjects(0)->set_label("boy");
  v1::Contact::Subject& twice = *body.add_subjects() = body.subjects(0);
  twice.set_label("brother");
  v1::Contact::Handling& mark = *body.add_handling();
  mark.set_label("brother");
  mark.set_handling("adult_health");
  correction.mutable_contact_corrected()->mutable_of()->set_contact_id("C-1");
  correction.mutable_contact_corrected()->set_why("w");
  *correction.mutable_contact_corrected()->mutable_replaces() = body;
  const v1::Decision decision = bench.Take("police", correction);
  ASSERT_THAT(decision.placed().to(), SizeIs(1)) << decision.DebugString();
  const v1::Placement& placement = decision.placed().to(0);
  EXPECT_EQ(placement.label(), outer);
  EXPECT_THAT(placement.also_labels(), ElementsAre("replaces/boy", "replaces/brother"));
  EXPECT_THAT(placement.handling(), ElementsAre("adult_health"));
}

// An unborn child of a mother whom the agency knows as M-1.
v1::Contact Pregnant(std::string_view id, std::string_view occurred, const char* expected = nullptr,
                     int unborn = 1) {
  v1::Contact contact = Envelope(id);
  *contact.mutable_occurred() = At(occurred);
  *contact.mutable_recorded() = At("2026-11-15T02:05");
  AddSubject(contact, {"mother", "adult", "parent_carer", "local-id", "M-1"});
  for (int i = 0; i < unborn; ++i) {
    v1::Contact::Subject& child = *contact.add_subjects();
    child.set_label(fmt::format("unborn-{}", i));
    child.set_person_kind("unborn_child");
    child.add_roles("subject_child");
    child.mutable_unborn()->set_mother("mother");
    if (expected != nullptr) {
      *child.mutable_unborn()->mutable_expected_date_of_birth() = At(expected);
    }
  }
  contact.mutable_pregnancy_known()->set_mother("mother");
  return contact;
}

v1::Contact Born(std::string_view id, std::string_view local_id) {
  v1::Contact contact = Envelope(id);
  AddSubject(contact, {"mother", "adult", "parent_carer", "local-id", "M-1"});
  AddSubject(contact, {"child", "child", "subject_child", "local-id", std::string(local_id)});
  contact.mutable_birth()->set_mother("mother");
  contact.mutable_birth()->set_child("child");
  return contact;
}

TEST(PlaceTest, TheUnbornChildOfAKnownMotherIsOnePerson) {
  Bench bench;
  auto first = PersonsOf(bench.Take("health", Pregnant("C-1", "2026-05-01", "2026-12-01")));
  auto second = PersonsOf(bench.Take("health", Pregnant("C-2", "2026-07-01")));
  auto third = PersonsOf(bench.Take("health", Pregnant("C-3", "2026-10-01", "2026-12-08")));
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first, second);
  EXPECT_EQ(first, third);
}

TEST(PlaceTest, AnotherPregnancyIsAnotherChild) {
  Bench bench;
  auto first = PersonsOf(bench.Take("health", Pregnant("C-1", "2023-05-01", "2023-12-01")));
  auto later = PersonsOf(bench.Take("health", Pregnant("C-2", "2026-07-01")));
  ASSERT_EQ(first[0], later[0]);
  EXPECT_NE(first[1], later[1]);
  // And what is said from then on is said of the later one.
  EXPECT_EQ(PersonsOf(bench.Take("health", Pregnant("C-3", "2026-08-01"))), later);
}

TEST(PlaceTest, ExpectedDatesFarApartAreTwoChildren) {
  Bench bench;
  auto first = PersonsOf(bench.Take("health", Pregnant("C-1", "2026-03-01", "2026-04-01")));
  auto later = PersonsOf(bench.Take("health", Pregnant("C-2", "2026-04-20", "2027-01-20")));
  EXPECT_NE(first[1], later[1]);
}

TEST(PlaceTest, AfterABirthTheUnbornChildIsAnother) {
  Bench bench;
  auto first = PersonsOf(bench.Take("health", Pregnant("C-1", "2026-05-01")));
  v1::Decision birth = bench.Take("health", Born("C-2", "B-1"));
  ASSERT_TRUE(birth.has_placed()) << birth.DebugString();
  EXPECT_THAT(birth.placed().ended(), SizeIs(1));
  auto later = PersonsOf(bench.Take("health", Pregnant("C-3", "2026-11-15")));
  EXPECT_NE(first[1], later[1]);
}

TEST(PlaceTest, TwinsAreTwoAndStayTwo) {
  Bench bench;
  auto first = PersonsOf(bench.Take("health", Pregnant("C-1", "2026-05-01", nullptr, 2)));
  ASSERT_THAT(first, SizeIs(3));
  EXPECT_NE(first[1], first[2]);
  EXPECT_EQ(PersonsOf(bench.Take("health", Pregnant("C-2", "2026-06-01", nullptr, 2))), first);
}

TEST(PlaceTest, AnUnbornChildWithAReferenceIsTheChildThatIsBornUnderIt) {
  Bench bench;
  v1::Contact before = Pregnant("C-1", "2026-05-01");
  v1::Reference& reference = *before.mutable_subjects(1)->add_references();
  reference.set_scheme("local-id");
  reference.set_value("B-1");
  auto unborn = PersonsOf(bench.Take("health", before));
  auto born = PersonsOf(bench.Take("health", Born("C-2", "B-1")));
  EXPECT_THAT(born, UnorderedElementsAre(unborn[0], unborn[1]));
}

TEST(PlaceTest, AChildIsBornOutOfTheUnbornChildOfItsMother) {
  Bench bench;
  auto unborn = PersonsOf(bench.Take("health", Pregnant("C-1", "2026-05-01")));
  EXPECT_THAT(PersonsOf(bench.Take("health", Born("C-2", "B-1"))),
              UnorderedElementsAreArray(unborn));
}

TEST(PlaceTest, TheBirthOfAnElderChildThatComesLateEndsNoPregnancy) {
  Bench bench;
  auto unborn = PersonsOf(bench.Take("health", Pregnant("C-1", "2026-05-01")));
  v1::Contact elder = Born("C-2", "B-0");
  *elder.mutable_occurred() = At("2019-02-01");
  v1::Decision birth = bench.Take("health", elder);
  ASSERT_TRUE(birth.has_placed()) << birth.DebugString();
  EXPECT_THAT(birth.placed().ended(), IsEmpty());
  EXPECT_EQ(PersonsOf(bench.Take("health", Pregnant("C-3", "2026-08-01"))), unborn);
  EXPECT_THAT(PersonsOf(bench.Take("health", Born("C-4", "B-1"))),
              UnorderedElementsAreArray(unborn));
}

// Of the twins of years ago one is still known by the mother alone.
TEST(PlaceTest, AChildIsBornOutOfTheOneUnbornChildThatTheBirthCanBeOf) {
  Bench bench;
  auto twins = PersonsOf(bench.Take("health", Pregnant("C-1", "2023-05-01", "2023-12-01", 2)));
  ASSERT_THAT(twins, SizeIs(3));
  auto unborn = PersonsOf(bench.Take("health", Pregnant("C-2", "2026-05-01")));
  v1::Decision birth = bench.Take("health", Born("C-3", "B-1"));
  EXPECT_THAT(PersonsOf(birth), UnorderedElementsAreArray(unborn));
  EXPECT_THAT(birth.placed().ended(), SizeIs(1));
}

TEST(PlaceTest, NoAgencyCanNameTheUnbornByTheEnginesOwnReference) {
  EXPECT_FALSE(NamesAPerson("unborn-of", false));
  EXPECT_TRUE(NamesAPerson("local-id", false));
}

}  // namespace
}  // namespace throughline::intake
