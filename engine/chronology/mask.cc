#include "engine/chronology/mask.h"

#include <algorithm>

#include "engine/contact/read_contact.h"

namespace throughline::chronology {
namespace {

void MaskSubject(v1::Contact::Subject& subject) {
  const bool home = subject.person_kind() == "household";
  if (subject.has_demographics()) {
    subject.mutable_demographics()->clear_address();
    if (home) subject.mutable_demographics()->clear_names();
  }
  auto& references = *subject.mutable_references();
  references.erase(
      std::remove_if(references.begin(), references.end(),
                     [&](const v1::Reference& one) { return home || one.scheme() == "uprn"; }),
      references.end());
}

}  // namespace

void MaskAddressOf(std::string_view label, v1::Contact& contact) {
  for (v1::Contact::Subject& subject : *contact.mutable_subjects()) {
    if (label.empty() || label == subject.label()) MaskSubject(subject);
  }
  if (contact.has_contact_corrected()) {
    MaskAddressOf(label, *contact.mutable_contact_corrected()->mutable_replaces());
  }
}

void MaskAddresses(v1::Contact& contact) {
  for (const v1::Contact::Handling& mark : contact.handling()) {
    if (mark.handling() != kProtectedAddress) continue;
    for (v1::Contact::Subject& subject : *contact.mutable_subjects()) {
      if (!mark.has_label() || mark.label() == subject.label()) MaskSubject(subject);
    }
  }
  if (contact.has_contact_corrected()) {
    MaskAddresses(*contact.mutable_contact_corrected()->mutable_replaces());
  }
}

void MaskInformants(v1::Contact& contact) {
  for (v1::Contact::Subject& subject : *contact.mutable_subjects()) {
    if (subject.roles_size() > 0 && contact::OpenRoles(subject).empty()) MaskSubject(subject);
  }
  if (contact.has_contact_corrected()) {
    MaskInformants(*contact.mutable_contact_corrected()->mutable_replaces());
  }
}

}  // namespace throughline::chronology
