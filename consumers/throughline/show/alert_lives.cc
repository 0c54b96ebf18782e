#include "consumers/throughline/show/alert_lives.h"

#include <fmt/core.h>

#include "consumers/throughline/show/alerts_text.h"
#include "consumers/throughline/show/words.h"
#include "engine/base/uk_time.h"

namespace throughline::show {
namespace {

std::string Now(const v1::AlertLife& life) {
  if (!life.open()) {
    std::string words = fmt::format("closed {}: {}", DayWords(DayOf(life.last().at_ms())),
                                    ClosedWords(life.last()));
    if (life.last().part_of().empty()) return words;
    words += fmt::format(", {}", life.last().part_of());
    if (life.goes_on_in().empty()) return words;
    return words + fmt::format("; it goes on in alert {}", ShortId(life.goes_on_in()));
  }
  if (life.last().seq() == life.raised().seq()) return "open";
  return fmt::format("open; on {} it rested on {}", DayWords(DayOf(life.last().at_ms())),
                     Counted(static_cast<std::uint64_t>(life.last().evidence_size()), "contact"));
}

std::string AnsweredWords(const v1::AlertAnswered& said, const v1::Alert& alert) {
  std::string words =
      fmt::format("{}, {}: {}", TimeOf(said.occurred()), said.agency(), KindWords(said.kind()));
  if (!said.channel().empty()) words += fmt::format(" by {}", Words(said.channel()));
  if (!said.role().empty()) words += fmt::format(", {}", Words(said.role()));
  if (!said.reason().empty()) words += fmt::format(", {}", Words(said.reason()));
  words += fmt::format(" ({})", said.contact_id());
  if (said.alert_id() == alert.alert_id()) return words;
  return words + fmt::format(
                     "; said of alert {} of a record that is part of this one now, about "
                     "the same",
                     ShortId(said.alert_id()));
}

}  // namespace

std::string AlertLivesText(const v1::AlertsAnswer& answer, const Style& style) {
  Page page(style);
  std::string person;
  for (const auto& id : answer.incomplete()) {
    page.Line("INCOMPLETE: some of the record of person " + id + " could not be read", Ink::kWarn);
  }
  if (answer.alerts().empty()) page.Line("No alerts.");
  for (const auto& life : answer.alerts()) {
    if (life.raised().person() != person) {
      person = life.raised().person();
      page.Gap();
      page.Rule("person " + person, Ink::kFaint);
    }
    page.Gap();
    AddAlert(page, life.raised(), false);
    page.Row("Now", Now(life), life.open() ? Ink::kStrong : Ink::kFaint);
    AddSince(page, life.raised(), life.last());
    AddLost(page, life.last());
    std::string name = "Answered";
    for (const auto& said : life.answers()) {
      page.Row(name, AnsweredWords(said, life.last()));
      name.clear();
    }
  }
  return std::move(page).Text();
}

}  // namespace throughline::show
