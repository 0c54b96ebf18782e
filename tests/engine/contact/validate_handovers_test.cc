#include "tests/engine/contact/contacts.h"

namespace throughline::contact {
namespace {

// A contact with which nothing is wrong, with two hand-overs and two links.
v1::Contact SoundReferral() {
  return FromYaml(R"(
contact_id: R-1
kind: referral_made
occurred: 2026-11-13T10:15
recorded: 2026-11-13T17:40
author: {role: teacher, team: pastoral}
source: {system: school-records, record_ref: "71"}
subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: P-1}]}]
statements: [{text: x, basis: observed}]
sharing:
  - {recipient: childrens-services, position: to, expectation: act, purpose: assess, channel: system, lawful_basis: public_task, due: 2026-11-16}
  - {recipient: {label: child-a}, position: copy, expectation: for_information, purpose: inform, channel: letter, lawful_basis: public_task}
links: [{follows: C-1}, {answers: police VC-4410, state: considered}]
detail: {to: childrens-services}
)");
}

Feed Afternoon() { return {.agency = "hill-primary", .received = At("2026-11-13T18:00")}; }

v1::Contact Following(std::string_view kind, std::string_view detail) {
  v1::Contact contact = Sound();
  contact.MergeFrom(FromYaml("kind: " + std::string(kind) + "\ndetail: {" + std::string(detail) +
                             "}\ncontact_id: X-1"));
  contact.set_mode("meeting");
  contact.add_seen()->set_child("child-a");
  contact.mutable_decision()->set_decision("close");
  contact.mutable_decision()->set_reasons("x");
  contact.mutable_decision()->set_impact_on_child("x");
  contact.mutable_decision()->add_rests_on()->set_contact_id("V-1");
  return contact;
}

TEST(ValidateHandovers, TheSoundReferralIsSound) { ExpectSound(SoundReferral(), Afternoon()); }

TEST(ValidateHandovers, Refused) {
  ExpectRefused(
      SoundReferral(), Afternoon(),
      {{"no recipient", [](v1::Contact& c) { c.mutable_sharing(0)->clear_recipient(); },
        "sharing[0].recipient", "missing"},
       {"nothing in the recipient",
        [](v1::Contact& c) { c.mutable_sharing(0)->mutable_recipient()->set_agency(""); },
        "sharing[0].recipient", "missing"},
       {"a recipient who is no subject",
        [](v1::Contact& c) { c.mutable_sharing(1)->mutable_recipient()->set_label("nan"); },
        "sharing[1].recipient.label", "a label that no subject has"},
       {"no expectation", [](v1::Contact& c) { c.mutable_sharing(1)->clear_expectation(); },
        "sharing[1].expectation", "missing"},
       {"a link to itself",
        [](v1::Contact& c) { c.mutable_links(0)->mutable_target()->set_contact_id("R-1"); },
        "links[0].target", "points at itself"},
       {"a link to itself, with its agency",
        [](v1::Contact& c) {
          c.mutable_links(0)->mutable_target()->set_contact_id("R-1");
          c.mutable_links(0)->mutable_target()->set_agency("hill-primary");
        },
        "links[0].target", "points at itself"},
       {"a link to a part of itself",
        [](v1::Contact& c) {
          c.mutable_links(0)->mutable_target()->clear_contact_id();
          c.mutable_links(0)->mutable_target()->set_item("1");
        },
        "links[0].target", "points at itself"},
       {"no agency to refer to", [](v1::Contact& c) { c.mutable_referral_made()->clear_to(); },
        "detail.to", "missing"}});
}

TEST(ValidateHandovers, TakenWithAWarning) {
  ExpectWarned(
      SoundReferral(), Afternoon(),
      {{"a copy that is to act", [](v1::Contact& c) { c.mutable_sharing(0)->set_position("copy"); },
        "sharing[0].expectation", "a copy"},
       {"no purpose", [](v1::Contact& c) { c.mutable_sharing(0)->clear_purpose(); },
        "sharing[0].purpose", "not given"},
       {"no lawful basis", [](v1::Contact& c) { c.mutable_sharing(0)->clear_lawful_basis(); },
        "sharing[0].lawful_basis", "not given"},
       {"by word of mouth", [](v1::Contact& c) { c.mutable_sharing(0)->set_channel("verbal"); },
        "sharing[0].channel", "word of mouth"},
       {"an act with no due", [](v1::Contact& c) { c.mutable_sharing(0)->clear_due(); },
        "sharing[0].due", "not given"},
       {"a reply with no due",
        [](v1::Contact& c) { c.mutable_sharing(1)->set_expectation("reply"); }, "sharing[1].due",
        "not given"},
       {"an expectation not recorded",
        [](v1::Contact& c) { c.mutable_sharing(1)->set_expectation("not_recorded"); },
        "sharing[1].expectation", "followed as act"},
       {"a recipient not on the system",
        [](v1::Contact& c) {
          c.mutable_sharing(0)->mutable_recipient()->mutable_outside_body()->set_name("A charity");
        },
        "sharing[0].recipient", "not on the system"},
       {"a recipient whose name is no agency's",
        [](v1::Contact& c) {
          c.mutable_sharing(0)->mutable_recipient()->set_agency("Children's Services");
        },
        "sharing[0].recipient.agency", "not the name of an agency"},
       {"an agency of the detail whose name is none",
        [](v1::Contact& c) { c.mutable_referral_made()->set_to("CSC"); }, "detail.to",
        "not the name of an agency"},
       {"a link to nothing", [](v1::Contact& c) { c.mutable_links(0)->clear_target(); }, "links[0]",
        "links to nothing"},
       {"a link to two", [](v1::Contact& c) { c.mutable_links(0)->set_alert_id("a"); }, "links[0]",
        "more than one"},
       {"a link that the list lacks",
        [](v1::Contact& c) { c.mutable_links(0)->set_link("follow"); }, "links[0].link",
        "did you mean `follows`?"},
       {"an answer without its state", [](v1::Contact& c) { c.mutable_links(1)->clear_state(); },
        "links[1].state", "not given"},
       {"a state that the list lacks",
        [](v1::Contact& c) { c.mutable_links(1)->set_state("lost"); }, "links[1].state",
        "read as `other`"}});
}

TEST(ValidateHandovers, TheKindMayFixTheState) {
  v1::Contact contact = FromYaml(R"(
contact_id: T-1
kind: triage_received
occurred: 2026-11-13
recorded: 2026-11-13
author: {role: triage_officer, team: triage}
source: {system: x, record_ref: "1"}
links: [{answers: police VC-4410}]
detail: {notification: police VC-4410}
)");
  ExpectSound(contact, Afternoon());
}

TEST(ValidateHandovers, TheSameIdOfAnotherAgencyIsAnotherContact) {
  v1::Contact contact = SoundReferral();
  contact.mutable_links(0)->mutable_target()->set_contact_id("R-1");
  contact.mutable_links(0)->mutable_target()->set_agency("police");
  ExpectSound(contact, Afternoon());
}

TEST(ValidateHandovers, WhatFollowsSomethingIsLinkedToIt) {
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"assessment_closed", "type: single, outcome: no_further_action"},
      {"section_47_ended", "outcome: monitor"},
      {"case_closed", "reason: RC7"},
      {"serious_incident_notified", "to: Ofsted"}};
  for (const auto& [kind, detail] : kinds) {
    SCOPED_TRACE(kind);
    const v1::Contact contact = Following(kind, detail);
    const Verdict verdict = Validate(contact, SchoolFeed());
    EXPECT_TRUE(verdict.refused.empty()) << Shown(verdict.refused);
    ASSERT_EQ(verdict.warnings.size(), 1u) << Shown(verdict.warnings);
    EXPECT_EQ(verdict.warnings[0].field, "links");

    v1::Contact linked = contact;
    linked.add_links()->set_link("follows");
    linked.mutable_links(0)->mutable_target()->set_contact_id("E-1");
    ExpectSound(linked, SchoolFeed());
  }
  ExpectSound(Following("case_closed", "reason: RC7, case_ref: 'C-1'"), SchoolFeed());
}

}  // namespace
}  // namespace throughline::contact
