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

bool GivesAddress(const v1::Contact& contact) {
  const bool gives = std::any_of(
      contact.subjects().begin(), contact.subjects().end(), [](const v1::Contact::Subject& one) {
        return one.person_kind() == "household" || !one.demographics().address().empty() ||
               std::any_of(one.references().begin(), one.references().end(),
                           [](const auto& reference) { return reference.scheme() == "uprn"; });
      });
  return gives ||
         (contact.has_contact_corrected() && GivesAddress(contact.contact_corrected().replaces()));
}

// The contacts that an entry shows: what it says now may be what a correction says.
std::vector<contact::Target> SaidBy(const v1::ChronologyEntry& entry) {
  std::vector<contact::Target> contacts = {{entry.agency(), entry.contact_id()}};
  for (const v1::ChronologyCorrection& one : entry.corrections()) {
    contacts.push_back(contact::Resolve(one.by(), entry.agency()));
  }
  return contacts;
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

Result<std::vector<std::string>> ProtectedAddresses::ProtectedIn(
    const std::vector<contact::Target>& contacts) {
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
  const auto row = chronology::ReadPerson(*shard, person);
  for (v1::ChronologyEntry& entry : *answer.mutable_entries()) {
    if (!GivesAddress(entry.contact()) && !GivesAddress(entry.first())) continue;
    const auto mask = [&entry](std::string_view label) {
      chronology::MaskAddressOf(label, *entry.mutable_contact());
      if (entry.has_first()) chronology::MaskAddressOf(label, *entry.mutable_first());
    };
    const std::vector<contact::Target> contacts = SaidBy(entry);
    TL_ASSIGN(const std::vector<std::string> labels, ProtectedIn(contacts));
    for (const std::string& label : labels) mask(label);
    for (const contact::Target& one : contacts) {
      if (row && chronology::IsProtected(*row, one, view_.last_tick())) mask({});
    }
  }
  if (!IsProtected(person)) return {};
  v1::PersonAnswer& header = *answer.mutable_person();
  const bool home = header.person_kind() == "household";
  if (home) header.clear_names();
  auto& references = *header.mutable_references();
  references.erase(std::remove_if(references.begin(), references.end(),
                                  [&](const auto& one) { return home || one.scheme() == "uprn"; }),
                   references.end());
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
      const auto shard = view->Of(*id);
      // What the stores have not read yet may say that it is.
      const bool is_known = shard && chronology::ReadPerson(**shard, *id);
      if (!is_known || circle.IsProtected(circle.PersonOf(*id)) || circle.fault()) {
        Withhold(*record);
      }
    }
  }
}

}  // namespace throughline::cli
