#include "consumers/throughline/show/who_knew_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "consumers/throughline/show/page.h"
#include "consumers/throughline/show/words.h"
#include "engine/base/uk_time.h"

namespace throughline::show {
namespace {

// A day as `15 Nov 2026` and a space.
constexpr int kCell = 12;
constexpr int kWide = 100;

// The column of the contacts.
int LeftOf(const Page& page) { return page.width() >= kWide ? 46 : 31; }

std::string HowWords(const std::string& how) { return how == "authored" ? "wrote it" : Words(how); }

// The same without its minute, which a cell has no room for.
std::string KnownDay(const v1::KnownBy& by) {
  v1::KnownBy day = by;
  constexpr std::size_t kDayLength = 10;
  if (day.when().precision() == v1::PRECISION_MINUTE && day.when().at().size() > kDayLength) {
    day.mutable_when()->set_precision(v1::PRECISION_DAY);
    day.mutable_when()->mutable_at()->resize(kDayLength);
  }
  return KnewWords(day);
}

const v1::AgencyKnew* KnewOf(const v1::KnownContact& contact, const std::string& agency) {
  const auto knew = std::find_if(contact.knew().begin(), contact.knew().end(),
                                 [&](const auto& one) { return one.agency() == agency; });
  return knew == contact.knew().end() ? nullptr : &*knew;
}

bool WasSent(const v1::KnownContact& contact, const std::string& agency) {
  return std::find(contact.sent().begin(), contact.sent().end(), agency) != contact.sent().end();
}

std::string What(const v1::KnownContact& contact) {
  if (contact.withheld() == "erased") return "Erased by order";
  if (!contact.withheld().empty()) return "Withheld: about another person";
  return KindWords(contact.kind()) + (contact.retracted() ? " [RETRACTED]" : "");
}

// Of what is withheld nobody is told when it happened.
std::string When(const v1::KnownContact& contact) {
  return contact.has_occurred() ? TimeWords(contact.occurred())
                                : "known here " + DayOfText(contact.known());
}

std::string Padded(std::string_view text, int columns) {
  std::string cut = Cut(text, columns - 1);
  cut.append(static_cast<std::size_t>(std::max(columns - Columns(cut), 0)), ' ');
  return cut;
}

// An agency's name in lines that a cell is wide for, parted at hyphens.
std::vector<std::string> NameLines(const std::string& name) {
  std::vector<std::string> lines(1);
  std::string_view rest = name;
  while (!rest.empty()) {
    const std::size_t hyphen = rest.find('-');
    const std::string_view part = rest.substr(0, hyphen == rest.npos ? hyphen : hyphen + 1);
    if (!lines.back().empty() && Columns(lines.back()) + Columns(part) > kCell - 1) {
      lines.emplace_back();
    }
    lines.back() += part;
    rest.remove_prefix(part.size());
  }
  return lines;
}

using Agencies = std::vector<std::string>;

void AddNames(Page& page, const Agencies& agencies) {
  std::vector<std::vector<std::string>> names;
  std::size_t deepest = 0;
  for (const std::string& agency : agencies) {
    names.push_back(NameLines(agency));
    deepest = std::max(deepest, names.back().size());
  }
  for (std::size_t i = 0; i < deepest; ++i) {
    std::string line = Padded("", LeftOf(page));
    for (const auto& name : names) line += Padded(i < name.size() ? name[i] : "", kCell);
    page.Fixed(line, Ink::kStrong);
  }
}

// How an agency knew a contact, and since when: the lines of a cell.
std::vector<std::string> CellLines(const v1::KnownContact& contact, const std::string& agency) {
  const v1::AgencyKnew* knew = KnewOf(contact, agency);
  if (knew == nullptr && WasSent(contact, agency)) return {"sent", "no answer"};
  if (knew == nullptr) return {"·"};
  std::vector<std::string> lines{HowWords(knew->by(0).how())};
  for (std::string& line : Wrapped(KnownDay(knew->by(0)), kCell - 1)) {
    lines.push_back(std::move(line));
  }
  return lines;
}

void AddContact(Page& page, const v1::KnownContact& contact, const Agencies& agencies) {
  const int left = LeftOf(page);
  std::string which =
      fmt::format("{} {}", contact.contact().agency(), contact.contact().contact_id());
  if (contact.has_corrects()) which += ", corrects " + contact.corrects().contact_id();
  const std::vector<std::string> what{When(contact), "  " + What(contact), "  " + which};
  std::vector<std::vector<std::string>> cells;
  std::size_t deepest = what.size();
  for (const std::string& agency : agencies) {
    cells.push_back(CellLines(contact, agency));
    deepest = std::max(deepest, cells.back().size());
  }
  page.Gap();
  for (std::size_t i = 0; i < deepest; ++i) {
    std::string line = Padded(i < what.size() ? what[i] : "", left);
    for (const auto& cell : cells) line += Padded(i < cell.size() ? cell[i] : "", kCell);
    page.Fixed(line, i + 1 < what.size() ? Ink::kPlain : Ink::kFaint);
  }
}

template <typename Answer>
void AddTop(Page& page, const Answer& answer, std::string_view before) {
  const auto& names = answer.person().names();
  const std::string name = names.empty() ? "a person not named" : names[0].name();
  page.Head(std::string(before) + name, Words(answer.person().person_kind()), Ink::kStrong, "");
  if (const auto at = ParseUtc(answer.as_known_at())) {
    page.Line("As known at " + MinuteWords(*at) + ".", Ink::kWarn);
  }
  if (answer.has_incomplete()) {
    page.Line(fmt::format("INCOMPLETE since record {}: some of this record could not be read.",
                          answer.incomplete().since_seq()),
              Ink::kAlert);
  }
}

std::string SourcesWords(const v1::AgencyKnew& knew) {
  std::vector<std::string> sources;
  for (const v1::KnownBy& by : knew.by()) {
    std::string words = fmt::format("{} {}", HowWords(by.how()), KnewWords(by));
    if (by.when().precision() == v1::PRECISION_UNKNOWN) {
      words += fmt::format(", known here since {}", DayOfText(by.since()));
    }
    if (by.has_by()) words += fmt::format(" ({})", RefWords(by.by(), ""));
    sources.push_back(std::move(words));
  }
  return fmt::format("{}", fmt::join(sources, "; "));
}

void AddInFull(Page& page, const v1::KnownContact& contact) {
  page.Gap();
  page.Head(When(contact) + "  " + What(contact),
            fmt::format("{} · {}", contact.contact().agency(), contact.contact().contact_id()),
            Ink::kStrong, contact.contact().agency());
  if (contact.has_corrects()) page.Row("Corrects", RefWords(contact.corrects(), ""));
  std::string name = "Known to";
  for (const v1::AgencyKnew& knew : contact.knew()) {
    page.Row(name, knew.agency() + ": " + SourcesWords(knew));
    name.clear();
  }
  if (!contact.sent().empty()) {
    page.Row("Sent to",
             fmt::format("{}: nothing shows that it came", fmt::join(contact.sent(), ", ")),
             Ink::kWarn);
  }
}

void AddOnly(Page& page, const std::string& knew, const std::string& other,
             const google::protobuf::RepeatedPtrField<v1::KnownContact>& contacts) {
  page.Gap();
  page.Rule(fmt::format("{} knew and {} did not: {}", knew, other,
                        Counted(static_cast<std::uint64_t>(contacts.size()), "contact")),
            Ink::kStrong);
  for (const v1::KnownContact& contact : contacts) AddInFull(page, contact);
}

// agency:gp is gp; shared is anyone.
std::string Whose(const std::string& lens) {
  const std::size_t colon = lens.find(':');
  return colon == lens.npos ? "anyone" : lens.substr(colon + 1);
}

}  // namespace

std::string WhoKnewText(const v1::WhoKnewAnswer& answer, const Style& style) {
  Page page(style);
  AddTop(page, answer, "Who knew what of ");
  const Agencies all(answer.agencies().begin(), answer.agencies().end());
  const auto beside = static_cast<std::size_t>(std::max((page.width() - LeftOf(page)) / kCell, 1));
  if (answer.contacts().empty()) page.Line("No contacts.");
  for (std::size_t from = 0; from < all.size(); from += beside) {
    const std::size_t to = std::min(from + beside, all.size());
    page.Gap();
    if (all.size() > beside) {
      page.Rule(fmt::format("Agencies {} to {} of {}", from + 1, to, all.size()), Ink::kStrong);
    }
    const Agencies some(all.begin() + static_cast<std::ptrdiff_t>(from),
                        all.begin() + static_cast<std::ptrdiff_t>(to));
    AddNames(page, some);
    for (const v1::KnownContact& contact : answer.contacts()) AddContact(page, contact, some);
  }
  page.Gap();
  page.Line(
      "Received: it answered what was handed to it. Sent: it was handed to it, and nothing shows "
      "that it came. A point: nothing shows that it knew.",
      Ink::kFaint);
  page.Line(fmt::format("Read at record {}.", answer.seq()), Ink::kFaint);
  return std::move(page).Text();
}

std::string WhoKnewInFull(const v1::WhoKnewAnswer& answer, const Style& style) {
  Page page(style);
  AddTop(page, answer, "Who knew what of ");
  for (const v1::KnownContact& contact : answer.contacts()) AddInFull(page, contact);
  return std::move(page).Text();
}

std::string DifferenceText(const v1::DifferenceAnswer& answer, const Style& style) {
  Page page(style);
  AddTop(page, answer, "What was known, and not to all, of ");
  const std::string first = Whose(answer.first());
  const std::string second = Whose(answer.second());
  AddOnly(page, second, first, answer.only_second());
  if (second != "anyone") AddOnly(page, first, second, answer.only_first());
  return std::move(page).Text();
}

}  // namespace throughline::show
