#include "consumers/throughline/protected_addresses.h"

#include <algorithm>
#include <string_view>

#include "consumers/throughline/view_source.h"
#include "engine/chronology/mask.h"
#include "engine/chronology/protection.h"
#include "engine/contact/labels.h"

namespace throughline::cli {
namespace {

using projection::Reads;
using projection::View;

template <typename Message>
bool GivesUprn(const Message& message) {
  const auto& references = message.references();
  return std::any_of(references.begin(), references.end(),
                     [](const auto& one) { return one.scheme() == "uprn"; });
}

bool GivesAddress(const v1::Contact& contact) {
  const bool gives = std::any_of(contact.subjects().begin(), contact.subjects().end(),
                                 [](const v1::Contact::Subject& one) {
                                   return one.person_kind() == "household" ||
                                          !one.demographics().address().empty() || GivesUprn(one);
                                 });
  return gives || GivesUprn(contact.person_recorded()) ||
         (contact.has_contact_corrected() && GivesAddress(contact.contact_corrected().replaces()));
}

contact::Target TargetOf(const v1::ContactRef& ref, const v1::ChronologyEntry& entry) {
  return contact::Resolve(ref, entry.agency());
}

// The contacts of which one speaks for another: a contact and its corrections, on this chronology
// or not.
class Versions {
 public:
  explicit Versions(const v1::ChronologyAnswer& answer) {
    for (const v1::ChronologyEntry& entry : answer.entries()) {
      std::set<contact::Target>& all = of_[FirstOf(entry)];
      all.insert({entry.agency(), entry.contact_id()});
      for (const v1::ContactRef& one : entry.corrects_in_turn()) all.insert(TargetOf(one, entry));
    }
  }
  // Those of what an entry of the answer shows; never empty.
  const std::set<contact::Target>& Of(const v1::ChronologyEntry& entry) const {
    return of_.at(FirstOf(entry));
  }

 private:
  static contact::Target FirstOf(const v1::ChronologyEntry& entry) {
    const auto& corrects = entry.corrects_in_turn();
    if (corrects.empty()) return {entry.agency(), entry.contact_id()};
    return TargetOf(*corrects.rbegin(), entry);
  }

  std::map<contact::Target, std::set<contact::Target>> of_;
};

void WithholdAddress(v1::PersonAnswer& header) {
  const bool home = header.person_kind() == "household";
  if (home) header.clear_names();
  auto& references = *header.mutable_references();
  references.erase(std::remove_if(references.begin(), references.end(),
                                  [&](const auto& one) { return home || one.scheme() == "uprn"; }),
                   references.end());
}

// Whether some contact about the record or its person, or about a home of theirs, protects an
// address; what the stores have not read yet may, too.
bool MayBeProtected(const View& view, const PersonId& record, relations::Circle& circle) {
  const PersonId person = circle.PersonOf(record);
  for (const PersonId& row : {record, person}) {
    const auto shard = view.Of(row);
    const auto stored = shard ? chronology::ReadPerson(**shard, row) : std::nullopt;
    if (!stored || chronology::MayGiveProtected(*stored, view.last_tick())) return true;
  }
  if (circle.MayGiveProtected(person)) return true;
  const auto& around = circle.Around(person);
  const bool at_home =
      std::any_of(around.begin(), around.end(), [&](const relations::Statement& one) {
        return one.said.relation() == "member_of_household" && one.from == person &&
               circle.MayGiveProtected(one.to);
      });
  return at_home || circle.cut() || circle.fault();
}

void Withhold(v1::IdentityRecord& record) {
  if (record.person_kind() == "household") {
    record.clear_names();
    record.clear_references();
  }
  record.set_addresses_withheld(!record.addresses().empty() || record.person_kind() == "household");
  record.clear_addresses();
}

}  // namespace

bool ProtectedAddresses::IsProtected(const PersonId& record) {
  const auto [at, added] = known_.try_emplace(record);
  if (added) at->second = circle_.IsProtected(circle_.PersonOf(record));
  return at->second;
}

bool ProtectedAddresses::IsProtected(const Reads& shard, const PersonId& person,
                                     const contact::Target& contact) {
  const auto [row, added] = rows_.try_emplace(person);
  if (added) row->second = chronology::ReadPerson(shard, person).value_or(v1::StoredPerson());
  return chronology::IsProtected(row->second, contact, view_.last_tick());
}

Result<std::vector<std::string>> ProtectedAddresses::ProtectedIn(
    const std::set<contact::Target>& contacts) {
  std::vector<std::string> labels;
  const auto add = [&](const PersonId& person, const v1::Placement& placement) {
    const auto record = PersonId::FromRaw(placement.record());
    if (placement.label().empty() || !IsProtected(record.value_or(person))) return;
    contact::EachLabel(placement, [&](const std::string& label) {
      labels.emplace_back(contact::WithoutReplaces(label));
    });
  };
  TL_ASSIGN(const std::vector<const Reads*> shards, view_.All());
  for (const Reads* shard : shards) {
    for (const contact::Target& one : contacts) {
      for (const auto& stands : chronology::FindContact(*shard, one.agency, one.contact_id)) {
        if (IsProtected(*shard, stands.person, one)) labels.emplace_back();
        for (const auto& placement :
             chronology::ReadPlacements(*shard, stands.person, stands.seq)) {
          add(stands.person, placement);
        }
      }
    }
  }
  return labels;
}

Result<void> ProtectedAddresses::Mask(const PersonId& person, v1::ChronologyAnswer& answer) {
  TL_ASSIGN(const Reads* shard, view_.Of(person));
  const Versions versions(answer);
  for (v1::ChronologyEntry& entry : *answer.mutable_entries()) {
    if (!GivesAddress(entry.contact()) && !GivesAddress(entry.first())) continue;
    const auto mask = [&entry](std::string_view label) {
      chronology::MaskAddressOf(label, *entry.mutable_contact());
      if (entry.has_first()) chronology::MaskAddressOf(label, *entry.mutable_first());
      entry.clear_original();
    };
    const std::set<contact::Target>& contacts = versions.Of(entry);
    TL_ASSIGN(const std::vector<std::string> labels, ProtectedIn(contacts));
    for (const std::string& label : labels) mask(label);
    for (const contact::Target& one : contacts) {
      if (IsProtected(*shard, person, one)) mask({});
    }
  }
  if (circle_.MayGiveProtected(circle_.PersonOf(person))) {
    WithholdAddress(*answer.mutable_person());
  }
  return {};
}

Result<void> MaskAddress(const View& view, const PersonId& person, v1::PersonAnswer& header) {
  const Lens lens;
  const ViewSource source(view, lens, {});
  relations::Circle circle(source, DayOf(view.last_tick()));
  const bool is_protected = circle.MayGiveProtected(circle.PersonOf(person));
  if (circle.fault()) return Fail(*circle.fault());
  if (is_protected) WithholdAddress(header);
  return {};
}

void MaskAddresses(const View* view, v1::IdentityAnswer& answer) {
  const Lens lens;
  for (v1::IdentityPair& pair : *answer.mutable_pairs()) {
    for (v1::IdentityRecord* record : {pair.mutable_first(), pair.mutable_second()}) {
      const auto id = PersonId::FromText(record->record());
      if (view == nullptr || !id) {
        Withhold(*record);
        continue;
      }
      const ViewSource source(*view, lens, {});
      relations::Circle circle(source, DayOf(view->last_tick()));
      if (MayBeProtected(*view, *id, circle)) Withhold(*record);
    }
  }
}

}  // namespace throughline::cli
