#include <nlohmann/json.hpp>

#include "consumers/throughline/case/report.h"
#include "consumers/throughline/case/written_contacts.h"

namespace throughline::cases {
namespace {

using Json = nlohmann::ordered_json;

Json DayJson(const std::optional<Day>& day) { return day ? Json(FormatDay(*day)) : Json(nullptr); }

Json TimeJson(const std::optional<Millis>& at) { return at ? Json(FormatUtc(*at)) : Json(nullptr); }

Json AnswersJson(const std::vector<Raised::Answer>& answers) {
  Json json = Json::array();
  for (const Raised::Answer& answer : answers) {
    json.push_back({{"by", Named(answer.by)}, {"kind", answer.kind}});
  }
  return json;
}

Json OutcomeJson(const Outcome& outcome) {
  const Expectation& expectation = outcome.expectation;
  Json json;
  json["expects"] = expectation.quiet ? "quiet" : "raised";
  json["rule"] = expectation.rule;
  json["child"] = expectation.child;
  json["from"] = DayJson(expectation.from);
  json[expectation.quiet ? "until" : "by"] = DayJson(expectation.by);
  json["missed"] = expectation.missed;
  json["because"] = expectation.because;
  json["met"] = outcome.met;
  json["wrong"] = outcome.wrong;
  json["raised"] = TimeJson(outcome.raised);
  json["sentence"] = outcome.sentence;
  if (!expectation.quiet) {
    json["evidence_found"] = outcome.found;
    json["evidence_missing"] = outcome.missing;
    json["answered"] = AnswersJson(outcome.answered);
  }
  json["line"] = expectation.place.line;
  return json;
}

Json AnsweredJson(const Answered& answered) {
  const Question& question = answered.question;
  Json json;
  json["asks"] = question.what == Question::What::kHousehold   ? "household"
                 : question.what == Question::What::kRelations ? "relations"
                                                               : "chronology";
  json["of"] = question.of;
  const bool of_a_day = question.what != Question::What::kChronology;
  json["on"] = of_a_day ? Json(FormatDay(question.on)) : Json(nullptr);
  json["as_known_at"] = DayJson(question.as_known_at);
  json["lens"] = question.lens;
  json["missed"] = question.missed;
  json["because"] = question.because;
  json["met"] = answered.wrong.empty();
  json["wrong"] = answered.wrong;
  json["said"] = answered.said;
  json["line"] = question.place.line;
  return json;
}

Json RaisedJson(const Raised& raised) {
  Json json;
  json["rule"] = raised.rule;
  json["child"] = raised.child;
  json["labels"] = raised.labels;
  json["anchor"] = raised.anchor;
  json["alert"] = raised.alert_id;
  json["opened"] = FormatUtc(raised.opened);
  json["resumed"] = raised.resumed;
  json["closed"] = TimeJson(raised.closed);
  json["closed_because"] = raised.closed_because;
  json["goes_on_with"] = raised.goes_on_with;
  json["sentence"] = raised.sentence;
  json["evidence"] = raised.evidence;
  json["answered"] = AnswersJson(raised.answered);
  return json;
}

}  // namespace

std::string ToJson(const CaseReport& report) {
  Json json;
  json["case"] = report.title;
  json["about"] = report.about;
  json["source"] = report.source;
  json["passed"] = report.Passed();
  json["policy"] = {{"id", report.policy}, {"version", report.policy_version}};
  json["calendar_version"] = report.calendar_version;
  json["from"] = FormatUtc(report.from);
  json["until"] = FormatUtc(report.until);
  json["contacts"] = report.contacts;
  json["ticks"] = report.ticks;
  json["alerts"] = report.alerts;
  json["expected"] = Json::array();
  for (const auto& outcome : report.outcomes) json["expected"].push_back(OutcomeJson(outcome));
  json["asked"] = Json::array();
  for (const auto& answered : report.answered) json["asked"].push_back(AnsweredJson(answered));
  json["also_raised"] = Json::array();
  for (const auto& raised : report.also_raised) json["also_raised"].push_back(RaisedJson(raised));
  Json lens;
  lens["episodes"] = report.episodes;
  lens["differences"] = Json::array();
  for (const auto& difference : report.differences) {
    lens["differences"].push_back({{"rule", difference.rule},
                                   {"child", difference.child},
                                   {"anchor", difference.anchor},
                                   {"text", difference.text}});
  }
  json["recorded_lens"] = std::move(lens);
  json["notes"] = report.notes;
  // Contacts are UTF-8 already; should a byte be none, it is replaced instead of thrown at.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace throughline::cases
