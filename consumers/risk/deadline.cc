#include "consumers/risk/deadline.h"

#include <array>
#include <utility>

#include "engine/base/check.h"

namespace throughline::risk {
namespace {

constexpr std::array<std::pair<std::string_view, Unit>, 8> kUnits = {{
    {"minutes", Unit::kMinutes},
    {"hours", Unit::kHours},
    {"days", Unit::kDays},
    {"weeks", Unit::kWeeks},
    {"months", Unit::kMonths},
    {"years", Unit::kYears},
    {"working_days", Unit::kWorkingDays},
    {"school_days", Unit::kSchoolDays},
}};
constexpr int kMostOfAUnit = 10000;

// Civil arithmetic stays far inside what the calendar can express.
constexpr Millis kCivilFrom = -5364662400000;   // 1800-01-01
constexpr Millis kCivilUntil = 32503680000000;  // 3000-01-01

std::optional<int> MinuteOf(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  int value = 0;
  for (const std::size_t at : {0U, 1U, 3U, 4U}) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
    value = value * 10 + (text[at] - '0');
  }
  const int hour = value / 100;
  const int minute = value % 100;
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

bool IsDayly(Unit unit) {
  return unit == Unit::kDays || unit == Unit::kWorkingDays || unit == Unit::kSchoolDays;
}

bool Is(Day day, Unit unit, const Calendar& calendar) {
  if (unit == Unit::kWorkingDays) return calendar.IsWorkingDay(day);
  if (unit == Unit::kSchoolDays) return calendar.IsSchoolDay(day);
  return true;
}

Day Ahead(Day day, const Length& length, const Calendar& calendar) {
  switch (length.unit) {
    case Unit::kDays:
      return day + length.count;
    case Unit::kWeeks:
      return day + 7 * length.count;
    case Unit::kMonths:
      return AddMonths(day, length.count);
    case Unit::kYears:
      return AddMonths(day, 12 * length.count);
    case Unit::kWorkingDays:
      return calendar.AddWorkingDays(day, length.count);
    case Unit::kSchoolDays:
      return calendar.AddSchoolDays(day, length.count);
    default:
      CHECK(false);
  }
}

// On the day of a clock change the minutes since midnight are off by the change; one correction
// puts that right, and a time that spring skips comes an hour late.
Millis AtMinute(Day day, int minute) {
  const Millis instant = StartOfDay(day) + minute * kMinute;
  return instant + (minute - MinuteOfDay(instant)) * kMinute;
}

}  // namespace

std::optional<Unit> UnitOf(std::string_view name) {
  for (const auto& [text, unit] : kUnits) {
    if (text == name) return unit;
  }
  return std::nullopt;
}

std::optional<Length> LengthOf(const v1::Span& span) {
  const auto unit = UnitOf(span.unit());
  if (!unit || span.count() == 0 || span.count() > kMostOfAUnit) return std::nullopt;
  Length length{static_cast<int>(span.count()), *unit, -1};
  if (!span.by().empty()) {
    const auto minute = MinuteOf(span.by());
    if (!minute || !IsDayly(*unit)) return std::nullopt;
    length.by_minute = *minute;
  }
  return length;
}

Millis Deadline(Millis start, const Length& length, const Calendar& calendar) {
  if (start >= kCivilUntil) return kLatest;
  if (length.unit == Unit::kMinutes) return start + length.count * kMinute;
  if (length.unit == Unit::kHours) return start + length.count * kHour;
  if (start < kCivilFrom) start = kCivilFrom;
  const Day day = DayOf(start);
  if (length.by_minute >= 0) {
    Length days = length;
    if (Is(day, length.unit, calendar) && start < AtMinute(day, length.by_minute)) --days.count;
    return AtMinute(days.count == 0 ? day : Ahead(day, days, calendar), length.by_minute);
  }
  return StartOfDay(Ahead(day, length, calendar) + 1);
}

std::string DueText(const std::string& what, const Length& length, Millis due,
                    const Calendar& calendar) {
  const Day day = DayOf(length.by_minute >= 0 ? due : due - 1);
  if (length.unit == Unit::kSchoolDays && !calendar.CoversSchool(day)) {
    return what + " (the calendar has no school terms for that day: weekdays count)";
  }
  if (length.unit == Unit::kWorkingDays && !calendar.Covers(day)) {
    return what + " (the calendar does not reach that day: weekdays count)";
  }
  return what;
}

Millis Back(Millis end, const Length& length, const Calendar& calendar) {
  if (end < kCivilFrom) return kEarliest;
  if (length.unit == Unit::kMinutes) return end - length.count * kMinute;
  if (length.unit == Unit::kHours) return end - length.count * kHour;
  if (end > kCivilUntil) end = kCivilUntil;
  Day day = DayOf(end);
  switch (length.unit) {
    case Unit::kWeeks:
      day -= 7 * length.count;
      break;
    case Unit::kMonths:
      day = AddMonths(day, -length.count);
      break;
    case Unit::kYears:
      day = AddMonths(day, -12 * length.count);
      break;
    default:
      for (int left = length.count; left > 0;) {
        --day;
        if (Is(day, length.unit, calendar)) --left;
      }
  }
  return StartOfDay(day);
}

}  // namespace throughline::risk
