#include "consumers/throughline/view_source.h"

#include <algorithm>
#include <memory>
#include <set>

#include "consumers/throughline/person_alerts.h"
#include "engine/chronology/protection.h"

namespace throughline::cli {
namespace {

using chronology::Known;
using projection::Reads;

}  // namespace

Result<relations::Held> ViewSource::Read(const PersonId& record) const {
  TL_ASSIGN(const Reads* shard, view_.Of(record));
  relations::Held held;
  chronology::Query query;
  query.as_known_at = as_known_at_;
  if (as_recorded()) query.lens = lens_.lens;
  held.shared = std::make_shared<const Known>(chronology::KnownAt(*shard, record, query));
  held.known = held.shared;
  if (through_agency()) {
    query.lens = lens_.lens;
    query.agency = lens_.agency;
    TL_ASSIGN(query.alerts, ReadEvidence(view_, record, as_known_at_));
    held.known = std::make_shared<const Known>(chronology::KnownAt(*shard, record, query));
  }
  // Through the recorded lens links are those of today.
  const auto links_at = as_recorded() ? std::nullopt : as_known_at_;
  held.part_of = chronology::ReadPartOf(*shard, record, links_at);
  held.incomplete = projection::IncompleteSince(*shard, record).has_value();
  return held;
}

std::optional<chronology::Header> ViewSource::Describe(const Known& known) const {
  const auto shard = view_.Of(known.person);
  if (!shard) return std::nullopt;
  return chronology::ReadHeader(**shard, known);
}

Result<std::vector<PersonId>> ViewSource::StandsOn(const contact::Target& contact) const {
  TL_ASSIGN(std::vector<const Reads*> shards, view_.All());
  std::vector<PersonId> persons;
  for (const Reads* shard : shards) {
    for (const auto& one : chronology::FindContact(*shard, contact.agency, contact.contact_id)) {
      persons.push_back(one.person);
    }
  }
  std::sort(persons.begin(), persons.end());
  return persons;
}

Result<bool> ViewSource::AnyRow(const PersonId& record, Holds holds) const {
  PersonId row = record;
  for (std::set<PersonId> met; met.insert(row).second;) {
    TL_ASSIGN(const Reads* shard, view_.Of(row));
    const auto person = chronology::ReadPerson(*shard, row);
    if (person && holds(*person, now())) return true;
    const auto part_of = chronology::ReadPartOf(*shard, row, std::nullopt);
    if (part_of) row = part_of->person;
  }
  return false;
}

Result<bool> ViewSource::IsProtected(const PersonId& record) const {
  return AnyRow(record, chronology::IsProtected);
}

Result<bool> ViewSource::MayGiveProtected(const PersonId& record) const {
  return AnyRow(record, chronology::MayGiveProtected);
}

}  // namespace throughline::cli
