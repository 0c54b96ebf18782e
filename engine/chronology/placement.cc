#include "engine/chronology/placement.h"

#include <algorithm>
#include <string>

#include "engine/contact/labels.h"
#include "engine/contact/read_contact.h"

namespace throughline::chronology {
namespace {

using Words = google::protobuf::RepeatedPtrField<std::string>;

void AddMissing(const std::string& word, Words& into) {
  if (std::find(into.begin(), into.end(), word) == into.end()) *into.Add() = word;
}

void AddLabel(const std::string& label, v1::Placement& into) {
  if (into.label().empty()) return into.set_label(label);
  if (into.label() != label) AddMissing(label, *into.mutable_also_labels());
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

v1::Placement InNewBody(const v1::Placement& was, const v1::Placement& correction,
                        const v1::Contact& body) {
  v1::Placement is = was;
  for (const std::string& mark : correction.handling()) AddMissing(mark, *is.mutable_handling());
  is.clear_label();
  is.clear_also_labels();
  contact::EachLabel(correction, [&](const std::string& label) {
    if (!label.starts_with(contact::kReplaces)) return;
    if (is.label().empty()) is.clear_roles();
    const std::string own(contact::WithoutReplaces(label));
    AddLabel(own, is);
    const auto* subject = contact::SubjectWith(body, own);
    if (subject == nullptr) return;
    for (const std::string& role : contact::OpenRoles(*subject)) {
      AddMissing(role, *is.mutable_roles());
    }
  });
  return is;
}

}  // namespace throughline::chronology
