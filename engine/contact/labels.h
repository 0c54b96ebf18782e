#pragma once

#include <algorithm>
#include <string_view>

#include "throughline/v1/contact.pb.h"
#include "throughline/v1/journal.pb.h"

// Labels of those whom a contact names. Pure.
namespace throughline::contact {

// Before the labels of the contact as it should read, in a correction.
inline constexpr std::string_view kReplaces = "replaces/";

// The label within the contact that it is a label of.
inline std::string_view WithoutReplaces(std::string_view label) {
  if (label.starts_with(kReplaces)) label.remove_prefix(kReplaces.size());
  return label;
}

// A label of one who is named, in the contact that it is a label of: of a correction, the contact
// as it should read has labels of its own. Lives as long as both.
struct Labelled {
  const v1::Contact& contact;
  std::string_view label;
};
inline Labelled LabelledIn(const v1::Contact& contact, std::string_view label) {
  if (!contact.has_contact_corrected() || !label.starts_with(kReplaces)) return {contact, label};
  return {contact.contact_corrected().replaces(), WithoutReplaces(label)};
}

// Whether that holds of one of the labels by which a contact names who stands in it so; of what
// came by flow or by link there is none. `holds` takes a std::string.
template <typename Holds>
bool AnyLabel(const v1::Placement& placement, const Holds& holds) {
  if (placement.label().empty()) return false;
  const auto& others = placement.also_labels();
  return holds(placement.label()) || std::any_of(others.begin(), others.end(), holds);
}
template <typename Visit>
void EachLabel(const v1::Placement& placement, const Visit& visit) {
  AnyLabel(placement, [&](const std::string& label) {
    visit(label);
    return false;
  });
}
inline bool HasLabel(const v1::Placement& placement, std::string_view label) {
  return AnyLabel(placement, [&](const std::string& one) { return one == label; });
}

}  // namespace throughline::contact
