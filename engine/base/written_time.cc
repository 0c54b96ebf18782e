#include <date/date.h>

#include <algorithm>
#include <array>

#include "engine/base/digits.h"
#include "engine/base/uk_time.h"
#include "engine/base/uk_zone.h"

namespace throughline {
namespace {

constexpr std::string_view kForms =
    "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm, with +01:00 or +00:00 where the hour is "
    "repeated";

// Months since the year 0, so that a year is twelve of them.
Millis StartOfMonth(int index) {
  if (index < 12) return kEarliest;
  if (index >= 10000 * 12) return kLatest + 1;
  const date::sys_days day =
      date::year{index / 12} / date::month{static_cast<unsigned>(index % 12 + 1)} / 1;
  return StartOfDay(static_cast<Day>(day.time_since_epoch().count()));
}

int MonthIndexOf(Day day) {
  const date::year_month_day civil{date::sys_days{date::days{day}}};
  return static_cast<int>(civil.year()) * 12 +
         static_cast<int>(static_cast<unsigned>(civil.month())) - 1;
}

Interval Months(int first, int count) {
  return {StartOfMonth(first), StartOfMonth(first + count) - 1};
}

Interval Days(Day first, Day count) { return {StartOfDay(first), StartOfDay(first + count) - 1}; }

Result<WrittenTime> OfMinute(Day day, DigitReader& reader) {
  const int hour = reader.Take(2);
  reader.Skip(':');
  const int minute = reader.Take(2);
  if (reader.failed()) return Fail(Code::kInvalid, "not a time: expected {}", kForms);
  if (hour > 23 || minute > 59) return Fail(Code::kInvalid, "no such time of day");
  if (reader.SkipIf(':')) return Fail(Code::kInvalid, "seconds are not taken: write hh:mm");
  if (reader.SkipIf('Z')) return Fail(Code::kInvalid, "write the offset +00:00 instead of Z");

  const UkInstants instants = UkInstantsOf(day * kDay + hour * kHour + minute * kMinute);
  if (instants.count == 0) {
    return Fail(Code::kInvalid, "no such local time: UK clocks skip it when they go forward");
  }
  WrittenTime written;
  written.shape = v1::PRECISION_MINUTE;
  written.in_repeated_hour = instants.count == 2;
  Millis start = instants.first;
  if (!reader.AtEnd()) {
    const bool ahead = reader.SkipIf('+');
    if (!ahead) reader.Skip('-');
    const int offset_hour = reader.Take(2);
    reader.Skip(':');
    const int offset_minute = reader.Take(2);
    if (!reader.AtEnd()) return Fail(Code::kInvalid, "not a time: expected {}", kForms);
    const Millis offset = offset_hour * kHour + offset_minute * kMinute;
    if (ahead && UkOffset(instants.second) == offset) {
      start = instants.second;
    } else if (!ahead || UkOffset(instants.first) != offset) {
      return Fail(Code::kInvalid, "the UTC offset is not that of UK clocks at this time");
    }
    written.has_offset = true;
  }
  written.interval = {start, start + kMinute - 1};
  return written;
}

Result<WrittenTime> OfDay(int year, int month, DigitReader& reader) {
  const int number = reader.Take(2);
  if (reader.failed()) return Fail(Code::kInvalid, "not a time: expected {}", kForms);
  const date::year_month_day civil = date::year{year} / month / number;
  if (!civil.ok()) return Fail(Code::kInvalid, "no such day in that month");
  const Day day = static_cast<Day>(date::sys_days{civil}.time_since_epoch().count());
  if (reader.AtEnd()) return WrittenTime{v1::PRECISION_DAY, Days(day, 1)};
  reader.Skip('T');
  return OfMinute(day, reader);
}

// Around a written time: its own unit more on either side.
Interval Around(const WrittenTime& written) {
  const Interval& exact = written.interval;
  const Day day = DayOf(exact.earliest);
  switch (written.shape) {
    case v1::PRECISION_YEAR:
      return Months(MonthIndexOf(day) - 12, 36);
    case v1::PRECISION_MONTH:
      return Months(MonthIndexOf(day) - 1, 3);
    case v1::PRECISION_DAY:
      return Days(day - 1, 3);
    default:
      return {std::max(exact.earliest - kHour, kEarliest), std::min(exact.latest + kHour, kLatest)};
  }
}

Result<Interval> Between(const WrittenTime& from, std::string_view to) {
  if (to.empty()) return Fail(Code::kInvalid, "a time between two needs the second one, `to`");
  auto until = ParseWrittenTime(to);
  if (!until) return Fail(until.error().code, "to: {}", until.error().text);
  if (until->interval.latest < from.interval.earliest) {
    return Fail(Code::kInvalid, "`to` is before `at`");
  }
  return Interval{from.interval.earliest, until->interval.latest};
}

struct Word {
  std::string_view text;
  v1::Precision precision;
};
constexpr std::array<Word, 3> kWords{{{"about", v1::PRECISION_ABOUT},
                                      {"before", v1::PRECISION_BEFORE},
                                      {"after", v1::PRECISION_AFTER}}};

// The first word of a text, which loses it and the spaces around it.
std::string_view TakeWord(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return word;
}

}  // namespace

Result<WrittenTime> ParseWrittenTime(std::string_view text) {
  if (text.empty()) return Fail(Code::kInvalid, "no time given");
  DigitReader reader(text);
  const int year = reader.Take(4);
  if (reader.failed()) return Fail(Code::kInvalid, "not a time: expected {}", kForms);
  if (year == 0) return Fail(Code::kInvalid, "there is no year 0");
  if (reader.AtEnd()) return WrittenTime{v1::PRECISION_YEAR, Months(year * 12, 12)};
  reader.Skip('-');
  const int month = reader.Take(2);
  if (reader.failed()) return Fail(Code::kInvalid, "not a time: expected {}", kForms);
  if (month < 1 || month > 12) return Fail(Code::kInvalid, "no such month");
  if (reader.AtEnd()) return WrittenTime{v1::PRECISION_MONTH, Months(year * 12 + month - 1, 1)};
  reader.Skip('-');
  return OfDay(year, month, reader);
}

Result<Interval> Implied(const v1::UncertainTime& time) {
  const v1::Precision precision = time.precision();
  if (!v1::Precision_IsValid(precision)) {
    return Fail(Code::kInvalid, "precision {} is not known", static_cast<int>(precision));
  }
  if (precision == v1::PRECISION_UNKNOWN) {
    if (!time.at().empty() || !time.to().empty()) {
      return Fail(Code::kInvalid, "an unknown time has neither `at` nor `to`");
    }
    return Interval{};
  }
  TL_ASSIGN(const WrittenTime at, ParseWrittenTime(time.at()));
  if (precision == v1::PRECISION_BETWEEN) return Between(at, time.to());
  if (!time.to().empty()) {
    return Fail(Code::kInvalid, "`to` is only for a time between two");
  }
  switch (precision) {
    case v1::PRECISION_UNSPECIFIED:
      return at.interval;
    case v1::PRECISION_ABOUT:
      return Around(at);
    case v1::PRECISION_BEFORE:
      return Interval{kEarliest, at.interval.latest};
    case v1::PRECISION_AFTER:
      return Interval{at.interval.earliest, kLatest};
    default:
      if (precision != at.shape) {
        return Fail(Code::kInvalid, "the precision disagrees with the form of the time");
      }
      return at.interval;
  }
}

Result<v1::UncertainTime> ParseUncertain(std::string_view text) {
  std::string_view rest = text;
  const std::string_view first = TakeWord(rest);
  v1::UncertainTime time;
  if (first == "unknown" && rest.empty()) {
    time.set_precision(v1::PRECISION_UNKNOWN);
    return time;
  }
  const auto* word = std::find_if(kWords.begin(), kWords.end(),
                                  [&](const Word& each) { return each.text == first; });
  const bool between = first == "between";
  const std::string_view at = word != kWords.end() || between ? TakeWord(rest) : first;
  time.set_at(std::string(at));
  if (between) {
    if (TakeWord(rest) != "and") {
      return Fail(Code::kInvalid, "not a time: expected between ... and ...");
    }
    time.set_to(std::string(TakeWord(rest)));
  }
  if (!rest.empty()) {
    return Fail(Code::kInvalid,
                "not a time: expected {}; or about, before or after one; between two; or unknown",
                kForms);
  }
  if (between) {
    time.set_precision(v1::PRECISION_BETWEEN);
  } else if (word != kWords.end()) {
    time.set_precision(word->precision);
  } else {
    TL_ASSIGN(const WrittenTime written, ParseWrittenTime(at));
    time.set_precision(written.shape);
    return time;
  }
  TL_TRY(Implied(time));
  return time;
}

std::string Describe(const v1::UncertainTime& time) {
  if (time.precision() == v1::PRECISION_UNKNOWN) return "unknown";
  if (time.precision() == v1::PRECISION_BETWEEN) {
    return fmt::format("between {} and {}", time.at(), time.to());
  }
  for (const Word& word : kWords) {
    if (word.precision == time.precision()) return fmt::format("{} {}", word.text, time.at());
  }
  return time.at();
}

}  // namespace throughline
