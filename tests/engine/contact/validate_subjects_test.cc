#include "tests/engine/contact/contacts.h"

namespace throughline::contact {
namespace {

using Subject = v1::Contact::Subject;

v1::Reference* Add(Subject& subject, std::string_view scheme, std::string_view value) {
  v1::Reference* reference = subject.add_references();
  reference->set_scheme(std::string(scheme));
  reference->set_value(std::string(value));
  return reference;
}

v1::UncertainTime Time(std::string_view text) { return ParseUncertain(text).value(); }

// A subject of the sound contact with nothing yet that says who it is.
Subject& Bare(v1::Contact& contact) {
  Subject& subject = *contact.mutable_subjects(0);
  subject.clear_references();
  return subject;
}

void AddChildren(v1::Contact& contact, int count) {
  for (int i = 0; i < count; ++i) {
    Subject& subject = *contact.add_subjects();
    subject.set_label("child-" + std::to_string(i));
    subject.set_person_kind("child");
    subject.add_roles("sibling");
    Add(subject, "local-id", "S-" + std::to_string(i));
  }
}

TEST(ValidateSubjects, TheSoundContactIsSound) { ExpectSound(Sound(), SchoolFeed()); }

TEST(ValidateSubjects, RefusedWhenNobodyCanBePlaced) {
  ExpectRefused(
      Sound(), SchoolFeed(),
      {{"no label", [](v1::Contact& c) { c.mutable_subjects(0)->set_label(""); },
        "subjects[0].label", "missing"},
       {"no kind", [](v1::Contact& c) { c.mutable_subjects(1)->clear_person_kind(); },
        "subjects[1].person_kind", "missing"},
       {"no role", [](v1::Contact& c) { c.mutable_subjects(0)->clear_roles(); },
        "subjects[0].roles", "missing"},
       {"more than fifty", [](v1::Contact& c) { AddChildren(c, 49); }, "subjects", "more than 50"},
       {"no form at all", [](v1::Contact& c) { Bare(c); }, "subjects[0]", "nothing says who"},
       {"the only reference fails",
        [](v1::Contact& c) { Add(Bare(c), "nhs-number", "9434765871"); },
        "subjects[0].references[0].value", "not an NHS number"},
       {"the only reference is a UPN that fails",
        [](v1::Contact& c) { Add(Bare(c), "upn", "Q207000016049"); },
        "subjects[0].references[0].value", "not a UPN"},
       {"an empty unknown", [](v1::Contact& c) { Bare(c).mutable_unknown(); },
        "subjects[0].unknown.description", "missing"},
       {"an unknown of whom nothing tells",
        [](v1::Contact& c) { Bare(c).mutable_unknown()->set_about_age(30); },
        "subjects[0].unknown.description", "missing"},
       {"a label that no subject has",
        [](v1::Contact& c) {
          c.mutable_subjects(0)->mutable_stated_relation()->set_relation("sibling");
          c.mutable_subjects(0)->mutable_stated_relation()->set_to("nobody");
        },
        "subjects[0].stated_relation.to", "a label that no subject has"},
       {"an unborn child's mother is no subject",
        [](v1::Contact& c) {
          Subject& subject = Bare(c);
          subject.set_person_kind("unborn_child");
          subject.mutable_unborn()->set_mother("nobody");
          *subject.mutable_unborn()->mutable_expected_date_of_birth() = Time("2027-02");
        },
        "subjects[0].unborn.mother", "a label that no subject has"},
       {"unborn with a date of birth",
        [](v1::Contact& c) {
          Subject& subject = Bare(c);
          subject.set_person_kind("unborn_child");
          subject.mutable_unborn()->set_mother("mother");
          *subject.mutable_unborn()->mutable_expected_date_of_birth() = Time("2027-02");
          *subject.mutable_demographics()->mutable_date_of_birth() = Time("2026-11-01");
        },
        "subjects[0].unborn", "one or the other"},
       {"born after it was recorded",
        [](v1::Contact& c) {
          *c.mutable_subjects(0)->mutable_demographics()->mutable_date_of_birth() =
              Time("2026-11-15");
        },
        "subjects[0].demographics.date_of_birth", "after the contact was recorded"}});
}

TEST(ValidateSubjects, LabelsAlikeRefuseEachOfThem) {
  v1::Contact contact = Sound();
  contact.mutable_subjects(1)->set_label("child-a");
  const Verdict verdict = Validate(contact, SchoolFeed());
  ASSERT_EQ(verdict.refused.size(), 2u) << Shown(verdict.refused);
  EXPECT_EQ(verdict.refused[0].field, "subjects[0].label");
  EXPECT_EQ(verdict.refused[1].field, "subjects[1].label");
}

TEST(ValidateSubjects, RefusedWithoutAnySubject) {
  v1::Contact contact = Sound();
  contact.clear_subjects();
  const Verdict verdict = Validate(contact, SchoolFeed());
  ASSERT_EQ(verdict.refused.size(), 1u) << Shown(verdict.refused);
  EXPECT_EQ(verdict.refused[0].field, "subjects");
}

TEST(ValidateSubjects, TakenWithAWarning) {
  ExpectWarned(
      Sound(), SchoolFeed(),
      {{"no child in a kind that is placed with its child",
        [](v1::Contact& c) {
          c.mutable_subjects(0)->set_person_kind("adult");
          c.mutable_subjects(0)->set_roles(0, "other_adult");
        },
        "subjects", "no child"},
       {"over twenty", [](v1::Contact& c) { AddChildren(c, 19); }, "subjects", "more than 20"},
       {"one of several references fails",
        [](v1::Contact& c) { Add(*c.mutable_subjects(0), "nhs-number", "9434765871"); },
        "subjects[0].references[1].value", "kept, not used to link"},
       {"a reference fails beside a name",
        [](v1::Contact& c) {
          Subject& subject = Bare(c);
          Add(subject, "nhs-number", "9434765871");
          subject.mutable_demographics()->add_names("Child A");
          *subject.mutable_demographics()->mutable_date_of_birth() = Time("2019-03-02");
        },
        "subjects[0].references[0].value", "kept, not used to link"},
       {"an NHS number alone", [](v1::Contact& c) { Add(Bare(c), "nhs-number", "943 476 5919"); },
        "subjects[0].demographics", "neither name nor date of birth"},
       {"a UPN alone", [](v1::Contact& c) { Add(Bare(c), "upn", "B801200005001"); },
        "subjects[0].demographics", "neither name nor date of birth"},
       {"a UPN of an unknown authority",
        [](v1::Contact& c) { Add(*c.mutable_subjects(0), "former-upn", "T999200005001"); },
        "subjects[0].references[1].value", "an authority that is not known"},
       {"initials",
        [](v1::Contact& c) {
          c.mutable_subjects(0)->mutable_demographics()->add_names("J.S.");
          *c.mutable_subjects(0)->mutable_demographics()->mutable_date_of_birth() = Time("2019");
        },
        "subjects[0].demographics.names[0]", "initials"},
       {"no date of birth",
        [](v1::Contact& c) { c.mutable_subjects(0)->mutable_demographics()->add_names("Child A"); },
        "subjects[0].demographics.date_of_birth", "not given"},
       {"a child of eighteen",
        [](v1::Contact& c) {
          *c.mutable_subjects(0)->mutable_demographics()->mutable_date_of_birth() =
              Time("2008-11-13");
        },
        "subjects[0].person_kind", "18 or over"},
       {"no expected date",
        [](v1::Contact& c) {
          Bare(c).mutable_unborn()->set_mother("mother");
          c.mutable_subjects(0)->set_person_kind("unborn_child");
        },
        "subjects[0].unborn.expected_date_of_birth", "not given"},
       {"expected too far ahead",
        [](v1::Contact& c) {
          Bare(c).mutable_unborn()->set_mother("mother");
          c.mutable_subjects(0)->set_person_kind("unborn_child");
          *c.mutable_subjects(0)->mutable_unborn()->mutable_expected_date_of_birth() =
              Time("2027-08-22");
        },
        "subjects[0].unborn.expected_date_of_birth", "more than 280 days"},
       {"known by a name that somebody said",
        [](v1::Contact& c) { Bare(c).mutable_unknown()->set_said_name("Dee"); },
        "subjects[0].unknown.description", "not given"},
       {"also present, and not present",
        [](v1::Contact& c) {
          c.mutable_subjects(0)->set_roles(0, "also_present_child");
          c.mutable_subjects(0)->set_present(v1::TRI_NO);
        },
        "subjects[0].present", "also_present_child"},
       {"a kind that the list lacks",
        [](v1::Contact& c) { c.mutable_subjects(1)->set_person_kind("grown-up"); },
        "subjects[1].person_kind", "read as `other`"},
       {"a role that the list lacks",
        [](v1::Contact& c) { c.mutable_subjects(1)->set_roles(0, "parent_carers"); },
        "subjects[1].roles[0]", "did you mean `parent_carer`?"},
       {"a relation to nobody stated",
        [](v1::Contact& c) {
          c.mutable_subjects(1)->mutable_stated_relation()->set_relation("parent");
        },
        "subjects[1].stated_relation.to", "not given"}});
}

TEST(ValidateSubjects, TheEdgesAreSound) {
  const std::vector<std::function<void(v1::Contact&)>> changes = {
      [](v1::Contact& c) { AddChildren(c, 18); },
      [](v1::Contact& c) {
        *c.mutable_subjects(0)->mutable_demographics()->mutable_date_of_birth() =
            Time("2008-11-14");
      },
      [](v1::Contact& c) {
        *c.mutable_subjects(0)->mutable_demographics()->mutable_date_of_birth() = Time("2008");
      },
      [](v1::Contact& c) {
        *c.mutable_subjects(0)->mutable_demographics()->mutable_date_of_birth() =
            Time("before 2009");
      },
      [](v1::Contact& c) {
        Bare(c).mutable_unborn()->set_mother("mother");
        c.mutable_subjects(0)->set_person_kind("unborn_child");
        *c.mutable_subjects(0)->mutable_unborn()->mutable_expected_date_of_birth() =
            Time("2027-08-21");
      },
      [](v1::Contact& c) { Bare(c).mutable_unknown()->set_description("a boy of about ten"); },
      [](v1::Contact& c) {
        c.mutable_subjects(0)->set_roles(0, "also_present_child");
        c.mutable_subjects(0)->set_present(v1::TRI_YES);
      },
      [](v1::Contact& c) {
        Subject& subject = Bare(c);
        Add(subject, "nhs-number", "943 476 5919");
        *subject.mutable_demographics()->mutable_date_of_birth() = Time("2019-03-02");
      }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    SCOPED_TRACE(i);
    v1::Contact contact = Sound();
    changes[i](contact);
    ExpectSound(contact, SchoolFeed());
  }
}

TEST(ValidateSubjects, AConsultationWithoutNamesNamesNobody) {
  v1::Contact contact = FromYaml(R"(
contact_id: N-1
kind: no_names_consultation
occurred: 2026-11-13
recorded: 2026-11-13
author: {role: duty_worker, team: front door}
source: {system: x, record_ref: "1"}
detail: {advice: refer, refer_advised: yes, asker_token: t}
)");
  ExpectSound(contact, SchoolFeed());
  *contact.add_subjects() = Sound().subjects(0);
  const Verdict verdict = Validate(contact, SchoolFeed());
  ASSERT_EQ(verdict.refused.size(), 1u) << Shown(verdict.refused);
  EXPECT_EQ(verdict.refused[0].field, "subjects");
}

TEST(ValidateSubjects, WhatIsPlacedByItsLinkMayNameNobody) {
  v1::Contact contact = FromYaml(R"(
contact_id: A-1
kind: check_answered
occurred: 2026-11-13
recorded: 2026-11-13
author: {role: gp, team: surgery}
source: {system: x, record_ref: "1"}
detail: {request: council R-1, about: [child-a], result: known}
)");
  Verdict verdict = Validate(contact, SchoolFeed());
  EXPECT_TRUE(verdict.refused.empty()) << Shown(verdict.refused);
  ASSERT_EQ(verdict.warnings.size(), 1u) << Shown(verdict.warnings);
  EXPECT_EQ(verdict.warnings[0].field, "detail.about[0]");

  // With subjects of its own, its labels are theirs.
  *contact.add_subjects() = Sound().subjects(1);
  verdict = Validate(contact, SchoolFeed());
  ASSERT_EQ(verdict.refused.size(), 1u) << Shown(verdict.refused);
  EXPECT_EQ(verdict.refused[0].field, "detail.about[0]");
}

TEST(ValidateSubjects, WhatNamesNobodyAndLinksToNothingCannotBePlaced) {
  v1::Contact contact = FromYaml(R"(
contact_id: H-1
kind: handover_received
occurred: 2026-11-13
recorded: 2026-11-13
author: {role: gp, team: surgery}
source: {system: x, record_ref: "1"}
links: [{answers: police VC-1}]
)");
  ExpectSound(contact, SchoolFeed());
  contact.clear_links();
  const Verdict verdict = Validate(contact, SchoolFeed());
  ASSERT_EQ(verdict.refused.size(), 1u) << Shown(verdict.refused);
  EXPECT_EQ(verdict.refused[0].field, "subjects");
}

}  // namespace
}  // namespace throughline::contact
