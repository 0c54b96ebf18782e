#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "throughline/v1/time.pb.h"

// UK local time (Europe/London, from the system's time-zone data) and what agencies say of time.
// Pure; threads: any. Instants and days outside the years 1 to 9999 are taken as the nearest one
// inside.
namespace throughline {

// Both ends belong to it.
struct Interval {
  Millis earliest = kEarliest;
  Millis latest = kLatest;
  bool operator==(const Interval&) const = default;
};

// A day of the UK calendar as days since 1970-01-01.
using Day = std::int32_t;

// What one text says: 2011, 2011-05, 2011-05-14, 2011-05-14T12:16, 2011-05-14T12:16+01:00.
struct WrittenTime {
  v1::Precision shape = v1::PRECISION_UNSPECIFIED;  // YEAR, MONTH, DAY or MINUTE
  // A minute runs from hh:mm:00.000 to hh:mm:59.999, a day from its local midnight to the
  // millisecond before the next.
  Interval interval;
  bool in_repeated_hour =
      false;  // autumn shows it twice: without an offset, the first of the two is meant
  bool has_offset = false;
};

// Errors say what is wrong with the text: not a date, 30 February, an hour that spring skips, an
// offset that does not hold then. They do not repeat the text, which may be a date of birth.
Result<WrittenTime> ParseWrittenTime(std::string_view text);

// The interval that an uncertain time implies. PRECISION_UNSPECIFIED takes the shape of `at`. ABOUT
// widens by the unit of its own shape on either side (a month either side of a month, a year of a
// year, a day of a day, an hour of a minute). BEFORE is (kEarliest, end of at), AFTER (start of at,
// kLatest), UNKNOWN everything. Errors: as ParseWrittenTime; a precision that disagrees with the
// shape; `to` before `at`; BETWEEN without `to`.
Result<Interval> Implied(const v1::UncertainTime& time);

// An UncertainTime in the one-line form used by case files: `2011-05`, `about 2011-05`, `before
// 2011`, `after 2011-05-14`, `between 2011-05 and 2011-07`, `unknown`. Errors: as Implied.
Result<v1::UncertainTime> ParseUncertain(std::string_view text);
// The same form back; what a person reads.
std::string Describe(const v1::UncertainTime& time);

// Civil reading of an instant in the UK.
Day DayOf(Millis instant);
Millis StartOfDay(Day day);                          // its local midnight
int MinuteOfDay(Millis instant);                     // 0..1439, local
std::optional<Day> ParseDay(std::string_view text);  // YYYY-MM-DD
std::string FormatDay(Day day);                      // 2026-11-14
// 2026-11-14 23:40, UK time; in the hour that autumn repeats with its offset: 2026-10-25
// 01:30+00:00.
std::string FormatMinute(Millis instant);
std::string FormatUtc(Millis instant);  // 2026-11-14T23:40:00.000Z
// As FormatUtc; the fraction, or the seconds and the fraction, may be left out.
std::optional<Millis> ParseUtc(std::string_view text);
// Monday is 1, Sunday is 7.
int WeekdayOf(Day day);
// The same day `months` later; the last day of the month where it has no such day.
Day AddMonths(Day day, int months);

}  // namespace throughline
