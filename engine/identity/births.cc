#include "engine/identity/births.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace throughline::identity {
namespace {

constexpr double kDaysOfChildhood = 6570;
constexpr int kFarthestYear = 10;

bool IsExact(const v1::IdentityBirth& birth) { return birth.earliest() == birth.latest(); }

std::array<int, 8> Digits(const Date& date) {
  return {date.year / 1000 % 10, date.year / 100 % 10, date.year / 10 % 10, date.year % 10,
          date.month / 10,       date.month % 10,      date.day / 10,       date.day % 10};
}

bool OneDigit(const Date& a, const Date& b) {
  const auto x = Digits(a);
  const auto y = Digits(b);
  std::size_t first = x.size();
  int differ = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == y[i]) continue;
    if (differ++ == 0) first = i;
  }
  // The first digit of the year makes another century of it.
  if (differ == 1) return first > 1;
  return differ == 2 && first + 1 < x.size() && x[first] == y[first + 1] &&
         x[first + 1] == y[first];
}

bool OnePart(const Date& a, const Date& b) {
  const int same = (a.year == b.year) + (a.month == b.month) + (a.day == b.day);
  return same == 2 && std::abs(a.year - b.year) <= kFarthestYear;
}

bool IsPlaceholder(const Date& date) { return date.month == 1 && date.day == 1; }

// Of two that are exact to the day.
BirthLevel CompareDates(const Date& a, const Date& b) {
  if (a.year == b.year) {
    if (IsPlaceholder(a) && IsPlaceholder(b)) return BirthLevel::kBothFirstOfJanuary;
    if (IsPlaceholder(a) || IsPlaceholder(b)) return BirthLevel::kFirstOfJanuary;
    if (a.month == b.month && a.day == b.day) return BirthLevel::kExact;
    if (a.month == b.day && a.day == b.month) return BirthLevel::kSwapped;
  }
  if (OneDigit(a, b)) return BirthLevel::kOneDigit;
  return OnePart(a, b) ? BirthLevel::kOnePart : BirthLevel::kDiffers;
}

}  // namespace

Date DateOf(std::int32_t days) {
  // Days since 0000-03-01 in eras of 400 years; years begin in March, so that leap days come last.
  const std::int64_t since = static_cast<std::int64_t>(days) + 719468;
  const std::int64_t era = (since >= 0 ? since : since - 146096) / 146097;
  const std::int64_t of_era = since - era * 146097;
  const std::int64_t year_of_era =
      (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t from_march = (5 * of_year + 2) / 153;
  const auto day = static_cast<int>(of_year - (153 * from_march + 2) / 5 + 1);
  const auto month = static_cast<int>(from_march < 10 ? from_march + 3 : from_march - 9);
  return {static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)), month, day};
}

BirthAgreement CompareBirths(const v1::IdentityBirth& a, const v1::IdentityBirth& b) {
  const Date x = DateOf(a.earliest());
  const Date y = DateOf(b.earliest());
  if (IsExact(a) && IsExact(b)) return {CompareDates(x, y), 0};
  const bool meet = a.earliest() <= b.latest() && b.earliest() <= a.latest();
  const bool in_year =
      (IsExact(a) && IsPlaceholder(x) && DateOf(b.latest()).year >= x.year && y.year <= x.year) ||
      (IsExact(b) && IsPlaceholder(y) && DateOf(a.latest()).year >= y.year && x.year <= y.year);
  if (!meet && !in_year) return {BirthLevel::kOutside, 0};
  const int widest = std::max(a.latest() - a.earliest(), b.latest() - b.earliest()) + 1;
  return {BirthLevel::kWithin, (in_year ? std::max(widest, 365) : widest) / kDaysOfChildhood};
}

}  // namespace throughline::identity
