#include "consumers/throughline/chronology_answers.h"

#include <map>
#include <optional>
#include <string>

#include "consumers/throughline/find_person.h"
#include "consumers/throughline/person_alerts.h"
#include "consumers/throughline/protected_addresses.h"
#include "consumers/throughline/view_source.h"
#include "engine/chronology/answer.h"
#include "engine/relations/ties.h"

namespace throughline::cli {
namespace {

using projection::Reads;
using projection::View;

// Of whom nobody gave a name, what an agency calls them.
std::string NameOf(const v1::RelatedPerson& person) {
  if (!person.name().empty() || person.references().empty()) return person.name();
  const v1::ScopedReference& first = person.references(0);
  return first.scheme() == "review-role" ? first.value() : first.scheme() + " " + first.value();
}

// Names whom contacts came through and whom notes speak of.
class Telling {
 public:
  Telling(relations::Circle& circle, const PersonId& person, Day day)
      : circle_(circle), person_(circle.PersonOf(person)), day_(day) {}

  void Tell(const chronology::Known& known, v1::ChronologyAnswer& answer) {
    for (v1::ChronologyEntry& entry : *answer.mutable_entries()) {
      const chronology::Entry* from = known.Find(entry.seq());
      if (from == nullptr || !entry.withheld().empty()) continue;
      if (const auto through = PersonId::FromRaw(from->placement.through())) {
        *entry.mutable_through() = Through(*through);
      }
    }
    for (v1::ChronologyNote& note : *answer.mutable_notes()) {
      const auto other = PersonId::FromText(note.other());
      if (!other) continue;
      const PersonId meant = circle_.MeantBy(note.seq(), *other);
      note.set_other_name(NameOf(circle_.Who(circle_.PersonOf(meant))));
    }
  }

 private:
  const v1::ChronologyThrough& Through(const PersonId& record) {
    const PersonId person = circle_.PersonOf(record);
    const auto [at, added] = through_.try_emplace(person);
    if (!added) return at->second;
    const v1::RelatedPerson& who = circle_.Who(person);
    v1::ChronologyThrough& out = at->second;
    out.set_person(person.Text());
    out.set_person_kind(who.person_kind());
    out.set_name(NameOf(who));
    for (std::string& is : relations::WhatIsTo(circle_, person, person_, day_)) {
      out.add_is(std::move(is));
    }
    return out;
  }

  relations::Circle& circle_;
  PersonId person_;
  Day day_;
  std::map<PersonId, v1::ChronologyThrough> through_;
};

}  // namespace

Result<v1::ChronologyAnswer> AnswerChronology(const View& view,
                                              const v1::ChronologyRequest& request) {
  chronology::Query query;
  TL_ASSIGN(Lens lens, ParseLens(request.lens()));
  query.lens = lens.lens;
  query.agency = lens.agency;
  if (request.has_as_known_at_ms()) query.as_known_at = request.as_known_at_ms();
  if (request.has_from_ms() || request.has_until_ms()) {
    query.occurred = Interval{request.has_from_ms() ? request.from_ms() : kEarliest,
                              request.has_until_ms() ? request.until_ms() : kLatest};
  }
  // Through the recorded lens links and relations are those of today.
  const bool recorded = query.lens == v1::LENS_RECORDED;
  const std::optional<Millis> links_at = recorded ? std::nullopt : query.as_known_at;
  TL_ASSIGN(const Found found, FindOneAt(view, request.person(), links_at));
  TL_ASSIGN(const Reads* shard, view.Of(found.person));
  if (query.lens == v1::LENS_AGENCY) {
    TL_ASSIGN(query.alerts, ReadEvidence(view, found.person, links_at));
  }
  const chronology::Known known = chronology::KnownAt(*shard, found.person, query);
  const auto header = chronology::ReadHeader(*shard, known);
  if (auto fault = view.Fault()) return Fail(*fault);
  if (!header) return Fail(Code::kNotFound, "no person with that id is known here");
  v1::ChronologyAnswer answer = chronology::Answer(known, *header, query, view.seq());
  if (found.part_of) {
    answer.mutable_part_of()->set_record(found.record.Text());
    answer.mutable_part_of()->set_since(FormatUtc(found.part_of->since));
  }
  const ViewSource source(view, lens, query.as_known_at);
  const Day day = DayOf(links_at.value_or(view.last_tick()));
  relations::Circle circle(source, day);
  Telling(circle, found.person, day).Tell(known, answer);
  TL_TRY(ProtectedAddresses(view, circle).Mask(found.person, answer));
  if (circle.fault()) return Fail(*circle.fault());
  if (auto fault = view.Fault()) return Fail(*fault);
  return answer;
}

}  // namespace throughline::cli
