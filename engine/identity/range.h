#pragma once

#include <algorithm>
#include <limits>

#include "engine/identity/parameters.h"

namespace throughline::identity {

// What the levels that a field may be at say at most. Of no level yet: nothing that is added to it
// is left out.
struct Range {
  double same = -std::numeric_limits<double>::infinity();
  double sibling = std::numeric_limits<double>::infinity();  // less `same`, at least
  double twin = std::numeric_limits<double>::infinity();     // less `same`, at least

  void MayBe(const Evidence& evidence) {
    same = std::max(same, evidence.same);
    sibling = std::min(sibling, evidence.sibling - evidence.same);
    twin = std::min(twin, evidence.twin - evidence.same);
  }
  void MayBe(const Range& other) {
    same = std::max(same, other.same);
    sibling = std::min(sibling, other.sibling);
    twin = std::min(twin, other.twin);
  }
  void MayBeUnknown() { MayBe(Evidence()); }
};

}  // namespace throughline::identity
