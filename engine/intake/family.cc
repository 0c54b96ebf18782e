#include "engine/intake/family.h"

#include <algorithm>

#include "engine/identity/index.h"
#include "engine/intake/unborn.h"

namespace throughline::intake {
namespace {

bool BringsUp(const v1::IntakeRelation& relation) {
  if (relation.is_from()) return relation.relation() == "unborn_child_of";
  return relation.relation() == "parent" || relation.relation() == "holds_parental_responsibility";
}

}  // namespace

std::uint32_t CarriesBit(std::string_view code) {
  if (code == "adult") return kCarriesAdult;
  if (code == "partner") return kCarriesPartner;
  if (code == "siblings") return kCarriesSiblings;
  if (code == "household") return kCarriesHousehold;
  if (code == "adult_back") return kCarriesAdultBack;
  return 0;
}

PersonId Family::PartOf(const PersonId& record) {
  auto [known, added] = part_of_.try_emplace(record, record);
  if (added) known->second = state_.PartOf(record);
  return known->second;
}

// What any of the person's records last was called that says more than that nobody knows.
std::string Family::KindOf(const PersonId& person) {
  auto [known, added] = kinds_.try_emplace(person);
  if (!added) return known->second;
  for (const PersonId& record : state_.RecordsOf(person)) {
    auto row = state_.Person(record);
    if (!row) continue;
    if (known->second.empty() || known->second == "unknown_person") {
      known->second = row->person_kind();
    }
  }
  return known->second;
}

bool Family::IsChild(const PersonId& person) { return intake::IsChild(KindOf(person)); }

// An ending takes what was written down before it, whichever became known here first.
const std::vector<Family::Tie>& Family::Ties(const PersonId& person) {
  auto [known, added] = ties_.try_emplace(person);
  if (!added) return known->second;
  std::vector<v1::IntakeRelations> stated;
  for (const PersonId& record : state_.RecordsOf(person)) {
    stated.push_back(state_.Relations(record));
  }
  Words words;
  for (const v1::IntakeRelations& relations : stated) {
    for (const v1::IntakeRelation& relation : relations.relations()) {
      if (relation.latest_ms() == kLatest) continue;
      words[PartOf(PersonIn(relation.other()))].push_back(&relation);
    }
  }
  for (const v1::IntakeRelations& relations : stated) {
    for (const v1::IntakeRelation& relation : relations.relations()) {
      if (relation.carries() == 0) continue;
      const PersonId other = PartOf(PersonIn(relation.other()));
      if (other == person) continue;
      for (const v1::IntakeSaid& said : relation.said()) {
        if (IsUnsaid(said)) continue;
        Interval when{relation.earliest_ms(), relation.latest_ms()};
        if (Ended(stated, relation, said, other, when)) continue;
        if (when.latest == kLatest) {
          when.latest = OwnEnd(stated, words[other], relation, said, other);
        }
        if (relation.relation() == kHomes) {
          const auto& [child, home] =
              relation.is_from() ? std::pair(person, other) : std::pair(other, person);
          for (const PlacementEnd& end : PlacementEnds(child)) {
            const bool acts = end.home == home && end.recorded >= said.recorded_ms() &&
                              end.latest >= relation.earliest_ms();
            if (acts) when.latest = std::min(when.latest, end.latest);
          }
        }
        known->second.push_back({other, relation.is_from(), relation.relation() == "parent",
                                 BringsUp(relation), relation.carries(), when, said.recorded_ms(),
                                 Stopped(stated, relation, said, other)});
      }
    }
  }
  return known->second;
}

std::vector<PersonId> Family::Members(const PersonId& household, const Interval& lived,
                                      const Interval& then) {
  std::set<PersonId> members;
  for (const Tie& tie : Ties(household)) {
    const bool lives = !tie.is_from && (tie.carries & (kCarriesHousehold | kCarriesSiblings)) != 0;
    if (!lives || !Overlap(tie.when, lived)) continue;
    if (IsChild(tie.other)) {
      if (lived.latest < Carried(tie.other)) continue;
      if (then.earliest > HomeStopped(tie.other, household, tie)) continue;
    }
    members.insert(tie.other);
  }
  if (!household_most_) household_most_ = state_.Journal().household_most();
  if (*household_most_ != 0 && members.size() > *household_most_) return {};
  return {members.begin(), members.end()};
}

Millis Family::Carried(const PersonId& child) {
  auto [known, added] = carried_.try_emplace(child, kEarliest);
  if (!added) return known->second;
  std::optional<Day> born;
  for (const PersonId& record : state_.RecordsOf(child)) {
    const auto evidence = identity::EvidenceOf(state_.reads(), record);
    if (!evidence) continue;
    for (const auto& birth : evidence->births()) {
      born = std::min<Day>(born.value_or(birth.earliest()), birth.earliest());
    }
  }
  if (born) known->second = StartOfDay(*born) - kPregnancy;
  return known->second;
}

std::set<PersonId> Family::ParentsOf(const PersonId& person) {
  std::set<PersonId> parents;
  for (const Tie& tie : Ties(person)) {
    if (tie.is_parent && !tie.is_from) parents.insert(tie.other);
  }
  return parents;
}

std::set<PersonId> Family::ReachedBy(const PersonId& adult, const Interval& then) {
  std::set<PersonId> reached;
  const auto take_own = [&](const PersonId& person) {
    for (const Tie& tie : Ties(person)) {
      const bool carries = (tie.carries & (tie.is_from ? kCarriesAdult : kCarriesAdultBack)) != 0;
      if (carries && then.earliest <= tie.stopped && !IsHousehold(tie.other) && IsChild(tie.other))
        reached.insert(tie.other);
    }
  };
  take_own(adult);
  for (const Tie& tie : std::vector<Tie>(Ties(adult))) {
    if ((tie.carries & kCarriesPartner) != 0) take_own(tie.other);
    if (!tie.is_from || (tie.carries & kCarriesAdult) == 0 || !IsHousehold(tie.other)) continue;
    for (const PersonId& member : Members(tie.other, tie.when, then)) {
      if (IsChild(member)) reached.insert(member);
    }
  }
  reached.erase(adult);
  return reached;
}

std::set<PersonId> Family::SiblingsOf(const PersonId& child, const Interval& then) {
  std::set<PersonId> siblings;
  for (const Tie& tie : std::vector<Tie>(Ties(child))) {
    if ((tie.carries & kCarriesSiblings) == 0) continue;
    if (!IsHousehold(tie.other)) {
      if (IsChild(tie.other)) siblings.insert(tie.other);
      continue;
    }
    if (!tie.is_from || !Overlap(tie.when, then)) continue;
    if (then.earliest > HomeStopped(child, tie.other, tie)) continue;
    siblings.merge(ChildrenIn(tie.other, then));
  }
  siblings.erase(child);
  return siblings;
}

std::set<PersonId> Family::ChildrenIn(const PersonId& household, const Interval& then) {
  std::set<PersonId> children;
  for (const PersonId& member : Members(household, then, then)) {
    if (IsChild(member)) children.insert(member);
  }
  return children;
}

std::set<PersonId> Family::Around(const std::set<PersonId>& persons) {
  std::set<PersonId> around = persons;
  for (const PersonId& person : persons) {
    for (const Tie& tie : std::vector<Tie>(Ties(person))) {
      around.insert(tie.other);
      if (!IsHousehold(tie.other)) continue;
      for (const Tie& member : Ties(tie.other)) around.insert(member.other);
    }
  }
  return around;
}

}  // namespace throughline::intake
