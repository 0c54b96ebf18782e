#include "engine/chronology/protection.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/chronology/keys.h"
#include "engine/chronology/mask.h"
#include "engine/contact/labels.h"

namespace throughline::chronology {
namespace {

// The row for a contact, or for the person itself; there is one of each at most.
const v1::StoredProtection* FindProtection(const contact::Target& of,
                                           const v1::StoredPerson& person) {
  for (const v1::StoredProtection& one : person.protections()) {
    if (one.agency() == of.agency && one.contact_id() == of.contact_id) return &one;
  }
  return nullptr;
}

// The same, made if need be.
v1::StoredProtection& ProtectionOf(const contact::Target& of, v1::StoredPerson& person) {
  for (v1::StoredProtection& one : *person.mutable_protections()) {
    if (one.agency() == of.agency && one.contact_id() == of.contact_id) return one;
  }
  v1::StoredProtection& added = *person.add_protections();
  added.set_agency(of.agency);
  added.set_contact_id(of.contact_id);
  // In order of what they are about, not of arrival.
  auto& all = *person.mutable_protections();
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(a.agency(), a.contact_id()) < std::pair(b.agency(), b.contact_id());
  });
  return ProtectionOf(of, person);
}

void Set(Millis recorded, std::optional<Millis> until, v1::StoredProtection& protection) {
  const Millis ends = until.value_or(kLatest);
  if (recorded < protection.set_ms()) return;
  if (recorded == protection.set_ms() && ends < protection.until_ms()) return;
  protection.set_set_ms(recorded);
  protection.set_until_ms(ends);
}

bool Holds(const v1::StoredProtection& protection, Millis now) {
  return protection.set_ms() != 0 && protection.set_ms() >= protection.lifted_ms() &&
         now <= protection.until_ms();
}

bool IsAboutAddresses(const v1::Contact& contact) {
  return contact.has_handling_set() && contact.handling_set().mark() == kProtectedAddress;
}

bool IsWholeMark(const v1::Contact::Handling& mark) {
  return mark.handling() == kProtectedAddress &&
         mark.of_case() == v1::Contact::Handling::OF_NOT_SET;
}

// The contact that says so: a correction speaks for what it corrects.
contact::Target WhoseBody(const v1::Contact& contact, std::string_view agency) {
  if (!contact.has_contact_corrected()) return {std::string(agency), contact.contact_id()};
  return contact::Resolve(contact.contact_corrected().of(), agency);
}

void TakeSet(const v1::HandlingSet& said, const contact::Target& of, Millis recorded,
             v1::StoredPerson& person) {
  v1::StoredProtection& protection = ProtectionOf(of, person);
  if (said.state() == "lifted") {
    protection.set_lifted_ms(std::max<Millis>(protection.lifted_ms(), recorded));
    return;
  }
  std::optional<Millis> until;
  if (said.has_until()) {
    if (const auto interval = Implied(said.until())) until = interval->latest;
  }
  Set(recorded, until, protection);
}

}  // namespace

void TakeProtection(const v1::Contact& contact, const v1::Placement& placement,
                    std::string_view agency, Millis recorded, v1::StoredPerson& person) {
  // What a correction puts in an earlier one's place has marks, and words on them, of its own.
  for (const v1::Contact* body : {&contact, &contact.contact_corrected().replaces()}) {
    if (std::any_of(body->handling().begin(), body->handling().end(), IsWholeMark)) {
      Set(recorded, {}, ProtectionOf(WhoseBody(contact, agency), person));
    }
    if (!IsAboutAddresses(*body) || !body->handling_set().has_contact()) continue;
    const auto of = contact::Resolve(body->handling_set().contact(), agency);
    TakeSet(body->handling_set(), of, recorded, person);
  }
  if (placement.why() != "subject") return;
  const bool home = placement.person_kind() == "household";
  contact::EachLabel(placement, [&](const std::string& label) {
    const contact::Labelled named = contact::LabelledIn(contact, label);
    const v1::HandlingSet& said = named.contact.handling_set();
    if (IsAboutAddresses(named.contact) && said.label() == named.label) {
      TakeSet(said, {}, recorded, person);
    }
    for (const v1::Contact::Handling& mark : named.contact.handling()) {
      if (mark.handling() != kProtectedAddress) continue;
      if ((IsWholeMark(mark) && home) || (mark.has_label() && mark.label() == named.label)) {
        Set(recorded, {}, ProtectionOf({}, person));
      }
    }
  });
}

bool IsProtected(const v1::StoredPerson& person, Millis now) {
  return IsProtected(person, contact::Target{}, now);
}

bool IsProtected(const v1::StoredPerson& person, const contact::Target& contact, Millis now) {
  const v1::StoredProtection* of_it = FindProtection(contact, person);
  return of_it != nullptr && Holds(*of_it, now);
}

bool MayGiveProtected(const v1::StoredPerson& person, Millis now) {
  const bool home =
      !person.kinds().empty() && person.kinds().rbegin()->person_kind() == "household";
  const Millis freed = home ? FreedAt(person) : 0;
  const auto& all = person.protections();
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& one) { return Holds(one, now) && one.set_ms() >= freed; });
}

Millis FreedAt(const v1::StoredPerson& person) {
  const v1::StoredProtection* own = FindProtection({}, person);
  return own != nullptr && own->lifted_ms() > own->set_ms() ? own->lifted_ms() : 0;
}

std::optional<v1::StoredPerson> ReadPerson(const projection::Reads& reads, const PersonId& person) {
  const auto value = reads.Get(PersonKey(person));
  if (!value.has_value()) return std::nullopt;
  v1::StoredPerson stored;
  CHECK(stored.ParseFromString(*value));
  return stored;
}

}  // namespace throughline::chronology
