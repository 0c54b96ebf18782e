#include "consumers/throughline/person_alerts.h"

#include <set>
#include <utility>

#include "consumers/risk/alert_evidence.h"
#include "engine/chronology/read.h"

namespace throughline::cli {
namespace {

using projection::Reads;
using projection::View;

// The records that are part of a person, its own left out.
Result<std::vector<PersonId>> JoinedTo(const View& view, const PersonId& person,
                                       std::optional<Millis> links_at) {
  std::vector<PersonId> records{person};
  std::set<PersonId> met{person};
  for (std::size_t i = 0; i < records.size(); ++i) {
    const PersonId into = records[i];
    TL_ASSIGN(const Reads* shard, view.Of(into));
    for (const PersonId& record : chronology::ReadJoined(*shard, into, links_at)) {
      TL_ASSIGN(const Reads* its, view.Of(record));
      const auto part_of = chronology::ReadPartOf(*its, record, links_at);
      if (part_of && part_of->person == into && met.insert(record).second) {
        records.push_back(record);
      }
    }
  }
  records.erase(records.begin());
  return records;
}

}  // namespace

Result<PersonAlerts> ReadAlerts(const View& view, const PersonId& person, Seq as_known,
                                std::optional<Millis> links_at) {
  PersonAlerts alerts;
  TL_ASSIGN(const Reads* shard, view.Of(person));
  alerts.own = risk::AlertsOf(*shard, person, as_known);
  TL_ASSIGN(std::vector<PersonId> records, JoinedTo(view, person, links_at));
  for (const PersonId& record : records) {
    TL_ASSIGN(shard, view.Of(record));
    for (auto& history : risk::AlertsOf(*shard, record, as_known)) {
      alerts.joined.push_back(std::move(history));
    }
  }
  return alerts;
}

chronology::AlertEvidence EvidenceOf(const PersonAlerts& alerts) {
  auto evidence = risk::EvidenceOf(alerts.own);
  evidence.merge(risk::EvidenceOf(alerts.joined));
  return evidence;
}

Result<chronology::AlertEvidence> ReadEvidence(const View& view, const PersonId& person,
                                               std::optional<Millis> links_at) {
  TL_ASSIGN(const PersonAlerts alerts, ReadAlerts(view, person, chronology::kEverything, links_at));
  return EvidenceOf(alerts);
}

}  // namespace throughline::cli
