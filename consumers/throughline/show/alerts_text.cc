#include "consumers/throughline/show/alerts_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "consumers/throughline/show/words.h"

namespace throughline::show {

std::string TimeOf(const std::string& one_line) {
  const auto time = ParseUncertain(one_line);
  return time.has_value() ? TimeWords(*time) : one_line;
}

namespace {

bool IsClosed(const v1::Alert& alert) { return alert.change() == v1::ALERT_CHANGE_CLOSED; }

std::string ChangeWords(const v1::Alert& alert) {
  switch (alert.change()) {
    case v1::ALERT_CHANGE_UPDATED:
      return "updated";
    case v1::ALERT_CHANGE_CLOSED:
      return "closed";
    case v1::ALERT_CHANGE_RESUMED:
      return "resumed";
    default:
      return "open";
  }
}

std::string EvidenceWords(const v1::EvidenceRef& evidence) {
  if (evidence.withheld()) {
    return "A contact of which a mark hides what it was, whose and when; it is counted";
  }
  std::string words = fmt::format("{}, {}: {} ({})", TimeOf(evidence.occurred()), evidence.agency(),
                                  KindWords(evidence.kind()), evidence.contact_id());
  if (evidence.placed_ms() != 0) {
    words += fmt::format("; known here {}", DayWords(DayOf(evidence.placed_ms())));
  }
  if (!evidence.told().empty()) words += fmt::format("; told {}", fmt::join(evidence.told(), ", "));
  if (evidence.history()) words += "; history";
  return words;
}

// Why what it rested on counts no more.
std::string LostWords(std::string_view because) {
  if (because == "linked") {
    return "stands on the chronology of the person whose record this one is part of";
  }
  if (because == "wrong_person") return "is somebody else's";
  if (because == "relation_ended") return "came by a relation that no longer holds";
  return std::string("was found ") + Words(because);
}

std::string WantedWords(const v1::Alert& alert) {
  // A sentence of its own in a policy: here it goes on.
  std::string words = Words(alert.response());
  if (words.ends_with('.')) words.pop_back();
  if (!alert.addressee().empty()) {
    words +=
        fmt::format("{}{}", words.empty() ? "from the " : ", from the ", Words(alert.addressee()));
  }
  if (!alert.respond_within().empty()) {
    words += fmt::format(", within {} of delivery", alert.respond_within());
  }
  return Capital(words);
}

std::vector<std::string> Cautions(const v1::Alert& alert) {
  std::vector<std::string> cautions;
  if (alert.from_history())
    cautions.emplace_back("rests on imported history alone: nobody is told");
  if (alert.at_activation()) {
    cautions.emplace_back("found when the rule came into force, over what was known already");
  }
  if (alert.late()) cautions.emplace_back("published late");
  if (!alert.behind().empty()) {
    cautions.push_back(fmt::format("not read up to then: {}", fmt::join(alert.behind(), ", ")));
  }
  if (!alert.silent().empty()) {
    cautions.push_back(
        fmt::format("nothing heard lately from {}", fmt::join(alert.silent(), ", ")));
  }
  return cautions;
}

}  // namespace

std::string ShortId(const std::string& alert_id) {
  constexpr std::size_t kShown = 8;
  return alert_id.substr(0, kShown);
}

std::string ClosedWords(const v1::Alert& alert) {
  for (const char* reason : {"linked", "wrong_person", "relation_ended"}) {
    if (alert.closed_because() == reason) return "what it rested on " + LostWords(reason);
  }
  return Words(alert.closed_because());
}

void AddLost(Page& page, const v1::Alert& alert) {
  std::string name = "No more";
  for (const v1::LostEvidence& lost : alert.lost()) {
    page.Row(name, EvidenceWords(lost.evidence()) + ": " + LostWords(lost.because()), Ink::kWarn);
    name.clear();
  }
}

void AddSince(Page& page, const v1::Alert& raised, const v1::Alert& now) {
  if (now.sentence() != raised.sentence()) page.Row("Why now", now.sentence(), Ink::kStrong);
  std::string name = "Came to it";
  for (const v1::EvidenceRef& evidence : now.evidence()) {
    const bool rested = std::any_of(raised.evidence().begin(), raised.evidence().end(),
                                    [&](const auto& one) { return one.seq() == evidence.seq(); });
    if (rested) continue;
    page.Row(name, EvidenceWords(evidence));
    name.clear();
  }
  if (std::equal(now.missing().begin(), now.missing().end(), raised.missing().begin(),
                 raised.missing().end())) {
    return;
  }
  name = "Missing now";
  for (const std::string& missing : now.missing()) {
    page.Row(name, Capital(missing), Ink::kWarn);
    name.clear();
  }
}

void AddAlert(Page& page, const v1::Alert& alert, bool brief) {
  const Ink ink = IsClosed(alert) ? Ink::kFaint : Ink::kAlert;
  const std::string state =
      alert.change() == v1::ALERT_CHANGE_OPENED ? "ALERT" : "Alert " + ChangeWords(alert);
  const std::string title = alert.title().empty() ? Words(alert.rule()) : alert.title();
  page.Head(
      fmt::format("{} {}  {}", IsClosed(alert) ? "△" : "▲", MinuteWords(alert.at_ms()), state),
      ShortId(alert.alert_id()), ink, "");
  page.Line(title, ink, 4);
  if (IsClosed(alert) && !alert.closed_because().empty()) {
    page.Row("Because", Capital(ClosedWords(alert)), Ink::kFaint);
    if (!alert.part_of().empty()) {
      page.Row("Goes on", "On person " + alert.part_of() + ", if the rule holds there",
               Ink::kFaint);
    }
    if (brief) return;
  }
  page.Row("Why", alert.sentence(), IsClosed(alert) ? Ink::kFaint : Ink::kStrong);
  const bool anchor_shown =
      std::any_of(alert.evidence().begin(), alert.evidence().end(),
                  [&](const v1::EvidenceRef& one) { return one.seq() == alert.anchor().seq(); });
  if (alert.has_anchor() && !anchor_shown) page.Row("About", EvidenceWords(alert.anchor()));
  std::string name = "Rests on";
  for (const v1::EvidenceRef& evidence : alert.evidence()) {
    page.Row(name, EvidenceWords(evidence));
    name.clear();
  }
  AddLost(page, alert);
  name = "Missing";
  for (const std::string& missing : alert.missing()) {
    page.Row(name, Capital(missing), Ink::kWarn);
    name.clear();
  }
  if (alert.due_ms() != 0) page.Row("Was due", MinuteWords(alert.due_ms()));
  if (!IsClosed(alert)) page.Row("Wanted", WantedWords(alert));
  name = "Note";
  for (const std::string& caution : Cautions(alert)) {
    page.Row(name, Capital(caution), Ink::kWarn);
    name.clear();
  }
  if (brief) return;
  page.Row("Rule", alert.statement(), Ink::kFaint);
  if (alert.has_basis()) {
    page.Row("Basis",
             fmt::format("{}: {}", Capital(Words(alert.basis().kind())), alert.basis().source()),
             Ink::kFaint);
  }
  page.Row("", fmt::format("{} of {} {}", alert.rule(), alert.policy(), alert.policy_version()),
           Ink::kFaint);
}

std::string AlertsText(const std::vector<v1::Alert>& alerts, const Style& style) {
  Page page(style);
  if (alerts.empty()) page.Line("No alerts.");
  for (const v1::Alert& alert : alerts) {
    page.Gap();
    AddAlert(page, alert, false);
  }
  return std::move(page).Text();
}

std::string AlertsTable(const std::vector<v1::Alert>& alerts, const Style& style) {
  Page page(style);
  if (alerts.empty()) page.Line("No alerts.");
  for (const v1::Alert& alert : alerts) {
    const std::string title = alert.title().empty() ? Words(alert.rule()) : alert.title();
    const std::string day =
        fmt::format("{:>11}  {:<8}  ", DayWords(DayOf(alert.at_ms())), ChangeWords(alert));
    const std::string right = fmt::format(
        "{:>11}  {}", Counted(static_cast<std::uint64_t>(alert.evidence_size()), "contact"),
        ShortId(alert.alert_id()));
    const int room = page.width() - Columns(day) - Columns(right) - 2;
    page.Head(day + Cut(title, room), right, IsClosed(alert) ? Ink::kFaint : Ink::kPlain, "");
  }
  return std::move(page).Text();
}

}  // namespace throughline::show
