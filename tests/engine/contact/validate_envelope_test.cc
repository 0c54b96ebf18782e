#include "tests/engine/contact/contacts.h"

namespace throughline::contact {
namespace {

// A contact with which nothing is wrong, of a kind that expects sight.
v1::Contact SoundVisit() {
  return FromYaml(R"(
contact_id: V-1
kind: visit
occurred: 2026-11-13T10:15
recorded: 2026-11-13T17:40
author: {role: social_worker, team: north, standing: own}
source: {system: case-system, record_ref: "71"}
mode: face_to_face
place: {place: home, address: flat}
subjects:
  - {label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: P-1}]}
  - {label: mother, person_kind: adult, roles: [parent_carer], references: [{scheme: local-id, value: P-2}]}
  - {label: flat, person_kind: household, roles: [address], references: [{scheme: uprn, value: "100000000001"}]}
seen: [{child: child-a, seen: yes, seen_alone: yes, where: inside}]
voice: [{child: child-a, words: I like it here., expressed: words, others_present: [mother]}]
statements: [{text: The flat was warm., basis: observed, source: author}]
detail: {purpose: child_in_need}
)");
}

Feed CouncilFeed() { return {.agency = "council", .received = At("2026-11-13T18:00")}; }

TEST(ValidateEnvelope, TheSoundVisitIsSound) { ExpectSound(SoundVisit(), CouncilFeed()); }

TEST(ValidateEnvelope, RefusedWhenItCannotBeAttributedOrRead) {
  ExpectRefused(
      SoundVisit(), CouncilFeed(),
      {{"no id", [](v1::Contact& c) { c.clear_contact_id(); }, "contact_id", "missing"},
       {"an id too long", [](v1::Contact& c) { c.set_contact_id(std::string(129, 'a')); },
        "contact_id", "more than 128"},
       {"an id of spaces", [](v1::Contact& c) { c.set_contact_id("  "); }, "contact_id",
        "cannot be printed"},
       {"an id with a line break", [](v1::Contact& c) { c.set_contact_id("a\nb"); }, "contact_id",
        "cannot be printed"},
       {"an id with a control character of C1",
        [](v1::Contact& c) { c.set_contact_id("a\xc2\x85"); }, "contact_id", "cannot be printed"},
       {"no author", [](v1::Contact& c) { c.clear_author(); }, "author", "missing"},
       {"nothing in the author", [](v1::Contact& c) { c.mutable_author()->Clear(); }, "author",
        "missing"},
       {"no role", [](v1::Contact& c) { c.mutable_author()->clear_role(); }, "author.role",
        "missing"},
       {"no source", [](v1::Contact& c) { c.clear_source(); }, "source", "missing"},
       {"no system", [](v1::Contact& c) { c.mutable_source()->clear_system(); }, "source.system",
        "missing"},
       {"an address that is no subject",
        [](v1::Contact& c) { c.mutable_place()->set_address("house"); }, "place.address",
        "a label that no subject has"},
       {"not seen, and seen alone", [](v1::Contact& c) { c.mutable_seen(0)->set_seen(v1::TRI_NO); },
        "seen[0].seen_alone", "not seen"},
       {"not seen, and spoken to face to face",
        [](v1::Contact& c) {
          c.mutable_seen(0)->set_seen(v1::TRI_NO);
          c.mutable_seen(0)->clear_seen_alone();
          c.mutable_seen(0)->set_spoken_to(v1::TRI_YES);
        },
        "seen[0].spoken_to", "not spoken to"},
       {"others present who are no subjects",
        [](v1::Contact& c) { c.mutable_voice(0)->add_others_present("nan"); },
        "voice[0].others_present[1]", "a label that no subject has"},
       {"an empty label among others",
        [](v1::Contact& c) { c.mutable_voice(0)->add_others_present(""); },
        "voice[0].others_present[1]", "a label that no subject has"},
       {"no occurrence", [](v1::Contact& c) { c.mutable_occurrences()->set_count(0); },
        "occurrences.count", "under 1"}});
}

TEST(ValidateEnvelope, TakenWithAWarning) {
  ExpectWarned(
      SoundVisit(), CouncilFeed(),
      {{"the id is an NHS number", [](v1::Contact& c) { c.set_contact_id("943 476 5919"); },
        "contact_id", "identifies a person"},
       {"the id is a UPN", [](v1::Contact& c) { c.set_contact_id("B801200005001"); }, "contact_id",
        "identifies a person"},
       {"no team", [](v1::Contact& c) { c.mutable_author()->clear_team(); }, "author.team",
        "not given"},
       {"a role that the list lacks",
        [](v1::Contact& c) { c.mutable_author()->set_role("socialworker"); }, "author.role",
        "did you mean `social_worker`?"},
       {"a student with nobody answerable",
        [](v1::Contact& c) { c.mutable_author()->set_standing("student"); }, "author.answerable",
        "nobody answers"},
       {"delegated, with nobody answerable",
        [](v1::Contact& c) { c.mutable_author()->set_standing("delegated"); }, "author.answerable",
        "nobody answers"},
       {"a home without address", [](v1::Contact& c) { c.mutable_place()->clear_address(); },
        "place.address", "without its address"},
       {"no mode where sight is expected", [](v1::Contact& c) { c.clear_mode(); }, "mode",
        "not given"},
       {"a mode that the list lacks", [](v1::Contact& c) { c.set_mode("no_access"); }, "mode",
        "read as `other`"},
       {"a tier that the list lacks", [](v1::Contact& c) { c.set_service_tier("tier 5"); },
        "service_tier", "read as `other`"},
       {"a time that means something else", [](v1::Contact& c) { c.set_time_means("guessed"); },
        "time_means", "read as `other`"},
       {"a named child without entry", [](v1::Contact& c) { c.clear_seen(); }, "subjects[0]",
        "whether this child was seen"},
       {"interpreted by family",
        [](v1::Contact& c) {
          c.add_interpreting()->set_who("mother");
          c.mutable_interpreting(0)->set_by("family");
        },
        "interpreting[0].by", "family or a child"},
       {"interpreted by a child",
        [](v1::Contact& c) {
          c.add_interpreting()->set_who("mother");
          c.mutable_interpreting(0)->set_by("child");
        },
        "interpreting[0].by", "family or a child"},
       {"an interpreter needed and none",
        [](v1::Contact& c) {
          c.add_interpreting()->set_who("mother");
          c.mutable_interpreting(0)->set_by("needed_none");
        },
        "interpreting[0].by", "there was none"},
       {"a child's interpreter is family",
        [](v1::Contact& c) { c.mutable_voice(0)->set_interpreter("family"); },
        "voice[0].interpreter", "family or a child"},
       {"a child needed one and had none",
        [](v1::Contact& c) { c.mutable_voice(0)->set_interpreter("needed_none"); },
        "voice[0].interpreter", "there was none"},
       {"words, and nobody said to be there",
        [](v1::Contact& c) { c.mutable_voice(0)->clear_others_present(); },
        "voice[0].others_present", "who else was there"},
       {"several without a span", [](v1::Contact& c) { c.mutable_occurrences()->set_count(27); },
        "occurrences.count", "without the span"},
       {"no statement at all", [](v1::Contact& c) { c.clear_statements(); }, "statements", "none"},
       {"no reference to the record",
        [](v1::Contact& c) { c.mutable_source()->clear_record_ref(); }, "source.record_ref",
        "not given"},
       {"relevant, and not why",
        [](v1::Contact& c) { c.mutable_relevance_to_child()->add_children("all"); },
        "relevance_to_child.why", "not given"},
       {"a tri of a newer schema",
        [](v1::Contact& c) { c.mutable_seen(0)->set_bedroom_seen(static_cast<v1::Tri>(7)); },
        "seen[0].bedroom_seen", "read as not recorded"},
       {"an expected detail missing", [](v1::Contact& c) { c.mutable_visit()->clear_purpose(); },
        "detail.purpose", "not given"},
       {"a value that the field lacks",
        [](v1::Contact& c) { c.mutable_visit()->set_purpose("child_in_need_plan"); },
        "detail.purpose", "read as `other`"}});
}

TEST(ValidateEnvelope, TheEdgesAreSound) {
  const std::vector<std::function<void(v1::Contact&)>> changes = {
      [](v1::Contact& c) { c.set_contact_id(std::string(128, 'a')); },
      [](v1::Contact& c) {
        std::string id;
        for (int i = 0; i < 128; ++i) id += "\xc3\xa9";
        c.set_contact_id(id);
      },
      [](v1::Contact& c) { c.set_contact_id("943 476 5871"); },
      [](v1::Contact& c) {
        c.mutable_author()->set_standing("student");
        c.mutable_author()->set_answerable("team_manager");
      },
      [](v1::Contact& c) { c.mutable_author()->set_standing("trainee"); },
      [](v1::Contact& c) { c.mutable_author()->set_role("other"); },
      [](v1::Contact& c) { c.set_mode("not_recorded"); },
      [](v1::Contact& c) { c.mutable_visit()->set_purpose("other"); },
      [](v1::Contact& c) {
        c.mutable_seen(0)->set_seen(v1::TRI_NO);
        c.mutable_seen(0)->clear_seen_alone();
        c.mutable_seen(0)->set_spoken_to(v1::TRI_YES);
        c.set_mode("phone");
      },
      [](v1::Contact& c) { c.mutable_voice(0)->set_spoken_for_by("mother"); },
      [](v1::Contact& c) { c.mutable_voice(0)->set_spoken_for_by("advocate"); },
      [](v1::Contact& c) {
        c.mutable_occurrences()->set_count(27);
        *c.mutable_occurred_until() = ParseUncertain("2026-12").value();
      },
      [](v1::Contact& c) { c.mutable_occurrences()->set_count(1); }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    SCOPED_TRACE(i);
    v1::Contact contact = SoundVisit();
    changes[i](contact);
    ExpectSound(contact, CouncilFeed());
  }
}

}  // namespace
}  // namespace throughline::contact
