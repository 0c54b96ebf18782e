#include <google/protobuf/unknown_field_set.h>

#include "engine/contact/catalogue.h"
#include "tests/engine/contact/contacts.h"

namespace throughline::contact {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The sound contact as one of another kind. Its subjects are child-a and mother.
v1::Contact As(std::string_view kind, std::string_view detail, std::string_view id = "C-1") {
  v1::Contact contact = Sound();
  contact.clear_detail();
  contact.MergeFrom(FromYaml("kind: " + std::string(kind) + "\ndetail: " + std::string(detail)));
  contact.set_contact_id(std::string(id));
  return contact;
}

Feed Attesting() {
  Feed feed = SchoolFeed();
  feed.attests = true;
  return feed;
}

void ExpectOneRefusal(const v1::Contact& contact, const Feed& feed, const std::string& field) {
  const Verdict verdict = Validate(contact, feed);
  ASSERT_EQ(verdict.refused.size(), 1u) << Shown(verdict.refused);
  EXPECT_EQ(verdict.refused[0].field, field);
}

void ExpectOneWarning(const v1::Contact& contact, const Feed& feed, const std::string& field) {
  const Verdict verdict = Validate(contact, feed);
  EXPECT_TRUE(verdict.refused.empty()) << Shown(verdict.refused);
  ASSERT_EQ(verdict.warnings.size(), 1u) << Shown(verdict.warnings);
  EXPECT_EQ(verdict.warnings[0].field, field);
}

TEST(ValidateKinds, WithoutADetailIsRefused) {
  v1::Contact contact = Sound();
  contact.clear_detail();
  ExpectOneRefusal(contact, SchoolFeed(), "detail");
}

TEST(ValidateKinds, ANewerKindIsKept) {
  v1::Contact contact = Sound();
  contact.clear_detail();
  contact.GetReflection()->MutableUnknownFields(&contact)->AddLengthDelimited(212, "\x0a\x01x");
  ExpectOneWarning(contact, SchoolFeed(), "detail");
  const auto decoded = Decode(contact.SerializeAsString());
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->SerializeAsString(), contact.SerializeAsString());
  // Nobody knows what its labels are: it may name nobody.
  contact.clear_subjects();
  ExpectOneWarning(contact, SchoolFeed(), "detail");
}

TEST(ValidateKinds, ANewerFieldOfTheEnvelopeIsNoKind) {
  v1::Contact contact = Sound();
  contact.clear_detail();
  contact.GetReflection()->MutableUnknownFields(&contact)->AddLengthDelimited(61, "x");
  ExpectOneRefusal(contact, SchoolFeed(), "detail");
}

// Every kind with nothing in its detail: each field that it needs is named, as the schema says.
TEST(ValidateKinds, EveryKindAsksForWhatTheSchemaSays) {
  for (const auto& [name, kind] : Catalogue::Get().kinds()) {
    SCOPED_TRACE(name);
    v1::Contact contact = Sound();
    contact.clear_detail();
    contact.GetReflection()->MutableMessage(&contact, kind.field);
    const Verdict verdict = Validate(contact, Attesting());
    std::vector<std::string> required;
    std::vector<std::string> wanted;
    const auto* type = kind.field->message_type();
    if (!kind.options.any_of().empty()) required.push_back("detail");
    // There are two subjects, and it does not say which it is about.
    if (name == "person_recorded") wanted.push_back("detail.who");
    for (int i = 0; i < type->field_count(); ++i) {
      const v1::Need need = type->field(i)->options().GetExtension(v1::need);
      if (need == v1::NEED_REQUIRED) required.push_back("detail." + type->field(i)->name());
      if (need == v1::NEED_WANTED) wanted.push_back("detail." + type->field(i)->name());
    }
    const auto fields = [](const std::vector<Fault>& faults) {
      std::vector<std::string> names;
      for (const Fault& fault : faults) {
        if (fault.field.starts_with("detail")) names.push_back(fault.field);
      }
      return names;
    };
    EXPECT_THAT(fields(verdict.warnings), ::testing::UnorderedElementsAreArray(wanted));
    if (name == "no_names_consultation") continue;  // subjects are a fault of it
    EXPECT_THAT(fields(verdict.refused), ::testing::UnorderedElementsAreArray(required));
    // Not everyone may author it: that is one more fault.
    const std::size_t author = kind.options.authored_by().empty() ? 0 : 1;
    EXPECT_EQ(verdict.refused.size(), required.size() + author) << Shown(verdict.refused);
  }
}

TEST(ValidateKinds, SomeAreTakenFromAnAttestedFeedOnly) {
  int attested = 0;
  for (const auto& [name, kind] : Catalogue::Get().kinds()) {
    v1::Contact contact = Sound();
    contact.clear_detail();
    contact.GetReflection()->MutableMessage(&contact, kind.field);
    const auto count = [&](const Feed& feed) {
      const auto faults = Validate(contact, feed).refused;
      return std::count_if(faults.begin(), faults.end(), [](const Fault& fault) {
        return fault.text == "taken only from a feed that attests";
      });
    };
    const bool is_attested = kind.options.attested_only();
    EXPECT_EQ(count(SchoolFeed()), is_attested ? 1 : 0) << name;
    EXPECT_EQ(count(Attesting()), 0) << name;
    attested += is_attested ? 1 : 0;
  }
  EXPECT_GE(attested, 16);
}

TEST(ValidateKinds, OneOfSeveralFieldsIsEnough) {
  const v1::Contact contact = As("growth_measured", "{weight_g: 3400}");
  ExpectSound(contact, SchoolFeed());
  ExpectOneRefusal(As("growth_measured", "{device: scales}"), SchoolFeed(), "detail");
  v1::Contact acted = As("handover_acted_on", "{contacts: [C-0]}");
  ExpectSound(acted, SchoolFeed());
}

TEST(ValidateKinds, ARefThatNamesNoContactIsMissing) {
  ExpectOneRefusal(As("handover_chased", "{of: {agency: police}}"), SchoolFeed(), "detail.of");
  ExpectOneRefusal(As("review_annotation", "{on: [C-0, {item: '1'}], type: theme, text: x}"),
                   SchoolFeed(), "detail.on[1]");
}

TEST(ValidateKinds, AnAgencyCorrectsAndRetractsItsOwn) {
  ExpectSound(As("contact_retracted", "{of: C-0, why: sent_in_error}"), SchoolFeed());
  ExpectSound(As("contact_retracted", "{of: hill-primary C-0, why: sent_in_error}"), SchoolFeed());
  ExpectOneRefusal(As("contact_retracted", "{of: police C-0, why: sent_in_error}"), SchoolFeed(),
                   "detail.of");
}

v1::Contact Correction() {
  v1::Contact contact = As("contact_corrected", "{of: C-0, why: wrong child}", "C-2");
  *contact.mutable_contact_corrected()->mutable_replaces() = Sound();
  contact.mutable_contact_corrected()->mutable_replaces()->set_contact_id("C-0");
  return contact;
}

TEST(ValidateKinds, ACorrectionCarriesAWholeContact) {
  ExpectSound(Correction(), SchoolFeed());
  v1::Contact contact = Correction();
  contact.mutable_contact_corrected()->mutable_of()->set_agency("police");
  ExpectOneRefusal(contact, SchoolFeed(), "detail.of");

  contact = Correction();
  contact.mutable_contact_corrected()->mutable_replaces()->clear_occurred();
  contact.mutable_contact_corrected()->mutable_replaces()->mutable_author()->clear_team();
  const Verdict verdict = Validate(contact, SchoolFeed());
  ASSERT_EQ(verdict.refused.size(), 1u) << Shown(verdict.refused);
  EXPECT_EQ(verdict.refused[0].field, "detail.replaces.occurred");
  ASSERT_EQ(verdict.warnings.size(), 1u) << Shown(verdict.warnings);
  EXPECT_EQ(verdict.warnings[0].field, "detail.replaces.author.team");

  contact = Correction();
  contact.mutable_contact_corrected()->mutable_replaces()->set_contact_id("C-9");
  ExpectOneWarning(contact, SchoolFeed(), "detail.replaces.contact_id");

  contact = Correction();
  v1::Contact& body = *contact.mutable_contact_corrected()->mutable_replaces();
  body = As("contact_retracted", "{of: C-1, why: wrong_person}", "C-0");
  ExpectOneWarning(contact, SchoolFeed(), "detail.replaces");

  contact = Correction();
  *contact.mutable_contact_corrected()->mutable_replaces() = Correction();
  ExpectOneRefusal(contact, SchoolFeed(), "detail.replaces");
}

TEST(ValidateKinds, AnIdentityIsDecidedBetweenReferencesThatHold) {
  const auto decided = [](std::string_view second, std::string_view role) {
    v1::Contact contact = As("identity_decided",
                             "{first: {scheme: local-id, value: '1'}, second: {scheme: nhs-number, "
                             "value: '" +
                                 std::string(second) + "'}, decision: same, grounds: x}");
    contact.mutable_author()->set_role(std::string(role));
    return contact;
  };
  ExpectSound(decided("9434765919", "data_steward"), SchoolFeed());
  ExpectSound(decided("9434765919", "safeguarding_lead"), SchoolFeed());
  ExpectOneRefusal(decided("9434765871", "data_steward"), SchoolFeed(), "detail.second");
  ExpectOneRefusal(decided("9434765919", "police_officer"), SchoolFeed(), "author.role");
}

TEST(ValidateKinds, WhatIsRecordedOfAPerson) {
  ExpectOneWarning(As("person_recorded", "{names: [Child A]}"), SchoolFeed(), "detail.who");
  ExpectOneWarning(
      As("person_recorded", "{who: child-a, references: [{scheme: upn, value: Q207000016049}]}"),
      SchoolFeed(), "detail.references[0].value");
  v1::Contact named = As("person_recorded", "{who: child-a, names: [Child A]}");
  named.mutable_subjects(0)->mutable_references(0)->set_scheme("nhs-number");
  named.mutable_subjects(0)->mutable_references(0)->set_value("9434765919");
  ExpectSound(named, SchoolFeed());
}

TEST(ValidateKinds, AnErasureIsOrderedByTwo) {
  ExpectSound(As("erasure_ordered", "{contacts: [C-0], basis: x, ordered_by: [director, lado]}"),
              Attesting());
  ExpectOneRefusal(As("erasure_ordered", "{contacts: [C-0], basis: x, ordered_by: [director]}"),
                   Attesting(), "detail.ordered_by");
}

TEST(ValidateKinds, ARuleIsSilencedForAFortnightAtMost) {
  ExpectSound(As("rule_silenced", "{rule: r, child: child-a, until: 2026-11-28, why: x}"),
              Attesting());
  ExpectOneRefusal(As("rule_silenced", "{rule: r, child: child-a, until: 2026-11-29, why: x}"),
                   Attesting(), "detail.until");
  ExpectOneRefusal(As("rule_silenced", "{rule: r, until: 2026-11-28, why: x}"), Attesting(),
                   "detail");
}

TEST(ValidateKinds, HashesAreHashes) {
  ExpectOneWarning(As("record_opened", "{what: document, sha256: abc, purpose: x}"), SchoolFeed(),
                   "detail.sha256");
  ExpectOneWarning(As("policy_activated",
                      "{policy: p, version: '1', content: x, state: active, back_test: abc}"),
                   Attesting(), "detail.back_test");
}

TEST(ValidateKinds, NoFactorStandsAlone) {
  v1::Contact contact =
      As("assessment_closed", "{type: single, outcome: services_s17, factors: ['21', 3A]}");
  contact.set_mode("meeting");
  contact.add_seen()->set_child("child-a");
  contact.add_links()->set_link("follows");
  contact.mutable_links(0)->mutable_target()->set_contact_id("A-1");
  *contact.mutable_decision() =
      FromYaml(
          "{kind: visit, decision: {decision: close, reasons: x, impact_on_child: x, "
          "rests_on: [V-1]}}")
          .decision();
  ExpectOneWarning(contact, SchoolFeed(), "detail.factors");
}

TEST(Validate, FindsAllAtOnceInTheOrderOfTheFields) {
  v1::Contact contact = Sound();
  contact.clear_contact_id();
  contact.mutable_subjects(1)->clear_roles();
  contact.mutable_subjects(0)->set_label("");
  contact.clear_occurred();
  contact.clear_author();
  contact.mutable_concern_noted()->set_told_to("somebody");
  contact.mutable_concern_noted()->clear_raised_by();
  contact.mutable_statements(0)->set_basis("seen");
  const Verdict verdict = Validate(contact, SchoolFeed());
  std::vector<std::string> fields;
  for (const Fault& fault : verdict.refused) fields.push_back(fault.field);
  EXPECT_THAT(fields, ::testing::ElementsAre("contact_id", "subjects[0].label", "subjects[1].roles",
                                             "occurred", "author"));
  fields.clear();
  for (const Fault& fault : verdict.warnings) fields.push_back(fault.field);
  EXPECT_THAT(fields,
              ::testing::ElementsAre("statements[0].basis", "detail.raised_by", "detail.told_to"));
}

TEST(Validate, SaysNothingOfWhatAFieldHolds) {
  v1::Contact contact = Sound();
  const std::string secret = "Rumpelstiltskin";
  contact.mutable_subjects(0)->set_person_kind(secret);
  contact.mutable_subjects(0)->mutable_references(0)->set_scheme("nhs-number");
  contact.mutable_subjects(0)->mutable_references(0)->set_value(secret);
  contact.mutable_occurred()->set_at(secret);
  contact.mutable_statements(0)->set_source(secret);
  contact.mutable_place()->set_address(secret);
  const Verdict verdict = Validate(contact, SchoolFeed());
  EXPECT_GE(verdict.refused.size() + verdict.warnings.size(), 5u);
  EXPECT_EQ((Shown(verdict.refused) + Shown(verdict.warnings)).find(secret), std::string::npos);
}

TEST(Validate, CountsWhatItDoesNotList) {
  v1::Contact contact = Sound();
  for (int i = 0; i < 5'000; ++i) contact.add_concerns()->set_concern("x");
  const Verdict verdict = Validate(contact, SchoolFeed());
  EXPECT_EQ(verdict.warnings.size(), 1'001u);
  EXPECT_EQ(verdict.warnings.back().text, "and 14000 more");
}

}  // namespace
}  // namespace throughline::contact
