#include "consumers/throughline/show/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "consumers/risk/wording.h"
#include "engine/contact/read_contact.h"

namespace throughline::show {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Mon", "Tue", "Wed", "Thu",
                                                       "Fri", "Sat", "Sun"};

struct Date {
  std::string_view year;
  int month = 0;
  int day = 0;
};

Date Parts(std::string_view iso) {
  const auto number = [&](std::size_t at) {
    return iso.size() < at + 2 ? 0 : (iso[at] - '0') * 10 + (iso[at + 1] - '0');
  };
  return {iso.substr(0, 4), number(5), number(8)};
}

std::string_view MonthName(int month) { return kMonths.at(static_cast<std::size_t>(month - 1)); }

// What was written, in words: 2011, May 2011, 14 May 2011, 14 May 2011 12:16.
std::string WrittenWords(std::string_view at, int but_year, bool weekday) {
  const auto written = ParseWrittenTime(at);
  if (!written.has_value()) return std::string(at);
  const Date date = Parts(at);
  const bool with_year = date.year != fmt::format("{:04}", but_year);
  const std::string year = with_year ? fmt::format(" {}", date.year) : "";
  if (written->shape == v1::PRECISION_YEAR) return std::string(date.year);
  if (written->shape == v1::PRECISION_MONTH)
    return fmt::format("{}{}", MonthName(date.month), year);
  const Day day = DayOf(written->interval.earliest);
  std::string words = fmt::format("{} {}{}", date.day, MonthName(date.month), year);
  if (weekday) {
    words = fmt::format("{} {}", kWeekdays.at(static_cast<std::size_t>(WeekdayOf(day) - 1)), words);
  }
  if (written->shape == v1::PRECISION_MINUTE) words += fmt::format(" {}", at.substr(11));
  return words;
}

std::string BetweenWords(const v1::UncertainTime& time, int but_year) {
  const std::string year = time.at().substr(0, 4);
  const bool one_year = year == time.to().substr(0, 4) && time.at().size() > 4;
  const int other = one_year ? but_year : 0;
  const std::string from = WrittenWords(time.at(), one_year ? std::stoi(year) : 0, false);
  return fmt::format("between {} and {}", from, WrittenWords(time.to(), other, false));
}

std::string WordsOf(const v1::UncertainTime& time, int but_year, bool weekday) {
  switch (time.precision()) {
    case v1::PRECISION_UNKNOWN:
      return "date not known";
    case v1::PRECISION_ABOUT:
      return "about " + WrittenWords(time.at(), but_year, false);
    case v1::PRECISION_BEFORE:
      return "before " + WrittenWords(time.at(), but_year, false);
    case v1::PRECISION_AFTER:
      return "after " + WrittenWords(time.at(), but_year, false);
    case v1::PRECISION_BETWEEN:
      return BetweenWords(time, but_year);
    default:
      return time.at().empty() ? "date not known" : WrittenWords(time.at(), but_year, weekday);
  }
}

}  // namespace

std::string Words(std::string_view code) {
  std::string words(code);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string Capital(std::string text) {
  if (!text.empty()) {
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  }
  return text;
}

std::string KindWords(std::string_view kind) {
  constexpr std::string_view kNewer = "newer_kind_";
  if (kind.starts_with(kNewer)) {
    return fmt::format("A newer kind ({})", kind.substr(kNewer.size()));
  }
  if (kind == "gp_registration_changed") return "GP registration changed";
  return Capital(risk::KindWording(kind));
}

std::string DayWords(Day day) {
  const std::string iso = FormatDay(day);
  const Date date = Parts(iso);
  return fmt::format("{} {} {}", date.day, MonthName(date.month), date.year);
}

std::string WeekdayWords(Day day) {
  return fmt::format("{} {}", kWeekdays.at(static_cast<std::size_t>(WeekdayOf(day) - 1)),
                     DayWords(day));
}

std::string MinuteWords(Millis instant) {
  return fmt::format("{} {}", WeekdayWords(DayOf(instant)), FormatMinute(instant).substr(11));
}

std::string DayOfText(std::string_view utc) {
  const auto instant = ParseUtc(utc);
  return instant.has_value() ? DayWords(DayOf(*instant)) : "";
}

std::string TimeWords(const v1::UncertainTime& time, int but_year) {
  return WordsOf(time, but_year, true);
}

std::string DateWords(const v1::UncertainTime& time) { return WordsOf(time, 0, false); }

std::string KnewWords(const v1::KnownBy& by) {
  return by.has_when() ? DateWords(by.when()) : DayOfText(by.since());
}

std::string SpanWords(Millis span) {
  const auto days = static_cast<std::uint64_t>(std::max<Millis>(span, 0) / kDay);
  if (days < 14) return Counted(days, "day");
  if (days < 61) return Counted(days / 7, "week");
  const std::uint64_t months = days * 100 / 3044;
  if (months < 24) return Counted(months, "month");
  return Counted(months / 12, "year");
}

std::string Counted(std::uint64_t count, std::string_view one, std::string_view many) {
  if (count == 1) return fmt::format("1 {}", one);
  return many.empty() ? fmt::format("{} {}s", count, one) : fmt::format("{} {}", count, many);
}

std::string SubjectName(const v1::Contact& contact, std::string_view label) {
  const auto* subject = contact::SubjectWith(contact, label);
  if (subject == nullptr) return Words(label);
  if (!subject->demographics().names().empty()) return subject->demographics().names(0);
  if (!subject->unknown().said_name().empty()) {
    return fmt::format("{} (said to be {})", label, subject->unknown().said_name());
  }
  return std::string(label);
}

std::string FieldWords(const v1::Contact& contact, std::string_view path) {
  if (path.empty()) return "";
  const std::size_t dot = path.find('.');
  const bool whole = dot == std::string_view::npos;
  const std::string_view head = path.substr(0, dot);
  const std::size_t bracket = head.find('[');
  const std::string_view last = path.substr(path.rfind('.') + 1);
  const std::string words = Words(last.substr(0, last.find('[')));
  if (bracket == std::string_view::npos) {
    return whole || head == "detail" ? words : fmt::format("{} ({})", words, Words(head));
  }
  int index = 0;
  const std::string_view digits = head.substr(bracket + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), index);
  std::string_view list = head.substr(0, bracket);
  if (list.ends_with('s')) list.remove_suffix(1);
  std::string of = fmt::format("{} {}", Words(list), index + 1);
  if (list == "subject" && index >= 0 && index < contact.subjects_size()) {
    of = SubjectName(contact, contact.subjects(index).label());
  }
  return whole ? of : fmt::format("{} ({})", words, of);
}

std::string RefWords(const v1::ContactRef& ref, std::string_view sender) {
  std::string words;
  if (!ref.agency().empty() && ref.agency() != sender) words = ref.agency() + " ";
  words += ref.contact_id();
  if (!ref.unit().empty()) words += ", " + ref.unit();
  if (!ref.item().empty()) words += ", item " + ref.item();
  return words;
}

}  // namespace throughline::show
