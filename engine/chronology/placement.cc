#include "engine/chronology/placement.h"

#include <algorithm>
#include <string>

#include "engine/contact/labels.h"
#include "engine/contact/read_contact.h"

namespace throughline::chronology {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

void AddMissing(const std::string& word, Texts& into) {
  if (std::find(into.begin(), into.end(), word) == into.end()) *into.Add() = word;
}

void AddLabel(const std::string& label, v1::Placement& into) {
  if (into.label().empty()) return into.set_label(label);
  if (into.label() != label) AddMissing(label, *into.mutable_also_labels());
}

bool IsWithoutReference(const v1::Contact& contact, std::string_view label) {
  const auto* subject = contact::SubjectWith(contact, label);
  return subject != nullptr && subject->references().empty();
}

}  // namespace

void Merge(const v1::Placement& from, v1::Placement& into) {
  if (into.person().empty()) {
    into = from;
    return;
  }
  for (const std::string& role : from.roles()) AddMissing(role, *into.mutable_roles());
  for (const std::string& mark : from.handling()) AddMissing(mark, *into.mutable_handling());
  contact::EachLabel(from, [&](const std::string& label) { AddLabel(label, into); });
}

v1::Placement InNewBody(const PlacedIn& was, const PlacedIn& correction) {
  v1::Placement is = was.placement;
  for (const std::string& mark : correction.placement.handling()) {
    AddMissing(mark, *is.mutable_handling());
  }
  is.clear_label();
  is.clear_also_labels();
  const v1::Contact& body = correction.contact;
  const auto name = [&](const std::string& label) {
    const auto* subject = contact::SubjectWith(body, label);
    if (subject == nullptr) return;
    if (is.label().empty()) {
      is.clear_roles();
      is.set_person_kind(subject->person_kind());
    }
    AddLabel(label, is);
    for (const std::string& role : contact::OpenRoles(*subject)) {
      AddMissing(role, *is.mutable_roles());
    }
  };
  contact::EachLabel(correction.placement, [&](const std::string& label) {
    if (label.starts_with(contact::kReplaces)) name(std::string(contact::WithoutReplaces(label)));
  });
  if (!is.label().empty() || was.placement.label().empty()) return is;
  is.clear_roles();
  contact::EachLabel(was.placement, [&](const std::string& label) {
    if (IsWithoutReference(was.contact, label) && IsWithoutReference(body, label)) name(label);
  });
  return is;
}

}  // namespace throughline::chronology
