#pragma once

#include <string_view>

// Labels of those whom a contact names.
namespace throughline::contact {

// Before the labels of the contact as it should read, in a correction.
inline constexpr std::string_view kReplaces = "replaces/";

// The label within the contact that it is a label of.
inline std::string_view WithoutReplaces(std::string_view label) {
  if (label.starts_with(kReplaces)) label.remove_prefix(kReplaces.size());
  return label;
}

}  // namespace throughline::contact
