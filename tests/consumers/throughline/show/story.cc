#include "tests/consumers/throughline/show/story.h"

namespace throughline::show {
namespace {

using chronology::At;
using chronology::ContactOf;
using chronology::PersonOf;
using On = chronology::WrittenJournal::On;

v1::EvidenceRef Evidence(const chronology::WrittenJournal& journal, Seq seq,
                         const std::string& occurred) {
  const log::Accepted& record = journal.records().at(seq - 1);
  v1::EvidenceRef evidence;
  evidence.set_agency(record.decision.placed().agency());
  evidence.set_contact_id(record.decision.placed().contact_id());
  evidence.set_kind(record.decision.placed().kind());
  evidence.set_seq(seq);
  evidence.set_occurred(occurred);
  evidence.set_placed_ms(record.envelope.placed_ms());
  return evidence;
}

v1::Warning Warning(const std::string& field, const std::string& text) {
  v1::Warning warning;
  warning.set_field(field);
  warning.set_text(text);
  return warning;
}

}  // namespace

void WriteTwoChildren(Story& story) {
  chronology::WrittenJournal& journal = story.journal;
  const On child_a{'a', "child-a"};

  journal.Now("2026-05-12T18:00");
  journal.Place("hill-primary", ContactOf(R"(
contact_id: HP-1
kind: concern_noted
occurred: 2026-05-12
recorded: 2026-05-12T16:10
author: {role: designated_safeguarding_lead, team: Hill Primary}
mode: face_to_face
place: {place: school}
subjects:
  - {label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: HP77}],
     demographics: {names: [Anna Example, Annie Example], date_of_birth: 2019-03-02}}
seen: [{child: child-a, seen: yes, seen_alone: yes, spoken_to: yes, where: school}]
concerns: [{concern: behaviour_change, children: [child-a], course: new, impact_on_child: Tearful at the start of the day.}]
strengths: [{strength: friendships, who: child-a, text: Has two close friends and an adult whom she trusts.}]
detail: {raised_by: class_teacher, told_to: designated_safeguarding_lead}
)"),
                {child_a}, [](v1::Placed& placed) {
                  v1::PersonMade& made = *placed.add_made();
                  made.set_person(std::string(PersonOf('a').Raw()));
                  made.set_person_kind("child");
                  v1::ScopedReference& reference = *made.add_references();
                  reference.set_scheme("local-id");
                  reference.set_value("HP77");
                  reference.set_scope("hill-primary");
                });

  journal.Now("2026-11-15T02:10");
  const Seq callout = journal.Place("police", ContactOf(R"(
contact_id: DA-11873
kind: domestic_abuse_callout
occurred: 2026-11-14T23:40
recorded: 2026-11-15T02:05
author: {role: police_officer, team: response}
mode: face_to_face
place: {place: home, address: flat}
out_of_hours: yes
subjects:
  - {label: child-a, person_kind: child, roles: [subject_child], present: yes, demographics: {names: [Anna Example], date_of_birth: 2019-03-02, school: Hill Primary}}
  - {label: child-b, person_kind: child, roles: [also_present_child], present: yes, demographics: {names: [Ben Example], date_of_birth: 2023-08}}
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
)"),
                                    {child_a}, [](v1::Placed& placed) {
                                      *placed.add_warnings() =
                                          Warning("voice[0].interpreter",
                                                  "an interpreter was needed and there was none");
                                    });

  journal.Now("2026-11-15T09:30");
  const Seq form = journal.Place("police", ContactOf(R"(
contact_id: VC-4410
kind: vulnerable_child_notification
occurred: 2026-11-15T09:20
recorded: 2026-11-15T09:25
author: {role: police_officer, team: public protection}
subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: A}]}]
detail: {incident: DA-11873, form_name: Vulnerable Child form}
links: [{follows: DA-11873}]
sharing:
  - {recipient: county-triage, position: to, expectation: act, purpose: Safeguard two children., channel: system, lawful_basis: public_task, consent: not_sought_unsafe, due: 2026-11-16,
     asks: [consider a strategy discussion]}
  - {recipient: health-visiting, position: copy, expectation: for_information, purpose: Health visitor of the younger child., lawful_basis: public_task}
)"),
                                 {child_a});

  journal.Now("2026-11-15T09:40");
  journal.Place("police", ContactOf(R"(
contact_id: OE-917
kind: encompass_notice
occurred: 2026-11-15T09:35
recorded: 2026-11-15T09:35
author: {role: police_officer, team: public protection}
subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: A}]}]
detail: {incident: DA-11873, school: Hill Primary}
links: [{follows: DA-11873}]
sharing: [{recipient: hill-primary, expectation: act, channel: secure_email}]
)"),
                {child_a}, [](v1::Placed& placed) {
                  *placed.add_warnings() = Warning("sharing[0].purpose", "missing");
                  *placed.add_warnings() =
                      Warning("sharing[0].due", "an answer or act is wanted, and no day");
                });

  journal.Now("2026-11-15T11:00");
  journal.Place("county-triage", ContactOf(R"(
contact_id: T-5521
kind: triage_received
occurred: 2026-11-15T10:50
recorded: 2026-11-15T10:55
author: {role: social_worker, team: triage}
subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: A}]}]
detail: {notification: police VC-4410}
links: [{answers: police VC-4410}]
)"),
                {{'a', "child-a", "linked"}});

  journal.Now("2026-11-17T12:00");
  journal.Place("hill-primary", ContactOf(R"(
contact_id: HP-2
kind: school_absence
occurred: 2026-11-16
recorded: 2026-11-17T11:40
author: {role: school_staff, team: Hill Primary}
subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: HP77}]}]
statements: [{text: "Mother said by phone that Anna had a cold.\nThe call was cut off.", basis: reported, source: parent_carer}]
detail: {from: 2026-11-16, until: 2026-11-17, sessions: 4, authorised: no, follow_up: spoke_to_carer, child_seen_since: no}
)"),
                {child_a});

  v1::Alert& opened = story.alerts.emplace_back();
  opened.set_alert_id("5f0c19e2aa");
  opened.set_change(v1::ALERT_CHANGE_OPENED);
  opened.set_rule("school-not-told");
  opened.set_policy("england-core");
  opened.set_policy_version("2026.1");
  opened.set_title("The school was not told before the next school day");
  opened.set_statement(
      "After a call-out to domestic abuse with a child present the school has the notice before "
      "the next school day begins.");
  opened.set_sentence(
      "Police were called to domestic abuse on 14 Nov 2026; Hill Primary had not confirmed the "
      "notice by 08:45 on 16 Nov 2026.");
  *opened.mutable_anchor() = Evidence(journal, callout, "2026-11-14T23:40");
  *opened.add_evidence() = Evidence(journal, callout, "2026-11-14T23:40");
  *opened.add_evidence() = Evidence(journal, form, "2026-11-15T09:20");
  opened.mutable_evidence(1)->add_told("county-triage");
  opened.mutable_evidence(1)->add_told("health-visiting");
  opened.add_missing("confirmation by the school that it has the notice");
  opened.set_due_ms(At("2026-11-16T08:45"));
  opened.set_at_ms(At("2026-11-16T08:45"));
  opened.set_addressee("safeguarding_lead");
  opened.set_response("Make sure the school knows.");
  opened.set_respond_within("1 school day");
  opened.add_behind("health-visiting");
  opened.mutable_basis()->set_kind("guidance");
  opened.mutable_basis()->set_source("Operation Encompass; Domestic Abuse Act 2021, section 3");

  journal.Now("2026-11-18T15:00");
  journal.Place("police", ContactOf(R"(
contact_id: DA-11873-C
kind: contact_corrected
occurred: 2026-11-18T14:00
recorded: 2026-11-18T14:30
author: {role: police_officer, team: response}
subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: A}]}]
detail:
  of: DA-11873
  why: The children's places were mixed up, and the risk tool was scored again.
  replaces:
    contact_id: DA-11873
    kind: domestic_abuse_callout
    occurred: 2026-11-14T23:40
    recorded: 2026-11-15T02:05
    author: {role: police_officer, team: response}
    mode: face_to_face
    place: {place: home, address: flat}
    out_of_hours: yes
    source: {system: crime-recording, record_ref: "11873"}
    subjects:
      - {label: child-a, person_kind: child, roles: [subject_child], present: yes, demographics: {names: [Anna Example], date_of_birth: 2019-03-02}}
      - {label: child-b, person_kind: child, roles: [also_present_child], present: yes, demographics: {names: [Ben Example], date_of_birth: 2023-08}}
      - {label: mother, person_kind: adult, roles: [parent_carer, victim], present: yes, references: [{scheme: local-id, value: N-88121}]}
      - {label: man, person_kind: unknown_person, roles: [alleged_perpetrator, unknown_adult], present: no, unknown: {description: left before police came, said_name: Dee, about_age: 30},
         stated_relation: {relation: partner, to: mother, stated_by: child-a}}
      - {label: flat, person_kind: household, roles: [address], references: [{scheme: uprn, value: "100000000001"}]}
    seen: [{child: child-a, seen: yes, seen_alone: no, spoken_to: yes}, {child: child-b, seen: yes, spoken_to: no, why_not: asleep}]
    voice: [{child: child-a, words: He shouts every night., expressed: words, others_present: [mother], language: Polish, interpreter: needed_none}]
    statements:
      - {text: A broken plate; a red mark on Mother's arm., basis: observed, source: author, quality: first_hand}
      - {text: They argued and nobody was hurt., basis: reported, source: mother, verification: contradicted}
    concerns: [{concern: domestic_abuse, children: [child-a, child-b], course: new, impact_on_child: Child A was woken and frightened.}]
    detail: {incident_ref: "11873", victim: mother, alleged_perpetrator: man, separation: no, risk_tool: dash, risk_yes_count: 11,
      children: [{child: child-a, where: bedroom, saw: no, heard: yes}, {child: child-b, where: hallway, saw: yes, heard: yes}]}
)"),
                {{'a', "child-a", "linked"}});

  journal.Now("2026-11-19T10:00");
  journal.Place("county-triage", ContactOf(R"(
contact_id: T-5530
kind: triage_decided
occurred: 2026-11-19T09:45
recorded: 2026-11-19T09:50
author: {role: social_worker, team: triage}
subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: A}]}]
detail: {outcome: no_further_action, scrutiny: screened}
decision: {decision: no_further_action, reasons: Mother says that he has gone., by: social_worker, rests_on: [police DA-11873], rejected: [strategy_discussion]}
actions: [{text: Send Mother the leaflet of the support service., state: planned, by: social_worker, due: 2026-11-23}]
links: [{answers: police VC-4410}]
)"),
                {child_a}, [](v1::Placed& placed) {
                  *placed.add_warnings() = Warning("decision.impact_on_child", "missing");
                });

  v1::Alert& closed = story.alerts.emplace_back(story.alerts.front());
  closed.set_change(v1::ALERT_CHANGE_CLOSED);
  closed.set_at_ms(At("2026-11-20T10:00"));
  closed.set_closed_because("satisfied_late");

  journal.Now("2027-02-19T10:00");
  journal.Place("health-visiting", ContactOf(R"(
contact_id: HV-20
kind: visit
occurred: 2026-11-24
recorded: 2027-02-18
author: {role: health_visitor, team: North, standing: student, name: P. Student}
mode: home_visit_announced
place: {place: home, address: flat}
subjects:
  - {label: anna, person_kind: child, roles: [sibling], references: [{scheme: local-id, value: HV9}]}
  - {label: ben, person_kind: child, roles: [subject_child], demographics: {names: [Ben Example]}}
  - {label: flat, person_kind: household, roles: [address], references: [{scheme: uprn, value: "100000000001"}]}
seen: [{child: ben, seen: yes, bedroom_seen: yes}]
statements: [{text: Ben is well and growing. The home was clean and warm. Mother was alone and said that things are calmer now; she would not say where her partner is staying., basis: opinion}]
detail: {purpose: health, rooms_seen: [kitchen, bedroom]}
)"),
                {{'a', "anna", "flow", "child", {"sibling"}}});

  const Seq wrong = journal.Place("ambulance", ContactOf(R"(
contact_id: E-9
kind: ambulance_attended
occurred: 2027-02-03T03:10
recorded: 2027-02-03T06:00
author: {role: paramedic, team: east}
subjects: [{label: child, person_kind: child, roles: [subject_child], demographics: {names: [Someone Else]}}]
detail: {conveyed_to: General Hospital}
)"),
                                  {{'a', "child"}});

  journal.Place("hill-primary", ContactOf(R"(
contact_id: HP-3
kind: exclusion
occurred: 2027-01-12
recorded: 2027-01-12
author: {role: school_staff, team: Hill Primary}
subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: HP77}]}]
detail: {type: suspension, sessions: 2, reason: Fighting.}
)"),
                {child_a});
  journal.Place("hill-primary", ContactOf(R"(
contact_id: HP-4
kind: contact_retracted
occurred: 2027-02-19
recorded: 2027-02-19
author: {role: school_staff, team: Hill Primary}
subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: HP77}]}]
detail: {of: HP-3, why: sent_in_error}
)"),
                {{'a', "child-a", "linked"}});
  journal.Place("mothers-advocate", ContactOf(R"(
contact_id: AD-1
kind: contact_disputed
occurred: 2027-02-10
recorded: 2027-02-10
author: {role: advocate}
subjects: [{label: mother, person_kind: adult, roles: [parent_carer], references: [{scheme: local-id, value: M}]},
           {label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: A}]}]
detail: {of: county-triage T-5530, by: mother, what: That he had gone., their_account: He had gone for one night.}
)"),
                {{'a', "child-a", "linked"}});
  journal.Withdraw('a', wrong, "wrong_person");

  v1::Decision decision;
  v1::RelationKnown& relation = *decision.mutable_placed()->add_relations();
  relation.set_from(std::string(PersonOf('d').Raw()));
  relation.set_to(std::string(PersonOf('a').Raw()));
  relation.set_relation("member_of_household");
  relation.set_confidence("stated");
  relation.mutable_source()->set_agency("police");
  relation.mutable_source()->set_contact_id("DA-11873");
  const Seq before = journal.Place("probation", ContactOf(R"(
contact_id: PR-3
kind: criminal_justice_step
occurred: 2024-06
recorded: 2024-06-20
author: {role: probation_officer}
subjects: [{label: dee, person_kind: adult, roles: [alleged_perpetrator], references: [{scheme: local-id, value: D1}]}]
detail: {step: conviction, who: dee, offence: Assault on a former partner.}
)"),
                                   {{'d', "dee", "subject", "adult", {"alleged_perpetrator"}}});
  journal.Bring(journal.Decide(decision), 1, 1, {before}, {'a', "", "relation", "child", {}});

  v1::Contact newer = ContactOf(R"(
contact_id: Q-1
kind: visit
occurred: 2027-02-20
recorded: 2027-02-20
author: {role: social_worker}
subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: A}]}]
statements: [{text: Held online with an advocate., basis: observed}]
detail: {purpose: assessment}
)");
  newer.clear_visit();
  newer.MergeFromString(std::string("\xaa\x83\x01\x02\x08\x2a", 6));
  journal.Place("social-care", newer, {child_a});
}

void WriteCoarseDates(Story& story) {
  chronology::WrittenJournal& journal = story.journal;
  journal.Now("2026-03-01T09:00");
  const auto place = [&](const std::string& agency, std::string_view id, std::string_view kind,
                         std::string_view occurred, std::string_view detail,
                         std::string_view more = "") {
    const std::string text = fmt::format(
        "contact_id: {}\nkind: {}\noccurred: {}\nrecorded: unknown\n"
        "source: {{system: review-import, retrospective: yes}}\n"
        "subjects: [{{label: child-r, person_kind: child, roles: [subject_child], references: "
        "[{{scheme: review-role, value: Child R}}], demographics: {{names: [Child R], "
        "date_of_birth: 2010-08}}}}]\ndetail: {}\n{}\n",
        id, kind, occurred, detail, more);
    return journal.Place(agency, ContactOf(text), {{'a', "child-r"}},
                         [](v1::Placed& placed) { placed.set_history(true); });
  };
  place(
      "emas", "E1", "ambulance_attended", "about 2011-05", "{home_seen: yes}",
      "concerns: [{concern: neglect_home_conditions, children: [child-r]}]\n"
      "statements: [{text: Serious concerns about the conditions in the home., basis: observed}]");
  place("emas", "E2", "referral_made", "about 2011-05", "{to: childrens-services}",
        "links: [{follows: E1}]\n"
        "sharing: [{recipient: childrens-services, position: to, expectation: act}]");
  place("childrens-services", "C3", "visit", "about 2011-06", "{purpose: assessment}",
        "seen: [{child: child-r, seen: yes}]");
  place("emas", "E4", "ambulance_attended", "between 2011-05 and 2011-07", "{home_seen: yes}",
        "links: [{follows: E1}]");
  place("police", "P1", "domestic_abuse_callout", "2010-12", "{separation: yes}", "sequence: 2");
  place("police", "P0", "domestic_abuse_callout", "2010-12", "{separation: yes}", "sequence: 1");
  place("gp", "G1", "conversation", "2009", "{with: parent_carer}",
        "occurrences: {count: 27, at_least: yes}\noccurred_until: 2011");
  place("gp", "G2", "conversation", "unknown", "{with: parent_carer}");
  place("school", "S1", "conversation", "before 2012", "{with: parent_carer}");
}

}  // namespace throughline::show
