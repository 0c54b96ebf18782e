#include "tests/engine/contact/contacts.h"

namespace throughline::contact {
namespace {

// A contact with which nothing is wrong, of a kind that expects a decision.
v1::Contact SoundDecision() {
  return FromYaml(R"(
contact_id: R-1
kind: referral_not_made
occurred: 2026-11-13T10:15
recorded: 2026-11-13T17:40
author: {role: teacher, team: pastoral}
source: {system: school-records, record_ref: "71"}
subjects:
  - {label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: P-1}]}
  - {label: mother, person_kind: adult, roles: [parent_carer], references: [{scheme: local-id, value: P-2}]}
statements:
  - {text: She came without a coat., basis: observed, source: author}
  - {text: The coat was lost., basis: reported, source: mother, verification: verified}
concerns: [{concern: neglect_hygiene, children: child-a, impact_on_child: cold at break, course: new}]
actions: [{text: Lend a coat, type: practical, about: child-a}, {text: Ask again, about: mother}]
decision: {decision: monitor, reasons: a first time, impact_on_child: cold, rests_on_statements: [1, 2]}
attachments: [{sha256: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, type: letter}]
handling: [{handling: third_party, statement: 2}, {handling: not_for_family, field: detail.considered_with}]
detail: {to: childrens-services, considered_with: designated_safeguarding_lead}
)");
}

Feed AfternoonFeed() { return {.agency = "hill-primary", .received = At("2026-11-13T18:00")}; }

TEST(ValidateEvidence, TheSoundDecisionIsSound) { ExpectSound(SoundDecision(), AfternoonFeed()); }

TEST(ValidateEvidence, Refused) {
  ExpectRefused(
      SoundDecision(), AfternoonFeed(),
      {{"a statement too long",
        [](v1::Contact& c) { c.mutable_statements(0)->set_text(std::string(20'001, 'a')); },
        "statements[0].text", "more than 20000"},
       {"a concern about nobody's label",
        [](v1::Contact& c) { c.mutable_concerns(0)->set_children(0, "child-b"); },
        "concerns[0].children[0]", "a label that no subject has"},
       {"no hash", [](v1::Contact& c) { c.mutable_attachments(0)->clear_sha256(); },
        "attachments[0].sha256", "missing"},
       {"a hash too short",
        [](v1::Contact& c) { c.mutable_attachments(0)->set_sha256(std::string(63, 'a')); },
        "attachments[0].sha256", "not 64"},
       {"a hash that is none",
        [](v1::Contact& c) { c.mutable_attachments(0)->set_sha256(std::string(64, 'g')); },
        "attachments[0].sha256", "not 64"},
       {"a mark that does not say what it is",
        [](v1::Contact& c) { c.mutable_handling(0)->clear_handling(); }, "handling[0].handling",
        "missing"},
       {"a mark on a statement that is not there",
        [](v1::Contact& c) { c.mutable_handling(0)->set_statement(3); }, "handling[0].statement",
        "points at nothing"},
       {"a mark on the statement before the first",
        [](v1::Contact& c) { c.mutable_handling(0)->set_statement(0); }, "handling[0].statement",
        "points at nothing"},
       {"a mark on a field that is not there",
        [](v1::Contact& c) { c.mutable_handling(1)->set_field("detail.considered"); },
        "handling[1].field", "points at nothing"},
       {"a mark on a part of a text",
        [](v1::Contact& c) { c.mutable_handling(1)->set_field("unit.name"); }, "handling[1].field",
        "points at nothing"},
       {"a mark on a label that no subject has",
        [](v1::Contact& c) { c.mutable_handling(1)->set_label("nan"); }, "handling[1].label",
        "a label that no subject has"},
       {"a mark on an empty label", [](v1::Contact& c) { c.mutable_handling(1)->set_label(""); },
        "handling[1].label", "points at nothing"}});
}

TEST(ValidateEvidence, TakenWithAWarning) {
  ExpectWarned(
      SoundDecision(), AfternoonFeed(),
      {{"reported, and not by whom",
        [](v1::Contact& c) { c.mutable_statements(1)->clear_source(); }, "statements[1].source",
        "not by whom"},
       {"a statement without text", [](v1::Contact& c) { c.mutable_statements(0)->clear_text(); },
        "statements[0].text", "not given"},
       {"a source that is neither on the list nor a subject",
        [](v1::Contact& c) { c.mutable_statements(1)->set_source("the milkman"); },
        "statements[1].source", "read as `other`"},
       {"a concern that the list lacks",
        [](v1::Contact& c) { c.mutable_concerns(0)->set_concern("neglect_hygeine"); },
        "concerns[0].concern", "did you mean `neglect_hygiene`?"},
       {"a concern about no child", [](v1::Contact& c) { c.mutable_concerns(0)->clear_children(); },
        "concerns[0].children", "not given"},
       {"a concern without impact",
        [](v1::Contact& c) { c.mutable_concerns(0)->clear_impact_on_child(); },
        "concerns[0].impact_on_child", "not given"},
       {"an injury without its own kind",
        [](v1::Contact& c) { c.mutable_concerns(0)->set_concern("injury"); }, "concerns[0].concern",
        "injury_noted"},
       {"a weight without its own kind",
        [](v1::Contact& c) { c.mutable_concerns(0)->set_concern("growth_faltering"); },
        "concerns[0].concern", "growth_measured"},
       {"no action about a child",
        [](v1::Contact& c) { c.mutable_actions(0)->set_about("mother"); }, "actions",
        "about a child"},
       {"an action about nobody that is known",
        [](v1::Contact& c) { c.mutable_actions(1)->set_about("the council"); }, "actions[1].about",
        "read as `other`"},
       {"no decision", [](v1::Contact& c) { c.clear_decision(); }, "decision",
        "expects a decision"},
       {"a decision without what", [](v1::Contact& c) { c.mutable_decision()->clear_decision(); },
        "decision.decision", "not given"},
       {"no reasons", [](v1::Contact& c) { c.mutable_decision()->clear_reasons(); },
        "decision.reasons", "not given"},
       {"no impact", [](v1::Contact& c) { c.mutable_decision()->clear_impact_on_child(); },
        "decision.impact_on_child", "not given"},
       {"it rests on nothing",
        [](v1::Contact& c) { c.mutable_decision()->clear_rests_on_statements(); }, "decision",
        "rests on nothing"},
       {"it rests on what nobody verified",
        [](v1::Contact& c) { c.mutable_statements(1)->set_verification("unverified"); }, "decision",
        "nobody has verified"},
       {"it rests on a statement that is not there",
        [](v1::Contact& c) { c.mutable_decision()->add_rests_on_statements(3); },
        "decision.rests_on_statements[2]", "no statement"}});
}

TEST(ValidateEvidence, TheEdgesAreSound) {
  const std::vector<std::function<void(v1::Contact&)>> changes = {
      [](v1::Contact& c) {
        std::string text;
        for (int i = 0; i < 20'000; ++i) text += "\xc3\xa9";
        c.mutable_statements(0)->set_text(text);
      },
      [](v1::Contact& c) { c.clear_actions(); },
      [](v1::Contact& c) { c.mutable_actions(1)->set_about("accommodation"); },
      [](v1::Contact& c) {
        c.mutable_decision()->clear_rests_on_statements();
        c.mutable_decision()->add_rests_on()->set_contact_id("V-1");
      },
      [](v1::Contact& c) { c.mutable_handling(1)->clear_of(); },
      [](v1::Contact& c) { c.mutable_handling(1)->set_field("statements"); },
      [](v1::Contact& c) { c.mutable_handling(1)->set_field("subjects.demographics.address"); },
      [](v1::Contact& c) { c.mutable_handling(1)->set_field("detail"); },
      [](v1::Contact& c) { c.mutable_handling(1)->set_label("mother"); }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    SCOPED_TRACE(i);
    v1::Contact contact = SoundDecision();
    changes[i](contact);
    ExpectSound(contact, AfternoonFeed());
  }
}

TEST(ValidateEvidence, AnInjuryHasABodyMap) {
  v1::Contact contact = FromYaml(R"(
contact_id: I-1
kind: injury_noted
occurred: 2026-11-13T10:15
recorded: 2026-11-13T17:40
author: {role: teacher, team: pastoral}
source: {system: school-records, record_ref: "71"}
mode: face_to_face
subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: P-1}]}]
seen: [{child: child-a, seen: yes}]
statements: [{text: A bruise., basis: observed}]
concerns: [{concern: injury, children: child-a, impact_on_child: pain}]
attachments: [{sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, type: body_map}]
detail: {injuries: [{type: bruise, site: forearm, side: left}]}
)");
  ExpectSound(contact, AfternoonFeed());
  ExpectWarned(contact, AfternoonFeed(),
               {{"none", [](v1::Contact& c) { c.clear_attachments(); }, "attachments", "none"},
                {"nobody is said to be hurt",
                 [](v1::Contact& c) {
                   *c.add_subjects() = c.subjects(0);
                   c.mutable_subjects(1)->set_label("child-b");
                   c.add_seen()->set_child("child-b");
                 },
                 "detail.who", "not exactly one child"}});
}

TEST(ValidateEvidence, LegalAdviceIsPrivileged) {
  v1::Contact contact = FromYaml(R"(
contact_id: L-1
kind: legal_advice_sought
occurred: 2026-11-13
recorded: 2026-11-13
author: {role: social_worker, team: north}
source: {system: x, record_ref: "1"}
subjects: [{label: c, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: "1"}]}]
statements: [{text: x}]
handling: [privileged_legal_advice]
detail: {about: threshold}
)");
  ExpectSound(contact, AfternoonFeed());
  ExpectWarned(contact, AfternoonFeed(),
               {{"no mark", [](v1::Contact& c) { c.clear_handling(); }, "handling",
                 "privileged_legal_advice"}});
}

TEST(ValidateEvidence, AStepOfAProcessNeedsNoNarrative) {
  for (const char* kind : {"handover_received", "record_opened"}) {
    v1::Contact contact = Sound();
    contact.clear_statements();
    contact.clear_detail();
    if (std::string_view(kind) == "handover_received") {
      contact.mutable_handover_received();
    } else {
      contact.mutable_record_opened()->set_what("chronology");
      contact.mutable_record_opened()->set_purpose("triage");
    }
    SCOPED_TRACE(kind);
    ExpectSound(contact, SchoolFeed());
  }
}

}  // namespace
}  // namespace throughline::contact
