#include <fmt/format.h>

#include "engine/contact/checks.h"

namespace throughline::contact {
namespace {

// Office hours differ: between the two nobody can say that a statement disagrees.
constexpr int kCoreFrom = 9 * 60;
constexpr int kCoreUntil = 17 * 60;
constexpr int kNightUntil = 7 * 60;
constexpr int kNightFrom = 20 * 60;

// 1900-01-01T00:00, when UK clocks stood at UTC.
constexpr Millis kStartOf1900 = -2'208'988'800'000;

bool IsUnknown(const v1::UncertainTime& time) { return time.precision() == v1::PRECISION_UNKNOWN; }

// Said without about, before, after or between.
bool IsExact(const v1::UncertainTime& time) {
  switch (time.precision()) {
    case v1::PRECISION_UNSPECIFIED:
    case v1::PRECISION_MINUTE:
    case v1::PRECISION_DAY:
      return true;
    default:
      return false;
  }
}

void CheckWritten(const v1::UncertainTime& time, const Path& path, Findings& findings) {
  const auto at = ParseWrittenTime(time.at());
  if (!at) return;
  if (at->interval.latest < kStartOf1900) findings.Refuse(path, "before 1900");
  const std::string_view text = time.at();
  if (IsExact(time) && at->shape == v1::PRECISION_MINUTE && text.substr(11, 5) == "00:00") {
    findings.Warn(path, "exactly midnight: give the day alone if the time is not known");
  }
  if (IsExact(time) && at->shape == v1::PRECISION_DAY && text.substr(5) == "01-01") {
    findings.Warn(path, "1 January as a day: give the year alone if the day is not known");
  }
  if (at->in_repeated_hour && !at->has_offset) {
    findings.Warn(path, "in the hour that autumn repeats, without +01:00 or +00:00: the first");
  }
}

void CheckOccurred(const Checked& checked, Findings& findings) {
  const Path root;
  const Path path = In(root, "occurred");
  const v1::UncertainTime& occurred = checked.contact.occurred();
  if (!Holds(occurred)) return;
  if (!checked.occurred) return findings.Refuse(path, Implied(occurred).error().text);
  if (IsUnknown(occurred)) return findings.Warn(path, "not known");
  CheckWritten(occurred, path, findings);
  if (checked.recorded && checked.occurred->earliest > checked.recorded->latest) {
    findings.Refuse(path, "wholly after it was recorded");
  }
}

void CheckUntil(const Checked& checked, Findings& findings) {
  const Path root;
  const Path path = In(root, "occurred_until");
  const v1::UncertainTime& until = checked.contact.occurred_until();
  if (!Holds(until) || IsUnknown(until)) return;
  const auto interval = Implied(until);
  if (!interval) return findings.Refuse(path, interval.error().text);
  if (checked.occurred && interval->latest < checked.occurred->earliest) {
    findings.Refuse(path, "before it occurred");
  }
}

void CheckRecorded(const Checked& checked, Findings& findings) {
  const Path root;
  const Path path = In(root, "recorded");
  const v1::UncertainTime& recorded = checked.contact.recorded();
  if (!Holds(recorded)) return;
  const auto interval = Implied(recorded);
  if (!interval) return findings.Refuse(path, interval.error().text);
  switch (recorded.precision()) {
    case v1::PRECISION_UNKNOWN:
      if (checked.contact.source().retrospective() != v1::TRI_YES) {
        findings.Refuse(path, "not known: only with source.retrospective");
      } else {
        findings.Warn(path, "not known");
      }
      return;
    case v1::PRECISION_ABOUT:
    case v1::PRECISION_BEFORE:
    case v1::PRECISION_AFTER:
    case v1::PRECISION_BETWEEN:
      return findings.Refuse(path, "it takes a minute, a day, a month or a year, or unknown");
    default:
      break;
  }
  if (interval->earliest - checked.feed.future_allowance > checked.feed.received) {
    findings.Refuse(path, "further ahead of its receipt than a clock can be wrong");
  } else if (interval->earliest > checked.feed.received) {
    findings.Warn(path, "ahead of its receipt");
  }
  if (DayOf(interval->earliest) != DayOf(interval->latest)) {
    findings.Warn(path, "coarser than a day: taken at its end");
  }
}

void CheckOutOfHours(const Checked& checked, Findings& findings) {
  const v1::Tri stated = checked.contact.out_of_hours();
  const Calendar* calendar = checked.feed.calendar;
  if (stated == v1::TRI_UNSPECIFIED || calendar == nullptr || !checked.occurred) return;
  const Interval& occurred = *checked.occurred;
  const Day day = DayOf(occurred.earliest);
  if (!IsExact(checked.contact.occurred()) || DayOf(occurred.latest) != day ||
      !calendar->Covers(day)) {
    return;
  }
  const bool is_minute = occurred.latest - occurred.earliest < kMinute;
  const int minute = MinuteOfDay(occurred.earliest);
  const bool is_working_day = calendar->IsWorkingDay(day);
  const bool is_core = is_working_day && is_minute && minute >= kCoreFrom && minute < kCoreUntil;
  const bool is_night = is_minute && (minute < kNightUntil || minute >= kNightFrom);
  const Path root;
  if (stated == v1::TRI_YES ? is_core : !is_working_day || is_night) {
    findings.Warn(In(root, "out_of_hours"), "disagrees with the calendar");
  }
}

}  // namespace

void CheckTimes(const Checked& checked, Findings& findings) {
  CheckOccurred(checked, findings);
  CheckUntil(checked, findings);
  CheckRecorded(checked, findings);
  CheckOutOfHours(checked, findings);
}

}  // namespace throughline::contact
