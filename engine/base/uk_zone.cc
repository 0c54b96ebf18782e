#include "engine/base/uk_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <vector>

#include "engine/base/check.h"

namespace throughline {
namespace {

struct Change {
  Millis at;
  Millis offset;  // from then on
};

Millis LastSunday(int year, date::month month) {
  const date::sys_days day = date::year{year} / month / date::Sunday[date::last];
  return Millis{day.time_since_epoch().count()} * kDay;
}

// The Summer Time Order 2002: from 01:00 UTC on the last Sunday of March to 01:00 UTC on that of
// October.
Change SpringOf(int year) { return {LastSunday(year, date::March) + kHour, kHour}; }
Change AutumnOf(int year) { return {LastSunday(year, date::October) + kHour, 0}; }

const date::time_zone* Locate() {
  try {
    return date::locate_zone("Europe/London");
  } catch (const std::exception&) {
    return nullptr;
  }
}

std::vector<Change> ReadChanges() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const date::time_zone* system_has_europe_london = Locate();
  CHECK(system_has_europe_london);
  std::vector<Change> changes;
  constexpr int kLastYear = 9999;
  const date::sys_seconds end = date::sys_days{date::year{kLastYear} / 12 / 31};
  date::sys_seconds at{seconds{kEarliest / kSecond}};
  while (at < end) {
    const date::sys_info info = system_has_europe_london->get_info(at);
    const Millis offset = duration_cast<milliseconds>(info.offset).count();
    if (changes.empty() || changes.back().offset != offset) {
      changes.push_back({duration_cast<milliseconds>(at.time_since_epoch()).count(), offset});
    }
    CHECK(info.end > at);
    at = info.end;
  }
  // The library does not read the rule at the end of the system's data, which lists changes up to
  // 2037 or, in its short form, 1996 only.
  const Change last = changes.back();
  const date::year_month_day day{
      date::floor<date::days>(date::sys_time<milliseconds>{milliseconds{last.at}})};
  const int last_year = static_cast<int>(day.year());
  if (const Change ruled = AutumnOf(last_year);
      last.at == ruled.at && last.offset == ruled.offset) {
    for (int year = last_year + 1; year <= kLastYear; ++year) {
      changes.push_back(SpringOf(year));
      changes.push_back(AutumnOf(year));
    }
  }
  return changes;
}

const Change& ChangeBefore(Millis instant) {
  static const std::vector<Change> changes = ReadChanges();
  auto after = std::upper_bound(changes.begin(), changes.end(), instant,
                                [](Millis at, const Change& change) { return at < change.at; });
  return after == changes.begin() ? *after : *(after - 1);
}

}  // namespace

Millis UkOffset(Millis instant) { return ChangeBefore(instant).offset; }

UkInstants UkInstantsOf(LocalMillis local) {
  // Changes lie weeks apart, so that a day on either side sees at most one of them.
  const Millis before = ChangeBefore(local - kDay).offset;
  const Change& change = ChangeBefore(local + kDay);
  if (change.offset == before) return {1, local - before, local - before};
  const bool shown_before = local - before < change.at;
  const bool shown_after = local - change.offset >= change.at;
  if (shown_before && shown_after) return {2, local - before, local - change.offset};
  if (shown_before) return {1, local - before, local - before};
  if (shown_after) return {1, local - change.offset, local - change.offset};
  return {0, change.at, change.at};
}

}  // namespace throughline
