#include "engine/identity/evidence.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "engine/base/uk_time.h"
#include "engine/contact/identifiers.h"
#include "engine/contact/read_contact.h"
#include "engine/identity/text.h"

namespace throughline::identity {
namespace {

using v1::Contact;
using v1::IdentityEvidence;

constexpr Day kWidestBirth = 5 * 366;

auto KeyOf(const std::string& text) { return std::tuple(Mixed(text), std::string_view(text)); }
auto KeyOf(const v1::IdentityBirth& birth) { return std::tuple(birth.earliest(), birth.latest()); }
auto KeyOf(const v1::IdentityAddress& address) {
  return std::tuple(Mixed(address.line(), Mixed(address.postcode())),
                    std::string_view(address.postcode()), std::string_view(address.line()));
}
auto KeyOf(const v1::IdentityReference& reference) {
  return std::tuple(Mixed(reference.value(), Mixed(reference.scheme())),
                    std::string_view(reference.scheme()), std::string_view(reference.scope()),
                    std::string_view(reference.value()));
}

// Keeps the list sorted and distinct, and of more than `most` the smallest.
template <typename List, typename Item>
bool Add(List& list, const Item& item, int most) {
  const auto at =
      std::lower_bound(list.begin(), list.end(), item,
                       [](const auto& a, const auto& b) { return KeyOf(a) < KeyOf(b); });
  const int index = static_cast<int>(at - list.begin());
  if (index < list.size() && KeyOf(list.Get(index)) == KeyOf(item)) return false;
  if (index >= most) return false;
  *list.Add() = item;
  for (int i = list.size() - 1; i > index; --i) list.SwapElements(i, i - 1);
  if (list.size() > most) list.RemoveLast();
  return true;
}

template <typename List>
bool AddAll(const List& stated, List& known, int most) {
  bool added = false;
  for (const auto& item : stated) added |= Add(known, item, most);
  return added;
}

// The first of its key is a hash of it.
template <typename Item>
std::uint32_t FactOf(const Item& item, int field) {
  return static_cast<std::uint32_t>(Mixed(static_cast<std::uint64_t>(std::get<0>(KeyOf(item))),
                                          static_cast<std::uint64_t>(field)));
}

std::uint32_t FactOf(const v1::IdentityBirth& birth, int field) {
  const auto days = [](std::int32_t day) { return static_cast<std::uint64_t>(day); };
  return static_cast<std::uint32_t>(Mixed(Mixed(days(birth.earliest()), days(birth.latest())),
                                          static_cast<std::uint64_t>(field)));
}

constexpr std::uint32_t kMultipleBirth = 1;

void AddName(const std::string& name, google::protobuf::RepeatedPtrField<std::string>& names,
             int most) {
  std::string folded = FoldedName(name);
  if (!folded.empty()) Add(names, folded, most);
}

void AddBirth(const Interval& interval, IdentityEvidence& evidence) {
  if (interval.earliest == kEarliest || interval.latest == kLatest) return;
  v1::IdentityBirth birth;
  birth.set_earliest(DayOf(interval.earliest));
  birth.set_latest(DayOf(interval.latest));
  if (birth.latest() - birth.earliest() > kWidestBirth) return;
  Add(*evidence.mutable_births(), birth, kMostBirths);
}

void AddBirth(const v1::UncertainTime& time, IdentityEvidence& evidence) {
  if (const auto interval = Implied(time)) AddBirth(*interval, evidence);
}

void AddAddress(const std::string& text, IdentityEvidence& evidence) {
  if (text.empty()) return;
  FoldedAddress folded = FoldAddress(text);
  if (folded.postcode.empty() && folded.line.empty()) return;
  v1::IdentityAddress address;
  address.set_postcode(std::move(folded.postcode));
  address.set_line(std::move(folded.line));
  Add(*evidence.mutable_addresses(), address, kMostAddresses);
}

void AddReference(const v1::Reference& reference, IdentityEvidence& evidence) {
  const std::string& scheme = reference.scheme();
  if (scheme != "nhs-number" && scheme != "upn" && scheme != "la-child-id") return;
  // Without its authority an la-child-id is the sender's own number.
  if (scheme == "la-child-id" && !reference.has_authority()) return;
  if (contact::ReferenceFault(reference)) return;
  v1::IdentityReference strong;
  strong.set_scheme(scheme);
  strong.set_scope(contact::ScopeOf(reference, "", ""));
  strong.set_value(contact::Normalised(scheme, reference.value()));
  if (!strong.value().empty()) Add(*evidence.mutable_references(), strong, kMostReferences);
}

void AddCode(const std::string& code, google::protobuf::RepeatedPtrField<std::string>& codes) {
  if (!code.empty()) Add(codes, code, kMostCodes);
}

void AddDemographics(const Contact::Demographics& stated, IdentityEvidence& evidence) {
  for (const std::string& name : stated.names())
    AddName(name, *evidence.mutable_names(), kMostNames);
  for (const std::string& alias : stated.aliases())
    AddName(alias, *evidence.mutable_names(), kMostNames);
  if (stated.has_date_of_birth()) AddBirth(stated.date_of_birth(), evidence);
  AddCode(stated.sex(), *evidence.mutable_sexes());
  AddAddress(stated.address(), evidence);
  const std::string school = Folded(stated.school());
  if (!school.empty()) Add(*evidence.mutable_schools(), school, kMostSchools);
}

void AddRecorded(const v1::PersonRecorded& recorded, IdentityEvidence& evidence) {
  for (const std::string& name : recorded.names())
    AddName(name, *evidence.mutable_names(), kMostNames);
  for (const std::string& alias : recorded.aliases())
    AddName(alias, *evidence.mutable_names(), kMostNames);
  if (recorded.has_date_of_birth()) AddBirth(recorded.date_of_birth(), evidence);
  AddCode(recorded.sex(), *evidence.mutable_sexes());
  for (const auto& reference : recorded.references()) AddReference(reference, evidence);
}

bool IsChild(const Contact::Subject& subject) {
  return subject.person_kind() == "child" || subject.person_kind() == "unborn_child" ||
         contact::HasRole(subject, "subject_child") ||
         contact::HasRole(subject, "also_present_child") || contact::HasRole(subject, "sibling");
}

bool StatedParent(const Contact& contact, const Contact::Subject& parent, std::string_view child) {
  const auto& stated = parent.stated_relation();
  if (stated.relation() == "parent" && stated.to() == child) return true;
  if (!contact.has_relation_asserted()) return false;
  const auto& asserted = contact.relation_asserted();
  return asserted.relation() == "parent" && asserted.from() == parent.label() &&
         asserted.to() == child && asserted.confidence() != "disputed" &&
         asserted.confidence() != "suspected";
}

void AddParents(const Contact& contact, const Contact::Subject& subject,
                IdentityEvidence& evidence) {
  const bool child = IsChild(subject);
  for (const auto& other : contact.subjects()) {
    if (&other == &subject || other.person_kind() == "household") continue;
    const bool parent = StatedParent(contact, other, subject.label()) ||
                        (child && contact::HasRole(other, "parent_carer")) ||
                        (contact.has_birth() && contact.birth().child() == subject.label() &&
                         contact.birth().mother() == other.label());
    if (!parent) continue;
    for (const std::string& name : other.demographics().names())
      AddName(name, *evidence.mutable_parents(), kMostParents);
  }
}

void AddDetail(const Contact& contact, const Contact::Subject& subject,
               IdentityEvidence& evidence) {
  if (contact.has_person_recorded()) {
    const auto& recorded = contact.person_recorded();
    const bool only = recorded.who().empty() && contact.subjects_size() == 1;
    if (only || recorded.who() == subject.label()) AddRecorded(recorded, evidence);
  } else if (contact.has_birth() && contact.birth().child() == subject.label()) {
    // Only the time that something happened is the time of the birth.
    if (contact.time_means().empty() || contact.time_means() == "happened")
      AddBirth(contact.occurred(), evidence);
    evidence.set_multiple_birth(contact.birth().multiple() == v1::TRI_YES);
  } else if (contact.has_address_known()) {
    const auto& who = contact.address_known().who();
    if (std::find(who.begin(), who.end(), subject.label()) == who.end()) return;
    const auto* address = contact::SubjectWith(contact, contact.address_known().address());
    if (address != nullptr) AddAddress(address->demographics().address(), evidence);
  }
}

}  // namespace

IdentityEvidence EvidenceOf(const Contact& contact, std::string_view label) {
  IdentityEvidence evidence;
  const Contact::Subject* subject = contact::SubjectWith(contact, label);
  if (subject == nullptr) return evidence;
  AddCode(subject->person_kind(), *evidence.mutable_person_kinds());
  for (const auto& reference : subject->references()) AddReference(reference, evidence);
  if (subject->has_demographics()) AddDemographics(subject->demographics(), evidence);
  if (subject->has_unknown())
    AddName(subject->unknown().said_name(), *evidence.mutable_names(), kMostNames);
  AddParents(contact, *subject, evidence);
  AddDetail(contact, *subject, evidence);
  return evidence;
}

bool Learn(const IdentityEvidence& stated, IdentityEvidence& known) {
  bool added = AddAll(stated.names(), *known.mutable_names(), kMostNames);
  added |= AddAll(stated.births(), *known.mutable_births(), kMostBirths);
  added |= AddAll(stated.sexes(), *known.mutable_sexes(), kMostCodes);
  added |= AddAll(stated.person_kinds(), *known.mutable_person_kinds(), kMostCodes);
  added |= AddAll(stated.addresses(), *known.mutable_addresses(), kMostAddresses);
  added |= AddAll(stated.parents(), *known.mutable_parents(), kMostParents);
  added |= AddAll(stated.schools(), *known.mutable_schools(), kMostSchools);
  added |= AddAll(stated.references(), *known.mutable_references(), kMostReferences);
  if (stated.multiple_birth() && !known.multiple_birth()) {
    known.set_multiple_birth(true);
    added = true;
  }
  return added;
}

std::vector<std::uint32_t> FactsOf(const IdentityEvidence& evidence) {
  std::vector<std::uint32_t> facts;
  const auto add = [&](const auto& list, int field) {
    for (const auto& item : list) facts.push_back(FactOf(item, field));
  };
  add(evidence.names(), IdentityEvidence::kNamesFieldNumber);
  add(evidence.births(), IdentityEvidence::kBirthsFieldNumber);
  add(evidence.sexes(), IdentityEvidence::kSexesFieldNumber);
  add(evidence.person_kinds(), IdentityEvidence::kPersonKindsFieldNumber);
  add(evidence.addresses(), IdentityEvidence::kAddressesFieldNumber);
  add(evidence.parents(), IdentityEvidence::kParentsFieldNumber);
  add(evidence.schools(), IdentityEvidence::kSchoolsFieldNumber);
  add(evidence.references(), IdentityEvidence::kReferencesFieldNumber);
  if (evidence.multiple_birth()) facts.push_back(kMultipleBirth);
  std::sort(facts.begin(), facts.end());
  facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
  return facts;
}

IdentityEvidence Leave(Facts which, const std::set<std::uint32_t>& facts, IdentityEvidence known) {
  const auto goes = [&](std::uint32_t fact) {
    return facts.contains(fact) != (which == Facts::kThose);
  };
  const auto drop = [&](auto* list, int field) {
    list->erase(std::remove_if(list->begin(), list->end(),
                               [&](const auto& item) { return goes(FactOf(item, field)); }),
                list->end());
  };
  drop(known.mutable_names(), IdentityEvidence::kNamesFieldNumber);
  drop(known.mutable_births(), IdentityEvidence::kBirthsFieldNumber);
  drop(known.mutable_sexes(), IdentityEvidence::kSexesFieldNumber);
  drop(known.mutable_person_kinds(), IdentityEvidence::kPersonKindsFieldNumber);
  drop(known.mutable_addresses(), IdentityEvidence::kAddressesFieldNumber);
  drop(known.mutable_parents(), IdentityEvidence::kParentsFieldNumber);
  drop(known.mutable_schools(), IdentityEvidence::kSchoolsFieldNumber);
  drop(known.mutable_references(), IdentityEvidence::kReferencesFieldNumber);
  if (goes(kMultipleBirth)) known.clear_multiple_birth();
  return known;
}

bool IsEmpty(const IdentityEvidence& evidence) {
  return evidence.names().empty() && evidence.births().empty() && evidence.addresses().empty() &&
         evidence.parents().empty() && evidence.schools().empty() && evidence.references().empty();
}

}  // namespace throughline::identity
