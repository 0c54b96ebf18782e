#include "consumers/throughline/alerts_answers.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "consumers/risk/alert_answers.h"
#include "consumers/risk/alert_evidence.h"
#include "consumers/risk/recorded.h"
#include "consumers/risk/risk_fold.h"
#include "consumers/throughline/data_directory.h"
#include "consumers/throughline/find_person.h"
#include "consumers/throughline/lens.h"
#include "consumers/throughline/person_alerts.h"
#include "consumers/throughline/seq_at.h"

namespace throughline::cli {
namespace {

using projection::Reads;
using projection::View;

void AddRecorded(const Reads& shard, const PersonId& person, const risk::InForce& rules,
                 Millis until, v1::AlertsAnswer& answer) {
  chronology::Query query;
  query.lens = v1::LENS_RECORDED;
  query.unmasked = true;
  const chronology::Known known = chronology::KnownAt(shard, person, query);
  for (const auto& episode : risk::RecordedAlerts(known, rules.policy, rules.calendars, until)) {
    v1::AlertLife& life = *answer.add_alerts();
    *life.mutable_raised() = episode.changes.front();
    *life.mutable_last() = episode.changes.back();
    life.set_open(!episode.closed);
  }
}

v1::AlertAnswered Answered(const chronology::Entry& entry) {
  v1::AlertAnswered out;
  out.set_kind(entry.kind);
  out.set_agency(entry.agency);
  out.set_contact_id(entry.contact_id);
  out.set_seq(entry.seq);
  out.set_occurred(Describe(entry.contact->occurred()));
  out.set_known_ms(entry.known);
  const v1::Contact& contact = *entry.contact;
  out.set_alert_id(std::string(risk::AlertNamed(contact)));
  out.set_role(contact.alert_delivered().to() + contact.alert_delivery_failed().to() +
               contact.alert_escalated().to() + contact.alert_acknowledged().owner());
  out.set_channel(contact.alert_delivered().channel() + contact.alert_delivery_failed().channel());
  out.set_reason(contact.alert_no_action().reason());
  return out;
}

void Add(std::vector<risk::AlertHistory> alerts, v1::AlertsAnswer& answer) {
  for (auto& history : alerts) {
    v1::AlertLife& life = *answer.add_alerts();
    *life.mutable_raised() = std::move(history.changes.front());
    *life.mutable_last() = std::move(history.last);
    life.set_open(history.open);
  }
}

// What was said of each alert, as the lens shows it.
void AddAnswers(const PersonAlerts& alerts, const chronology::Known& known, int from,
                v1::AlertsAnswer& answer) {
  std::map<std::string_view, const risk::AlertHistory*> by_id;
  for (const auto& history : alerts.own) by_id[history.last.alert_id()] = &history;
  for (int i = from; i < answer.alerts_size(); ++i) {
    v1::AlertLife& life = *answer.mutable_alerts(i);
    const auto& history = *by_id.at(life.last().alert_id());
    risk::AlertAnswers said = risk::AnswersTo(history, alerts.joined, known);
    for (const chronology::Entry* entry : said.entries) *life.add_answers() = Answered(*entry);
    for (std::string& earlier : said.earlier) life.add_earlier(std::move(earlier));
  }
}

// Where alerts go on that links closed, from the one of that index on.
Result<void> AddGoesOn(const View& view, Seq as_known, int from, v1::AlertsAnswer& answer) {
  std::map<std::string, std::vector<risk::AlertHistory>> by_person;
  for (int i = from; i < answer.alerts_size(); ++i) {
    v1::AlertLife& life = *answer.mutable_alerts(i);
    const auto person = PersonId::FromText(life.last().part_of());
    if (!person) continue;
    const auto [known, added] = by_person.try_emplace(life.last().part_of());
    if (added) {
      TL_ASSIGN(const Reads* shard, view.Of(*person));
      known->second = risk::AlertsOf(*shard, *person, as_known);
    }
    risk::AlertHistory closed;
    closed.last = life.last();
    const auto* later = risk::GoesOnIn(closed, known->second);
    if (later != nullptr) life.set_goes_on_in(later->last.alert_id());
  }
  return {};
}

// Through the shared lens as known at a record; through an agency's, those that it had, as it had
// them.
Result<void> AddAlerts(const View& view, const PersonId& person, const Lens& lens, Seq as_known,
                       const v1::AlertsRequest& request, v1::AlertsAnswer& answer) {
  std::optional<Millis> at;
  if (request.has_as_known_at_ms()) at = request.as_known_at_ms();
  TL_ASSIGN(const PersonAlerts alerts, ReadAlerts(view, person, as_known, at));
  TL_ASSIGN(const Reads* shard, view.Of(person));
  chronology::Query query;
  query.lens = lens.lens;
  query.agency = lens.agency;
  query.as_known_at = at;
  const bool through_agency = lens.lens == v1::LENS_AGENCY;
  if (through_agency) query.alerts = EvidenceOf(alerts);
  const chronology::Known known = chronology::KnownAt(*shard, person, query);
  const int before = answer.alerts_size();
  Add(through_agency ? risk::HadBy(known, alerts.own) : alerts.own, answer);
  AddAnswers(alerts, known, before, answer);
  // In an agency's eyes it has not seen where.
  if (through_agency) return {};
  return AddGoesOn(view, as_known, before, answer);
}

}  // namespace

Result<v1::AlertsAnswer> AnswerAlerts(const View& view, log::EventLog& log,
                                      const v1::AlertsRequest& request) {
  v1::AlertsAnswer answer;
  TL_ASSIGN(Lens named, ParseLens(request.lens()));
  const v1::Lens lens = named.lens;
  answer.set_seq(view.seq());
  answer.set_lens(named.Text());
  Seq as_known = view.seq();
  if (request.has_as_known_at_ms() && lens == v1::LENS_SHARED) {
    TL_ASSIGN(as_known, SeqAt(log, kJournal, request.as_known_at_ms()));
  }
  std::vector<PersonId> persons;
  if (request.has_person()) {
    std::optional<Millis> links_at;
    if (request.has_as_known_at_ms() && lens != v1::LENS_RECORDED) {
      links_at = request.as_known_at_ms();
    }
    TL_ASSIGN(const Found found, FindOneAt(view, request.person(), links_at));
    persons.push_back(found.person);
  } else {
    TL_ASSIGN(std::vector<const Reads*> shards, view.All());
    for (const Reads* shard : shards) {
      auto here = lens == v1::LENS_RECORDED ? risk::PersonsEvaluated(*shard)
                                            : risk::PersonsWithAlerts(*shard);
      persons.insert(persons.end(), here.begin(), here.end());
    }
    std::sort(persons.begin(), persons.end());
  }
  for (const auto& person : persons) {
    TL_ASSIGN(const Reads* shard, view.Of(person));
    if (projection::IncompleteSince(*shard, person)) answer.add_incomplete(person.Text());
    if (lens == v1::LENS_SHARED && !request.has_person()) {
      // Of everyone, what was said of their alerts is not read: it lies in their chronologies.
      const int before = answer.alerts_size();
      Add(risk::AlertsOf(*shard, person, as_known), answer);
      TL_TRY(AddGoesOn(view, as_known, before, answer));
      continue;
    }
    if (lens != v1::LENS_RECORDED) {
      TL_TRY(AddAlerts(view, person, named, as_known, request, answer));
      continue;
    }
    TL_ASSIGN(risk::InForce rules, risk::ReadInForce(*shard));
    AddRecorded(*shard, person, rules,
                request.has_as_known_at_ms() ? request.as_known_at_ms() : view.last_tick(), answer);
  }
  if (auto fault = view.Fault()) return Fail(*fault);
  return answer;
}

}  // namespace throughline::cli
