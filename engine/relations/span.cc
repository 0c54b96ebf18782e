#include "engine/relations/span.h"

#include <algorithm>

namespace throughline::relations {

Span SpanSaid(const v1::UncertainTime* since, const v1::UncertainTime* until, Millis stated) {
  Span span;
  if (since != nullptr) span.began = Implied(*since).value_or(Interval{});
  if (span.began.earliest <= stated) span.began.latest = std::min(span.began.latest, stated);
  if (until != nullptr) {
    span.ended = Implied(*until).value_or(Interval{});
    span.ended.earliest = std::max(span.ended.earliest, span.began.earliest);
    span.ended.latest = std::max(span.ended.latest, span.ended.earliest);
  }
  return span;
}

bool CanOverlap(const Span& a, const Span& b) {
  return a.began.earliest <= b.ended.latest && b.began.earliest <= a.ended.latest;
}

Holds HoldsOn(const Span& span, Day day) {
  const Millis begin = StartOfDay(day);
  const Millis end = StartOfDay(day + 1) - 1;
  if (span.ended.latest < begin) return Holds::kEarlier;
  if (span.began.earliest > end) return Holds::kLater;
  const bool certain = span.began.latest <= end && span.ended.earliest >= begin;
  return certain ? Holds::kCertain : Holds::kPossible;
}

std::string_view HoldsName(Holds holds) {
  switch (holds) {
    case Holds::kCertain:
      return "certain";
    case Holds::kPossible:
      return "possible";
    case Holds::kEarlier:
      return "earlier";
    case Holds::kLater:
      return "later";
  }
  return "";
}

}  // namespace throughline::relations
