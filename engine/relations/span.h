#pragma once

#include <string_view>

#include "engine/base/uk_time.h"

// When a relation held, as vaguely as it was said. Pure.
namespace throughline::relations {

// It began within the one and ended within the other.
struct Span {
  Interval began;
  Interval ended{kLatest, kLatest};
  bool operator==(const Span&) const = default;
};

// What was said when: since and until as stated (absent: since before anyone knows; still so). At
// `stated`, the latest that it can have been said, it had begun, unless it says otherwise.
Span SpanSaid(const v1::UncertainTime* since, const v1::UncertainTime* until, Millis stated);

// Whether the spans can have a moment in common.
bool CanOverlap(const Span& a, const Span& b);

enum class Holds { kCertain, kPossible, kEarlier, kLater };

// Whether it held at any moment of the day. Earlier: it was over before; later: it began after.
Holds HoldsOn(const Span& span, Day day);

// certain, possible, earlier, later.
std::string_view HoldsName(Holds holds);

}  // namespace throughline::relations
