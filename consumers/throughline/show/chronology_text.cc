#include "consumers/throughline/show/chronology_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "consumers/throughline/show/alerts_text.h"
#include "consumers/throughline/show/entry_text.h"
#include "consumers/throughline/show/page.h"
#include "consumers/throughline/show/words.h"
#include "engine/chronology/time_order.h"

namespace throughline::show {
namespace {

using chronology::TimeOrder;

// Shorter silences between contacts are not pointed out.
constexpr Millis kGap = 56 * kDay;

// The month that something stands under; month 0: only the year is known.
struct Month {
  int year = 0;
  int month = 0;
  bool operator==(const Month&) const = default;
};

Month MonthOf(std::string_view iso) {
  Month month;
  if (iso.size() >= 4) month.year = std::stoi(std::string(iso.substr(0, 4)));
  if (iso.size() >= 7) month.month = std::stoi(std::string(iso.substr(5, 2)));
  return month;
}

// Exactly one is set.
struct Item {
  const v1::ChronologyEntry* entry = nullptr;
  const v1::Alert* alert = nullptr;
  const v1::ChronologyNote* note = nullptr;

  Month Heading() const {
    if (entry != nullptr) return MonthOf(entry->occurred().at());
    if (alert != nullptr) return MonthOf(FormatDay(DayOf(alert->at_ms())));
    return MonthOf(FormatDay(DayOf(ParseUtc(note->known()).value_or(0))));
  }
};

void AddPerson(Page& page, const v1::PersonAnswer& person) {
  std::string name = "Also";
  for (int i = 1; i < person.names_size(); ++i) {
    page.Row(name, fmt::format("{}{} ({})", person.names(i).alias() ? "known as " : "",
                               person.names(i).name(), person.names(i).agency()));
    name.clear();
  }
  name = "Born";
  for (const v1::StatedBirth& birth : person.births()) {
    page.Row(name, fmt::format("{}{} ({})", birth.expected() ? "expected " : "",
                               DateWords(birth.date_of_birth()), birth.agency()));
    name.clear();
  }
  std::vector<std::string> references;
  for (const v1::ScopedReference& one : person.references()) {
    references.push_back(one.scope().empty()
                             ? fmt::format("{} {}", one.scheme(), one.value())
                             : fmt::format("{} {} ({})", one.scheme(), one.value(), one.scope()));
  }
  page.Row("References", fmt::format("{}", fmt::join(references, ", ")));
  page.Row("Person", person.person(), Ink::kFaint);
}

void AddName(Page& page, std::string_view before, const v1::PersonAnswer& person) {
  const std::string name = person.names().empty() ? "a person not named" : person.names(0).name();
  page.Head(Capital(std::string(before) + name), Words(person.person_kind()), Ink::kStrong, "");
}

class Chronology {
 public:
  Chronology(const v1::ChronologyAnswer& answer, const std::vector<v1::Alert>& alerts,
             const Style& style)
      : answer_(answer), page_(style) {
    Order(alerts);
    CountYears();
    FindDeath();
  }

  std::string Text() && {
    AddTop();
    for (const auto& [order, rank, item] : items_) AddItem(order, item);
    if (items_.empty()) {
      page_.Gap();
      page_.Line("No contacts.");
    }
    AddHidden();
    page_.Gap();
    if (gaps_) {
      page_.Line(
          "A gap is a time without a known contact of known date. It is not a time without risk.",
          Ink::kFaint);
    }
    page_.Line(fmt::format("Read at record {}.", answer_.seq()), Ink::kFaint);
    return std::move(page_).Text();
  }

 private:
  // What only corrects or retracts another contact is shown beside that one.
  bool ShownBeside(const v1::ChronologyEntry& entry) const {
    return entry.has_corrects() || retractions_.contains({entry.agency(), entry.contact_id()});
  }

  void Order(const std::vector<v1::Alert>& alerts) {
    for (const v1::ChronologyEntry& entry : answer_.entries()) {
      if (entry.has_retracted()) {
        retractions_.insert({entry.retracted().by().agency(), entry.retracted().by().contact_id()});
      }
    }
    std::size_t rank = 0;
    for (const v1::ChronologyEntry& entry : answer_.entries()) {
      if (!entry.withheld().empty()) {
        hidden_.push_back(&entry);
      } else if (!ShownBeside(entry)) {
        items_.emplace_back(chronology::TimeOrderOf(entry.occurred(), entry.contact().sequence()),
                            rank++, Item{&entry, nullptr, nullptr});
      }
    }
    for (const v1::ChronologyNote& note : answer_.notes()) {
      const Millis at = ParseUtc(note.known()).value_or(0);
      items_.emplace_back(TimeOrder{false, at, 0, 0}, rank++, Item{nullptr, nullptr, &note});
    }
    for (const v1::Alert& alert : alerts) {
      items_.emplace_back(TimeOrder{false, alert.at_ms(), 0, 0}, rank++,
                          Item{nullptr, &alert, nullptr});
    }
    std::stable_sort(items_.begin(), items_.end(), [](const auto& a, const auto& b) {
      // The answer's own order holds among what has one time.
      const auto& [a_order, a_rank, a_item] = a;
      const auto& [b_order, b_rank, b_item] = b;
      return std::tie(a_order.undated, a_order.at, a_rank) <
             std::tie(b_order.undated, b_order.at, b_rank);
    });
  }

  void CountYears() {
    for (const auto& [order, rank, item] : items_) {
      if (item.entry == nullptr || order.undated || !Stands(*item.entry)) continue;
      auto& [contacts, agencies] = years_[item.Heading().year];
      ++contacts;
      agencies.insert(item.entry->agency());
    }
  }

  // When the person was dead for certain.
  void FindDeath() {
    for (const auto& [order, rank, item] : items_) {
      if (item.entry == nullptr || !Stands(*item.entry)) continue;
      const v1::Contact& contact = item.entry->contact();
      if (!contact.has_death() || !IsPerson(*item.entry, contact.death().who())) continue;
      const auto latest = ParseUtc(item.entry->latest());
      if (latest) dead_ = std::min(dead_.value_or(*latest), *latest);
    }
  }

  void AddTop() {
    const v1::PersonAnswer& person = answer_.person();
    AddName(page_, "Chronology of ", person);
    AddPerson(page_, person);
    if (answer_.has_part_of()) {
      page_.Row("Record",
                fmt::format("{}…, which was asked about, is part of this person since {} and is "
                            "shown here",
                            answer_.part_of().record().substr(0, 8),
                            DayOfText(answer_.part_of().since())),
                Ink::kWarn);
    }
    std::set<std::string> agencies;
    std::uint64_t contacts = 0;
    const v1::ChronologyEntry* seen = nullptr;
    for (const auto& [order, rank, item] : items_) {
      if (item.entry == nullptr || !Stands(*item.entry)) continue;
      ++contacts;
      agencies.insert(item.entry->agency());
      if (SeesChild(*item.entry) && !order.undated) seen = item.entry;
    }
    page_.Row("Contacts",
              fmt::format("{} from {}", contacts, Counted(agencies.size(), "agency", "agencies")));
    const bool all = answer_.occurred_from().empty() && answer_.occurred_to().empty();
    if (person.person_kind() == "child" && all) {
      page_.Row("Last seen",
                seen == nullptr
                    ? "no contact here records that the child was seen"
                    : fmt::format("{} ({})", TimeWords(seen->occurred()), seen->agency()),
                seen == nullptr ? Ink::kWarn : Ink::kPlain);
    }
    const std::uint64_t history = Imported();
    if (history > 0) {
      page_.Row("History", fmt::format("{} {} imported from older records", history,
                                       history == 1 ? "is" : "are"));
    }
    AddBanners();
  }

  std::uint64_t Imported() const {
    std::uint64_t imported = 0;
    for (const auto& [order, rank, item] : items_) {
      if (item.entry != nullptr && Stands(*item.entry) && item.entry->history()) ++imported;
    }
    return imported;
  }

  // Whether a label of the entry's contact is the person.
  static bool IsPerson(const v1::ChronologyEntry& entry, const std::string& label) {
    const auto& others = entry.also_labels();
    return !entry.label().empty() &&
           (label == entry.label() ||
            std::find(others.begin(), others.end(), label) != others.end());
  }

  static bool SeesChild(const v1::ChronologyEntry& entry) {
    const auto& seen = entry.contact().seen();
    return std::any_of(seen.begin(), seen.end(), [&](const v1::Contact::Seen& one) {
      return IsPerson(entry, one.child()) && one.seen() == v1::TRI_YES;
    });
  }

  void AddBanners() {
    if (answer_.has_incomplete()) {
      page_.Gap();
      page_.Box(
          {fmt::format("INCOMPLETE since record {}: some of this record could not be read, so "
                       "what follows is not everything.",
                       answer_.incomplete().since_seq()),
           answer_.incomplete().reason()},
          Ink::kAlert);
    }
    std::vector<std::string> lines;
    const bool recorded = answer_.lens() == v1::LENS_RECORDED;
    if (answer_.lens() == v1::LENS_AGENCY) {
      AddAgencyBanner(lines);
    } else if (const auto at = ParseUtc(answer_.as_known_at())) {
      lines.push_back("As known at " + MinuteWords(*at) +
                      (recorded ? ", had every agency published when it wrote things down."
                                : ": what the integrated chronology held then."));
    } else if (recorded) {
      lines.emplace_back(
          "As it would have been known had every agency published when it wrote "
          "things down.");
    }
    if (answer_.hidden_later() > 0) {
      lines.push_back(Counted(answer_.hidden_later(), "contact") + " that became known later " +
                      (answer_.hidden_later() == 1 ? "is" : "are") + " hidden.");
    }
    const std::string range = RangeWords();
    if (!range.empty()) lines.push_back(range);
    if (lines.empty()) return;
    page_.Gap();
    page_.Box(lines, Ink::kWarn);
  }

  void AddAgencyBanner(std::vector<std::string>& lines) const {
    const auto at = ParseUtc(answer_.as_known_at());
    lines.push_back(
        fmt::format("As {} knew it{}: what it wrote, what was handed to it and it "
                    "answered, what it opened, and what alerts told it.",
                    answer_.agency(), at ? " at " + MinuteWords(*at) : ""));
    const std::uint32_t hidden = answer_.hidden_unknown();
    if (hidden == 0) return;
    lines.push_back(Counted(hidden, "contact") + " that the integrated chronology held, and " +
                    answer_.agency() + " had no source of knowing, " +
                    (hidden == 1 ? "is" : "are") + " hidden.");
  }

  std::string RangeWords() const {
    if (answer_.occurred_from().empty() && answer_.occurred_to().empty()) return "";
    std::string words = "Only what can have happened";
    if (const auto from = ParseDay(answer_.occurred_from())) words += " from " + DayWords(*from);
    if (const auto to = ParseDay(answer_.occurred_to())) words += " to " + DayWords(*to);
    return fmt::format("{}; {} outside that {} hidden.", words,
                       Counted(answer_.hidden_outside(), "contact"),
                       answer_.hidden_outside() == 1 ? "is" : "are");
  }

  void AddItem(const TimeOrder& order, const Item& item) {
    if (item.entry != nullptr) AddGap(order, *item.entry);
    const Month month = order.undated ? Month{} : item.Heading();
    AddHeading(order.undated, month);
    page_.Gap();
    if (item.entry != nullptr) AddEntry(page_, *item.entry, SettingAt(month.year));
    if (item.alert != nullptr) AddAlert(page_, *item.alert, true);
    if (item.note != nullptr) AddNote(page_, *item.note);
  }

  Setting SettingAt(int year) const {
    const auto& names = answer_.person().names();
    return {answer_.lens(), year, names.empty() ? std::string() : names[0].name()};
  }

  void AddHeading(bool undated, const Month& month) {
    if (heading_.has_value() && *heading_ == month) return;
    const bool new_year = !heading_.has_value() || heading_->year != month.year;
    heading_ = month;
    page_.Gap();
    if (undated) {
      page_.Rule("Date not known", Ink::kStrong);
      return;
    }
    if (new_year) {
      const auto year = years_.find(month.year);
      if (year != years_.end()) {
        const auto& [contacts, agencies] = year->second;
        page_.Line(fmt::format("{} · {} from {}", month.year, Counted(contacts, "contact"),
                               Counted(agencies.size(), "agency", "agencies")),
                   Ink::kStrong);
      } else {
        page_.Line(std::to_string(month.year), Ink::kStrong);
      }
    }
    if (month.month == 0) {
      page_.Rule(fmt::format("{}, month not known", month.year), Ink::kStrong);
      return;
    }
    constexpr std::string_view kNames[] = {"January",   "February", "March",    "April",
                                           "May",       "June",     "July",     "August",
                                           "September", "October",  "November", "December"};
    page_.Rule(fmt::format("{} {}{}", kNames[month.month - 1], month.year, AgeWords(month)),
               Ink::kStrong);
  }

  // The child's age on the last day of the month, where the month of birth is known; none of one
  // who had died.
  std::string AgeWords(const Month& month) const {
    const v1::PersonAnswer& person = answer_.person();
    if (person.births().empty() || person.births(0).expected()) return "";
    const auto born = Implied(person.births(0).date_of_birth());
    constexpr Millis kMonth = 31 * kDay;
    if (!born.has_value() || born->latest - born->earliest > kMonth) return "";
    const Month birth = MonthOf(FormatDay(DayOf(born->earliest)));
    const int months = (month.year - birth.year) * 12 + month.month - birth.month;
    if (months < 0) return " · before birth";
    if (months == 0) return " · month of birth";
    const Month death = dead_ ? MonthOf(FormatDay(DayOf(*dead_))) : month;
    if (std::tie(death.year, death.month) < std::tie(month.year, month.month)) return "";
    return months < 24
               ? fmt::format(" · aged {}", Counted(static_cast<std::uint64_t>(months), "month"))
               : fmt::format(" · aged {}", months / 12);
  }

  // Only what has both ends covers time: of the rest nobody can say where it lies.
  void AddGap(const TimeOrder& order, const v1::ChronologyEntry& entry) {
    const auto earliest = ParseUtc(entry.earliest());
    auto latest = ParseUtc(entry.latest());
    if (!Stands(entry) || order.undated || !earliest.has_value() || !latest.has_value()) return;
    if (covered_.has_value() && *earliest - *covered_ >= kGap) {
      page_.Gap();
      page_.Line(fmt::format("╌╌ {} without a contact{} ╌╌", SpanWords(*earliest - *covered_),
                             answer_.as_known_at().empty() ? "" : " known by then"),
                 Ink::kWarn);
      gaps_ = true;
    }
    if (entry.has_occurred_until()) {
      const auto until = Implied(entry.occurred_until());
      if (until.has_value() && until->latest < kLatest) latest = std::max(*latest, until->latest);
    }
    covered_ = std::max(covered_.value_or(*latest), *latest);
  }

  void AddHidden() {
    if (hidden_.empty()) return;
    page_.Gap();
    page_.Rule("Not shown", Ink::kStrong);
    for (const v1::ChronologyEntry* entry : hidden_) AddEntry(page_, *entry, SettingAt(0));
  }

  const v1::ChronologyAnswer& answer_;
  Page page_;
  std::vector<std::tuple<TimeOrder, std::size_t, Item>> items_;
  std::vector<const v1::ChronologyEntry*> hidden_;
  std::set<std::pair<std::string, std::string>> retractions_;
  std::map<int, std::pair<std::uint64_t, std::set<std::string>>> years_;
  std::optional<Month> heading_;
  std::optional<Millis> covered_;  // up to where contacts lie
  std::optional<Millis> dead_;
  bool gaps_ = false;
};

}  // namespace

std::string ChronologyText(const v1::ChronologyAnswer& answer, const std::vector<v1::Alert>& alerts,
                           const Style& style) {
  return Chronology(answer, alerts, style).Text();
}

std::string PersonText(const v1::PersonAnswer& person, const Style& style) {
  Page page(style);
  AddName(page, "", person);
  AddPerson(page, person);
  page.Row("Contacts", std::to_string(person.entries()));
  if (person.has_incomplete()) {
    page.Row("Incomplete",
             fmt::format("since record {}: {}", person.incomplete().since_seq(),
                         person.incomplete().reason()),
             Ink::kAlert);
  }
  return std::move(page).Text();
}

}  // namespace throughline::show
