#include "engine/chronology/mask.h"

#include <algorithm>
#include <string>

#include "engine/contact/read_contact.h"

namespace throughline::chronology {
namespace {

using References = google::protobuf::RepeatedPtrField<v1::Reference>;

void MaskReferences(bool home, References& references) {
  references.erase(
      std::remove_if(references.begin(), references.end(),
                     [&](const v1::Reference& one) { return home || one.scheme() == "uprn"; }),
      references.end());
}

// A household's names are its address.
template <typename Message>
void MaskNames(Message& message) {
  message.clear_names();
  message.clear_aliases();
}

// Of every subject of whom that holds, and of what is recorded of them beside.
template <typename Holds>
void MaskThose(const Holds& holds, v1::Contact& contact) {
  for (v1::Contact::Subject& subject : *contact.mutable_subjects()) {
    if (!holds(subject)) continue;
    const bool home = subject.person_kind() == "household";
    if (subject.has_demographics()) {
      subject.mutable_demographics()->clear_address();
      if (home) MaskNames(*subject.mutable_demographics());
    }
    MaskReferences(home, *subject.mutable_references());
    if (!contact.has_person_recorded()) continue;
    const std::string& who = contact.person_recorded().who();
    if (who.empty() ? contact.subjects_size() > 1 : who != subject.label()) continue;
    if (home) MaskNames(*contact.mutable_person_recorded());
    MaskReferences(home, *contact.mutable_person_recorded()->mutable_references());
  }
}

}  // namespace

void MaskAddressOf(std::string_view label, v1::Contact& contact) {
  MaskThose([&](const auto& subject) { return label.empty() || label == subject.label(); },
            contact);
  if (contact.has_contact_corrected()) {
    MaskAddressOf(label, *contact.mutable_contact_corrected()->mutable_replaces());
  }
}

void MaskAddresses(v1::Contact& contact) {
  for (const v1::Contact::Handling& mark : contact.handling()) {
    if (mark.handling() != kProtectedAddress) continue;
    MaskThose(
        [&](const auto& subject) { return !mark.has_label() || mark.label() == subject.label(); },
        contact);
  }
  if (contact.has_contact_corrected()) {
    MaskAddresses(*contact.mutable_contact_corrected()->mutable_replaces());
  }
}

void MaskInformants(v1::Contact& contact) {
  MaskThose(
      [](const auto& subject) {
        return subject.roles_size() > 0 && contact::OpenRoles(subject).empty();
      },
      contact);
  if (contact.has_contact_corrected()) {
    MaskInformants(*contact.mutable_contact_corrected()->mutable_replaces());
  }
}

}  // namespace throughline::chronology
