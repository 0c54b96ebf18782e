#include "engine/contact/read_contact.h"
#include "tests/engine/contact/contacts.h"

// Two stories told in the compact form, as agencies would publish them: what each says, how it is
// read, and which warnings stay on it.
namespace throughline::contact {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A police call-out to domestic abuse with two children present (an invented family).
constexpr std::string_view kCallout = R"(
- contact_id: DA-11873
  kind: domestic_abuse_callout
  occurred: {precision: minute, at: 2026-11-14T23:40}    # a Saturday night
  recorded: 2026-11-15T02:05
  author: {role: police_officer, team: response, person_ref: "4471"}
  source: {system: crime-recording, record_ref: "11873"}
  mode: face_to_face
  place: {place: home, address: flat}
  subjects:
    - {label: child-a, person_kind: child, roles: [subject_child], present: yes, demographics: {names: [Child A], date_of_birth: 2019-03-02, school: Hill Primary}}
    - {label: child-b, person_kind: child, roles: [also_present_child], present: yes, demographics: {names: [Child B], date_of_birth: 2023-08}}   # month only
    - {label: mother, person_kind: adult, roles: [parent_carer, victim], present: yes, references: [{scheme: local-id, value: N-88121}]}
    - {label: man, person_kind: unknown_person, roles: [alleged_perpetrator, unknown_adult], present: no, unknown: {description: left before police came, said_name: Dee, about_age: 30},
       stated_relation: {relation: partner, to: mother, stated_by: child-a}}
    - {label: flat, person_kind: household, roles: [address], references: [{scheme: uprn, value: "100000000001"}]}
  seen: [{child: child-a, seen: yes, seen_alone: no, spoken_to: yes, bedroom_seen: not_recorded}, {child: child-b, seen: yes, spoken_to: no, why_not: asleep}]
  voice: [{child: child-a, words: He shouts every night., expressed: words, others_present: [mother], language: Polish, interpreter: needed_none}]
  statements:
    - {text: A broken plate; a red mark on Mother's arm., basis: observed, source: author, quality: first_hand}
    - {text: They argued and nobody was hurt., basis: reported, source: mother, verification: contradicted}
  concerns: [{concern: domestic_abuse, children: [child-a, child-b], course: new, impact_on_child: Child A was woken and frightened.}]
  detail: {incident_ref: "11873", victim: mother, alleged_perpetrator: man, pregnancy: not_recorded, separation: no, risk_tool: dash, risk_yes_count: 9,
    children: [{child: child-a, where: hallway, saw: yes, heard: yes}, {child: child-b, where: bedroom, saw: no, heard: not_recorded}]}
- {contact_id: VC-4410, kind: vulnerable_child_notification, detail: {incident: DA-11873}, links: [{follows: DA-11873}], sharing: [{recipient: county-triage, position: to,
    expectation: act, purpose: safeguard two children, channel: system, lawful_basis: public_task, consent: not_sought_unsafe, due: 2026-11-16}]}
- {contact_id: OE-917, kind: encompass_notice, detail: {school: Hill Primary}, links: [{follows: DA-11873}], sharing: [{recipient: hill-primary, expectation: act, channel: secure_email}]}
- {contact_id: T-5521, kind: triage_received, detail: {notification: police VC-4410}, links: [{answers: police VC-4410}]}      # on the feed of county triage
)";

// An ambulance referral: relayed, chased, sent again, lost (the review of Child R, which gives no
// days).
constexpr std::string_view kReferral = R"(
- {contact_id: E1, kind: ambulance_attended, occurred: {precision: about, at: 2011-05}, author: {role: paramedic}, detail: {home_seen: yes},
   concerns: [{concern: injury, children: [sibling]}, {concern: neglect_home_conditions, children: [sibling, child-r]}],
   statements: [{text: Serious concerns about the conditions in the home., basis: observed, source: author}]}
- {contact_id: E2, kind: referral_made, occurred: {precision: about, at: 2011-05}, detail: {to: childrens-services}, links: [{follows: E1}],
   sharing: [{recipient: emas, unit: safeguarding referral line, position: to, expectation: act},
             {recipient: hospital, unit: emergency department, position: to, expectation: act, channel: form}]}
- {contact_id: E3, kind: referral_relayed, detail: {of: E2, to: childrens-services}, links: [{relays: E2}, {answers: E2}], sharing: [{recipient: childrens-services, position: to, expectation: act}]}
- {contact_id: H1, kind: attendance, occurred: {precision: about, at: 2011-05}, detail: {service: emergency, reason: head injury, arrived_by: ambulance}}
- {contact_id: C1, kind: referral_received, occurred: {precision: about, at: 2011-05}, detail: {source: 3F}, links: [{answers: emas E3}]}
- {contact_id: C2, kind: assessment_opened, detail: {type: initial, children: [sibling]}, links: [{follows: C1}]}
- {contact_id: C3, kind: visit, occurred: {precision: about, at: 2011-06}, detail: {purpose: assessment}, seen: [{child: child-r, seen: yes}]}
- {contact_id: C4, kind: recommendation_made, detail: {text: Follow up the home environment.}, links: [{follows: C3}]}
- {contact_id: E4, kind: ambulance_attended, occurred: {precision: between, at: 2011-05, to: 2011-07}, detail: {home_seen: yes}, links: [{follows: E1}]}
- {contact_id: E5, kind: home_observed, occurred: {precision: between, at: 2011-05, to: 2011-07}, detail: {items: [{aspect: cleanliness, since_last: same}]}, links: [{follows: E4}]}
- {contact_id: E6, kind: handover_chased, detail: {of: E3, reply: not_recorded}, links: [{chases: E3}]}
- {contact_id: E7, kind: referral_made, detail: {to: childrens-services, previous: [E2]}, links: [{sends_again: E2}, {follows: E5}], sharing: [{recipient: emas, unit: safeguarding referral line, expectation: act}]}
- {contact_id: E8, kind: referral_relayed, detail: {of: E7, to: childrens-services}, links: [{relays: E7}, {answers: E7}], sharing: [{recipient: childrens-services, expectation: act}]}
- {contact_id: C5, kind: assessment_closed, occurred: {precision: between, at: 2011-06, to: 2011-07}, detail: {type: initial, outcome: not_recorded}, links: [{follows: C2}],
   decision: {decision: close}}
- {contact_id: E9, kind: handover_found_lost, detail: {of: E8, where: not_known, found_by: referral_line}, links: [{chases: E8}]}
- {contact_id: E10, kind: referral_made, detail: {to: childrens-services}, links: [{sends_again: E7}], sharing: [{recipient: childrens-services, expectation: act, channel: system}]}
- {contact_id: C6, kind: referral_received, detail: {source: 3F, previous_in_12_months: 1}, links: [{answers: emas E10}]}
)";

// The subjects of the second story.
constexpr std::string_view kReviewSubjects = R"(
kind: visit
recorded: unknown
occurred: 2011-06
author: {role: social_worker, team: not_recorded}
source: {system: review-import, record_ref: review, retrospective: yes}
subjects:
  - {label: sibling, person_kind: child, roles: [subject_child], references: [{scheme: review-role, value: Sibling}], demographics: {names: [Sibling], date_of_birth: about 2009-03}}
  - {label: child-r, person_kind: child, roles: [also_present_child], references: [{scheme: review-role, value: Child R}], demographics: {names: [Child R], date_of_birth: 2010-08}}
  - {label: mother, person_kind: adult, roles: [parent_carer], references: [{scheme: review-role, value: Mother}]}
  - {label: home, person_kind: household, roles: [household], references: [{scheme: review-role, value: household}]}
)";

std::vector<v1::Contact> Story(std::string_view text) {
  const auto root = yaml::Parse(text, "story.yaml");
  EXPECT_TRUE(root.has_value()) << (root ? "" : root.error().text);
  std::vector<v1::Contact> contacts;
  if (!root) return contacts;
  for (const yaml::Node& node : root->items) {
    Compact compact = FromCompact(node, "story.yaml");
    for (const yaml::Fault& fault : compact.faults) ADD_FAILURE() << fault.Text();
    contacts.push_back(std::move(compact.contact));
  }
  return contacts;
}

// Fields that repeat are written once: the rest take them from the first.
void Repeat(const v1::Contact& first, v1::Contact& contact) {
  if (!contact.has_occurred()) *contact.mutable_occurred() = first.occurred();
  if (!contact.has_recorded()) *contact.mutable_recorded() = first.recorded();
  if (!contact.has_source()) *contact.mutable_source() = first.source();
  if (contact.author().team().empty()) {
    contact.mutable_author()->set_team(first.author().team());
    if (contact.author().role().empty()) contact.mutable_author()->set_role(first.author().role());
  }
  if (contact.statements().empty()) *contact.mutable_statements() = first.statements();
  if (contact.subjects().empty()) *contact.mutable_subjects() = first.subjects();
}

const v1::Contact& Find(const std::vector<v1::Contact>& contacts, std::string_view id) {
  for (const v1::Contact& contact : contacts) {
    if (contact.contact_id() == id) return contact;
  }
  ADD_FAILURE() << "no contact " << id;
  return contacts.front();
}

std::vector<std::string> Fields(const std::vector<Fault>& faults) {
  std::vector<std::string> fields;
  for (const Fault& fault : faults) fields.push_back(fault.field);
  return fields;
}

TEST(WorkedExamples, ACalloutWithTwoChildren) {
  std::vector<v1::Contact> contacts = Story(kCallout);
  ASSERT_EQ(contacts.size(), 4u);
  for (std::size_t i = 1; i < contacts.size(); ++i) Repeat(contacts[0], contacts[i]);
  const Millis received = At("2026-11-15T02:10");
  const Feed police{.agency = "police", .received = received};
  const Feed triage{.agency = "county-triage", .received = received};

  const Verdict callout = Validate(Find(contacts, "DA-11873"), police);
  EXPECT_TRUE(callout.refused.empty()) << Shown(callout.refused);
  EXPECT_THAT(
      callout.warnings,
      ElementsAre(Fault{"voice[0].interpreter", "an interpreter was needed, and there was none"}));
  ExpectSound(Find(contacts, "VC-4410"), police);
  const Verdict encompass = Validate(Find(contacts, "OE-917"), police);
  EXPECT_TRUE(encompass.refused.empty()) << Shown(encompass.refused);
  EXPECT_THAT(Fields(encompass.warnings),
              ElementsAre("sharing[0].purpose", "sharing[0].lawful_basis", "sharing[0].due",
                          "detail.incident"));
  ExpectSound(Find(contacts, "T-5521"), triage);
  EXPECT_THAT(Targets(Find(contacts, "T-5521"), "county-triage"),
              ElementsAre(Target{"police", "VC-4410"}));
  EXPECT_EQ(Find(contacts, "DA-11873").domestic_abuse_callout().children(1).where(), "bedroom");
  EXPECT_EQ(Find(contacts, "DA-11873").subjects(3).unknown().about_age(), 30u);
}

TEST(WorkedExamples, AReferralThatWasLost) {
  std::vector<v1::Contact> contacts = Story(kReferral);
  ASSERT_EQ(contacts.size(), 17u);
  v1::Contact base = FromYaml(kReviewSubjects);
  base.clear_visit();
  const Feed feed{.agency = "emas", .received = At("2026-11-15T02:10")};
  for (v1::Contact& contact : contacts) {
    Repeat(base, contact);
    SCOPED_TRACE(contact.contact_id());
    const Verdict verdict = Validate(contact, feed);
    EXPECT_TRUE(verdict.refused.empty()) << Shown(verdict.refused);
    EXPECT_THAT(Fields(verdict.warnings), ::testing::Contains("recorded"));
  }
  const Verdict closed = Validate(Find(contacts, "C5"), feed);
  EXPECT_THAT(Fields(closed.warnings),
              ElementsAre("subjects[0]", "subjects[1]", "recorded", "mode", "statements",
                          "decision", "decision.reasons", "decision.impact_on_child"));
  EXPECT_THAT(Targets(Find(contacts, "E7"), "emas"),
              ElementsAre(Target{"emas", "E2"}, Target{"emas", "E5"}));
  EXPECT_EQ(Occurred(Find(contacts, "E4")).earliest, At("2011-05"));
  EXPECT_EQ(Occurred(Find(contacts, "E4")).latest, At("2011-08") - 1);
  EXPECT_EQ(RecordedInstant(Find(contacts, "E4"), feed.received), At("2011-08") - 1);
}

}  // namespace
}  // namespace throughline::contact
