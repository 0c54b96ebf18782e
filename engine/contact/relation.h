#pragma once

#include <string_view>

// Codes of the list relation. Pure.
namespace throughline::contact {

// Whether it holds as well the other way round, so that either may be said first.
inline bool IsMutual(std::string_view relation) {
  return relation == "partner" || relation == "former_partner" || relation == "sibling";
}

}  // namespace throughline::contact
