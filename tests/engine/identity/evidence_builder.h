#pragma once

#include <string>
#include <string_view>

#include "engine/base/uk_time.h"
#include "engine/identity/evidence.h"
#include "throughline/v1/contact.pb.h"

// Evidence for tests, through a contact, as intake has it.
namespace throughline::identity {

struct Said {
  std::string name = {};
  std::string born = {};
  std::string sex = {};
  std::string address = {};
  std::string school = {};
  std::string mother = {};
  std::string nhs_number = {};
  std::string alias = {};
  bool multiple = false;
};

inline v1::Contact ContactOf(const Said& said) {
  v1::Contact contact;
  contact.set_contact_id("1");
  auto& child = *contact.add_subjects();
  child.set_label("child");
  child.set_person_kind("child");
  child.add_roles("subject_child");
  auto& known = *child.mutable_demographics();
  if (!said.name.empty()) known.add_names(said.name);
  if (!said.alias.empty()) known.add_aliases(said.alias);
  if (!said.born.empty()) *known.mutable_date_of_birth() = *ParseUncertain(said.born);
  known.set_sex(said.sex);
  known.set_address(said.address);
  known.set_school(said.school);
  if (!said.nhs_number.empty()) {
    auto& reference = *child.add_references();
    reference.set_scheme("nhs-number");
    reference.set_value(said.nhs_number);
  }
  if (!said.mother.empty()) {
    auto& mother = *contact.add_subjects();
    mother.set_label("mother");
    mother.set_person_kind("adult");
    mother.add_roles("parent_carer");
    mother.mutable_demographics()->add_names(said.mother);
  }
  return contact;
}

inline v1::IdentityEvidence EvidenceOf(const Said& said) {
  v1::IdentityEvidence evidence = EvidenceOf(ContactOf(said), "child");
  evidence.set_multiple_birth(said.multiple);
  return evidence;
}

}  // namespace throughline::identity
