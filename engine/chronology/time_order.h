#pragma once

#include <compare>
#include <cstdint>

#include "engine/base/clock.h"

#include "throughline/v1/chronology.pb.h"
#include "throughline/v1/contact.pb.h"

namespace throughline::chronology {

// Where a contact stands when contacts are read in order of when they happened: by the start of
// what was written (its end for `before`), the coarse before the exact, then by the sender's own
// sequence. What has no date comes last. Pure.
struct TimeOrder {
  bool undated = true;
  Millis at = 0;
  Millis less_width = 0;
  std::uint32_t sequence = 0;
  auto operator<=>(const TimeOrder&) const = default;
};

TimeOrder TimeOrderOf(const v1::UncertainTime& occurred, std::uint32_t sequence);

}  // namespace throughline::chronology
