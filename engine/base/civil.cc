#include <date/date.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/digits.h"
#include "engine/base/uk_time.h"
#include "engine/base/uk_zone.h"

namespace throughline {
namespace {

// The first and last day that has an instant between kEarliest and kLatest.
constexpr Day kFirstDay = -719162;
constexpr Day kLastDay = 2932896;

Millis Clamp(Millis instant) { return std::clamp(instant, kEarliest, kLatest); }

LocalMillis LocalOf(Millis instant) { return Clamp(instant) + UkOffset(Clamp(instant)); }

std::int64_t FloorDiv(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

date::year_month_day Civil(Day day) {
  return date::year_month_day{date::sys_days{date::days{std::clamp(day, kFirstDay - 1, kLastDay)}}};
}

Day Number(date::year_month_day day) {
  return static_cast<Day>(date::sys_days{day}.time_since_epoch().count());
}

template <std::size_t kWidth>
void AppendDigits(std::string& out, std::int64_t value) {
  std::array<char, kWidth> digits;
  for (std::size_t i = kWidth; i > 0; --i, value /= 10) {
    digits[i - 1] = static_cast<char>('0' + value % 10);
  }
  out.append(digits.data(), kWidth);
}

void AppendDay(std::string& out, Day day) {
  const date::year_month_day civil = Civil(day);
  AppendDigits<4>(out, static_cast<int>(civil.year()));
  out.push_back('-');
  AppendDigits<2>(out, static_cast<unsigned>(civil.month()));
  out.push_back('-');
  AppendDigits<2>(out, static_cast<unsigned>(civil.day()));
}

void AppendHourMinute(std::string& out, std::int64_t minute_of_day) {
  AppendDigits<2>(out, minute_of_day / 60);
  out.push_back(':');
  AppendDigits<2>(out, minute_of_day % 60);
}

}  // namespace

Day DayOf(Millis instant) { return static_cast<Day>(FloorDiv(LocalOf(instant), kDay)); }

Millis StartOfDay(Day day) {
  return UkInstantsOf(std::clamp(day, kFirstDay, kLastDay + 1) * kDay).first;
}

int MinuteOfDay(Millis instant) {
  const LocalMillis local = LocalOf(instant);
  return static_cast<int>((local - FloorDiv(local, kDay) * kDay) / kMinute);
}

std::optional<Day> ParseDay(std::string_view text) {
  DigitReader reader(text);
  const int year = reader.Take(4);
  reader.Skip('-');
  const int month = reader.Take(2);
  reader.Skip('-');
  const int day = reader.Take(2);
  if (!reader.AtEnd() || year < 1) return std::nullopt;
  const date::year_month_day civil = date::year{year} / month / day;
  if (!civil.ok()) return std::nullopt;
  return Number(civil);
}

std::string FormatDay(Day day) {
  std::string out;
  AppendDay(out, day);
  return out;
}

std::string FormatMinute(Millis instant) {
  std::string out;
  AppendDay(out, DayOf(instant));
  out.push_back(' ');
  AppendHourMinute(out, MinuteOfDay(instant));
  if (UkInstantsOf(LocalOf(instant)).count == 2) {
    out.push_back('+');
    AppendHourMinute(out, UkOffset(instant) / kMinute);
  }
  return out;
}

std::string FormatUtc(Millis instant) {
  instant = Clamp(instant);
  const std::int64_t day = FloorDiv(instant, kDay);
  const Millis in_day = instant - day * kDay;
  std::string out;
  AppendDay(out, static_cast<Day>(day));
  out.push_back('T');
  AppendHourMinute(out, in_day / kMinute);
  out.push_back(':');
  AppendDigits<2>(out, in_day / kSecond % 60);
  out.push_back('.');
  AppendDigits<3>(out, in_day % kSecond);
  out.push_back('Z');
  return out;
}

std::optional<Millis> ParseUtc(std::string_view text) {
  constexpr std::size_t kDayLength = 10;
  if (text.size() <= kDayLength) return std::nullopt;
  const std::optional<Day> day = ParseDay(text.substr(0, kDayLength));
  if (!day) return std::nullopt;
  DigitReader reader(text.substr(kDayLength));
  reader.Skip('T');
  const int hour = reader.Take(2);
  reader.Skip(':');
  const int minute = reader.Take(2);
  const bool has_second = reader.SkipIf(':');
  const int second = has_second ? reader.Take(2) : 0;
  const int millis = has_second && reader.SkipIf('.') ? reader.Take(3) : 0;
  reader.Skip('Z');
  if (!reader.AtEnd() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return *day * kDay + hour * kHour + minute * kMinute + second * kSecond + millis;
}

int WeekdayOf(Day day) {
  return static_cast<int>(date::weekday{date::sys_days{date::days{day}}}.iso_encoding());
}

Day AddMonths(Day day, int months) {
  const date::year_month_day civil = Civil(day);
  const std::int64_t month = static_cast<int>(civil.year()) * std::int64_t{12} +
                             static_cast<unsigned>(civil.month()) - 1 + months;
  if (month < 12) return kFirstDay;
  if (month >= 10000 * std::int64_t{12}) return kLastDay;
  const date::year_month target{date::year{static_cast<int>(month / 12)},
                                date::month{static_cast<unsigned>(month % 12 + 1)}};
  const date::day last = (target / date::last).day();
  return Number(target / std::min(civil.day(), last));
}

}  // namespace throughline
