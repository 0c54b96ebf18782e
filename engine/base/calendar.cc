#include "engine/base/calendar.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"
#include "engine/base/yaml_reader.h"

namespace throughline {
namespace {

using yaml::Node;

constexpr std::size_t kMaxVersion = 64;

class Reader : public yaml::Reader {
 public:
  using yaml::Reader::Reader;

  std::optional<Day> DayIn(const Node& node) {
    std::optional<Day> day;
    if (node.kind == Node::Kind::kScalar) day = ParseDay(node.scalar);
    if (!day) Add(node.place, "expected a day, YYYY-MM-DD");
    return day;
  }

  std::optional<std::pair<Day, Day>> Span(const Node& node) {
    static constexpr std::array<std::string_view, 2> kNames{"from", "until"};
    if (!IsMapOf(node, kNames)) return std::nullopt;
    const Node* from_node = Required(node, "from");
    const Node* until_node = Required(node, "until");
    if (from_node == nullptr || until_node == nullptr) return std::nullopt;
    const auto from = DayIn(*from_node);
    const auto until = DayIn(*until_node);
    if (!from || !until) return std::nullopt;
    if (*until < *from) {
      Add(node.place, "`until` is before `from`");
      return std::nullopt;
    }
    return std::pair(*from, *until);
  }

  // The items of a list; none, with a fault, of anything else.
  const std::vector<Node>& Items(const Node& node, std::string_view key) {
    static const std::vector<Node> none;
    if (node.kind == Node::Kind::kList) return node.items;
    Add(node.place, fmt::format("`{}` must be a list", key));
    return none;
  }
};

std::set<Day> ReadHolidays(Reader& reader, const Node& root, std::pair<Day, Day> covers) {
  std::set<Day> holidays;
  const Node* list = reader.Required(root, "bank_holidays");
  if (list == nullptr) return holidays;
  for (const Node& item : reader.Items(*list, "bank_holidays")) {
    const auto day = reader.DayIn(item);
    if (!day) continue;
    if (*day < covers.first || *day > covers.second) {
      reader.Add(item.place, "a bank holiday outside the days that `covers` names");
    } else if (WeekdayOf(*day) > 5) {
      reader.Add(item.place, "a bank holiday at a weekend: list the day given instead");
    } else if (!holidays.insert(*day).second) {
      reader.Add(item.place, "a bank holiday listed twice");
    }
  }
  return holidays;
}

std::vector<std::pair<Day, Day>> ReadTerms(Reader& reader, const Node& root) {
  std::vector<std::pair<Day, Day>> terms;
  const Node* list = root.Find("school_terms");
  if (list == nullptr) return terms;
  for (const Node& item : reader.Items(*list, "school_terms")) {
    const auto term = reader.Span(item);
    if (!term) continue;
    if (!terms.empty() && term->first <= terms.back().second) {
      reader.Add(item.place, "a term must begin after the one before it has ended");
      continue;
    }
    terms.push_back(*term);
  }
  return terms;
}

// The `count`th day after `day` (before it, when negative) for which `counts` holds.
template <typename Counts>
Day Step(Day day, int count, Counts counts) {
  const Day by = count < 0 ? -1 : 1;
  const Day end = count < 0 ? DayOf(kEarliest) : DayOf(kLatest);
  while (count != 0 && day != end) {
    day += by;
    if (counts(day)) count -= by;
  }
  return day;
}

}  // namespace

Result<Calendar> Calendar::Parse(std::string_view yaml, std::string_view name) {
  static constexpr std::array<std::string_view, 6> kNames{
      "jurisdiction", "version", "source", "covers", "bank_holidays", "school_terms"};
  TL_ASSIGN(const Node root, yaml::Parse(yaml, name));
  Reader reader(name);
  Calendar calendar;
  if (reader.IsMapOf(root, kNames)) {
    calendar.jurisdiction_ = reader.Text(root, "jurisdiction");
    calendar.version_ = reader.Text(root, "version");
    if (calendar.version_.size() > kMaxVersion || calendar.jurisdiction_.size() > kMaxVersion) {
      reader.Add(root.place, fmt::format("a name longer than {} bytes", kMaxVersion));
    }
    reader.Text(root, "source");
    if (const Node* covers = reader.Required(root, "covers")) {
      if (const auto span = reader.Span(*covers)) {
        calendar.covers_from_ = span->first;
        calendar.covers_until_ = span->second;
        calendar.holidays_ = ReadHolidays(reader, root, *span);
      }
    }
    calendar.terms_ = ReadTerms(reader, root);
  }
  if (!reader.faults().empty()) return Fail(yaml::Refused(reader.faults()));
  return calendar;
}

bool Calendar::IsWorkingDay(Day day) const {
  return WeekdayOf(day) <= 5 && !holidays_.contains(day);
}

bool Calendar::IsSchoolDay(Day day) const {
  if (!IsWorkingDay(day)) return false;
  if (terms_.empty() || day < terms_.front().first || day > terms_.back().second) return true;
  auto after = std::upper_bound(terms_.begin(), terms_.end(), day,
                                [](Day at, const auto& term) { return at < term.first; });
  return after != terms_.begin() && day <= (after - 1)->second;
}

bool Calendar::Covers(Day day) const { return day >= covers_from_ && day <= covers_until_; }

bool Calendar::CoversSchool(Day day) const {
  return Covers(day) && !terms_.empty() && day >= terms_.front().first && day <= *terms_until();
}

std::optional<Day> Calendar::terms_until() const {
  if (terms_.empty()) return std::nullopt;
  return terms_.back().second;
}

Day Calendar::AddWorkingDays(Day day, int count) const {
  return Step(day, count, [this](Day each) { return IsWorkingDay(each); });
}

Day Calendar::AddSchoolDays(Day day, int count) const {
  return Step(day, count, [this](Day each) { return IsSchoolDay(each); });
}

}  // namespace throughline
