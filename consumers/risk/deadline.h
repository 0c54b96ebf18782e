#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/calendar.h"
#include "engine/base/uk_time.h"
#include "throughline/v1/policy.pb.h"

// Spans of time applied to instants: deadlines ahead, windows back. Pure.
namespace throughline::risk {

enum class Unit {
  kMinutes,
  kHours,
  kDays,
  kWeeks,
  kMonths,
  kYears,
  kWorkingDays,
  kSchoolDays,
};
std::optional<Unit> UnitOf(std::string_view name);  // minutes, hours, ...

// A v1::Span that was checked.
struct Length {
  int count = 0;
  Unit unit = Unit::kDays;
  int by_minute = -1;  // of the local day; -1: its end
};
// Nothing when the unit is unknown, the count is 0 or above 10,000, or `by` is no HH:MM or stands
// on another unit than days, working days or school days.
std::optional<Length> LengthOf(const v1::Span& span);

// The instant at which the span after `start` is over. Minutes and hours run by the clock; days and
// longer to the end of the last UK day, which is the first instant of the day after it; with `by`
// to that minute of the last day, and then the start's own day is the first if it is such a day and
// the start comes before that minute. kLatest when either lies beyond what a contact can state.
Millis Deadline(Millis start, const Length& length, const Calendar& calendar);

// What is due by such a deadline, in the policy's words, with a word on it where the calendar does
// not reach the deadline's day, so that weekdays counted.
std::string DueText(const std::string& what, const Length& length, Millis due,
                    const Calendar& calendar);

// The first instant that lies no further back from `end` than the span: by the clock, or the start
// of that UK day.
Millis Back(Millis end, const Length& length, const Calendar& calendar);

}  // namespace throughline::risk
