#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace throughline::contact {

// The warning on a contact that links to one that has not come: its field, by the link's index, and
// its text.
inline std::string TargetField(std::size_t link) {
  return "links[" + std::to_string(link) + "].target";
}
inline constexpr std::string_view kNotKnownYet = "not known yet: joined when it comes";

}  // namespace throughline::contact
