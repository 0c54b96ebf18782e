#include "engine/intake/family.h"

#include <algorithm>

#include "engine/contact/placement_moves.h"
#include "engine/contact/relation.h"
#include "engine/identity/index.h"
#include "engine/intake/unborn.h"

namespace throughline::intake {
namespace {

// Of RelationEnded::stops: the homes that the two shared.
constexpr std::string_view kHomes = "member_of_household";

bool BringsUp(const v1::IntakeRelation& relation) {
  if (relation.is_from()) return relation.relation() == "unborn_child_of";
  return relation.relation() == "parent" || relation.relation() == "holds_parental_responsibility";
}

bool Overlap(const Interval& a, const Interval& b) {
  return a.earliest <= b.latest && b.earliest <= a.latest;
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

// Whether it never was so; else cuts the time when it was.
bool Family::Ended(const std::vector<v1::IntakeRelations>& stated,
                   const v1::IntakeRelation& relation, const v1::IntakeSaid& said,
                   const PersonId& other, Interval& when) {
  bool in_error = false;
  std::vector<const v1::IntakeEnding*> ends;
  for (const v1::IntakeRelations& relations : stated) {
    for (const v1::IntakeEnding& ending : relations.ended()) {
      const bool same_way = ending.is_from() == relation.is_from();
      if (IsUnsaid(ending.said()) || ending.relation() != relation.relation() ||
          !(same_way || contact::IsMutual(relation.relation())) ||
          ending.said().recorded_ms() < said.recorded_ms() ||
          PartOf(PersonIn(ending.other())) != other) {
        continue;
      }
      // What agencies say against each other stands side by side, until one of them has proof.
      const bool its_own = ending.agency() == relation.agency() || ending.verified();
      in_error = in_error || (ending.in_error() && its_own);
      // What began after that end is another time together.
      const bool acts = !ending.in_error() && ending.latest_ms() >= relation.earliest_ms();
      if (acts) ends.push_back(&ending);
    }
  }
  when.latest = std::min(when.latest, EndOf(stated, relation, other, ends));
  return in_error;
}

// Of what one agency says of an end its last word holds, unless that is of another time together,
// which began after an end that another word tells of.
Millis Family::EndOf(const std::vector<v1::IntakeRelations>& stated,
                     const v1::IntakeRelation& relation, const PersonId& other,
                     const std::vector<const v1::IntakeEnding*>& ends) {
  if (ends.empty()) return kLatest;
  if (ends.size() == 1) return ends.front()->latest_ms();
  Millis first = kLatest;
  for (const v1::IntakeEnding* end : ends) first = std::min(first, end->latest_ms());
  const auto is_another = [&](const v1::IntakeEnding& end) {
    for (const v1::IntakeRelations& relations : stated) {
      for (const v1::IntakeRelation& later : relations.relations()) {
        const bool same_way = later.is_from() == relation.is_from();
        if (later.relation() != relation.relation() || later.earliest_ms() <= first ||
            later.earliest_ms() > end.latest_ms() ||
            !(same_way || contact::IsMutual(relation.relation())) ||
            PartOf(PersonIn(later.other())) != other) {
          continue;
        }
        for (const v1::IntakeSaid& said : later.said()) {
          if (!IsUnsaid(said) && said.recorded_ms() <= end.said().recorded_ms()) return true;
        }
      }
    }
    return false;
  };
  std::map<std::string_view, std::pair<Millis, Millis>> last;  // by agency
  for (const v1::IntakeEnding* end : ends) {
    if (is_another(*end)) continue;
    const std::pair word(end->said().recorded_ms(), -end->latest_ms());
    const auto [at, added] = last.try_emplace(end->agency(), word);
    if (!added) at->second = std::max(at->second, word);
  }
  Millis latest = kLatest;
  for (const auto& [agency, word] : last) latest = std::min(latest, -word.second);
  return latest;
}

// An agency that gives an end later to what it said without one, has not two accounts: its last
// word holds.
Millis Family::OwnEnd(const std::vector<v1::IntakeRelations>& stated,
                      const std::vector<const v1::IntakeRelation*>& words,
                      const v1::IntakeRelation& relation, const v1::IntakeSaid& said,
                      const PersonId& other) {
  std::pair last(kEarliest, kLatest);
  for (const v1::IntakeRelation* word : words) {
    const bool same_way = word->is_from() == relation.is_from();
    if (word->agency() != relation.agency() || word->relation() != relation.relation() ||
        !(same_way || contact::IsMutual(relation.relation())) ||
        word->latest_ms() < relation.earliest_ms()) {
      continue;
    }
    for (const v1::IntakeSaid& later : word->said()) {
      if (IsUnsaid(later) || later.recorded_ms() < said.recorded_ms()) continue;
      Interval when{word->earliest_ms(), word->latest_ms()};
      if (Ended(stated, *word, later, other, when)) continue;
      last = std::max(last, std::pair(later.recorded_ms(), word->latest_ms()));
    }
  }
  return last.second;
}

// A placement ends without naming the home that is left. Who is placed there again on that day has
// not left it.
const std::vector<Family::PlacementEnd>& Family::PlacementEnds(const PersonId& child) {
  auto [known, added] = placement_ends_.try_emplace(child);
  if (!added) return known->second;
  std::vector<v1::IntakePlacementMove> rows;
  std::map<Seq, std::set<PersonId>> homes;
  for (const PersonId& record : state_.RecordsOf(child)) {
    const v1::IntakeRelations relations = state_.Relations(record);
    for (const v1::IntakePlacementMove& row : relations.moves()) {
      if (!IsUnsaid(row.said())) rows.push_back(row);
    }
    for (const v1::IntakeRelation& relation : relations.relations()) {
      if (!relation.is_from() || relation.relation() != kHomes) continue;
      const PersonId home = PartOf(PersonIn(relation.other()));
      for (const v1::IntakeSaid& said : relation.said()) homes[said.seq()].insert(home);
    }
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.said().recorded_ms() < b.said().recorded_ms();
  });
  std::vector<contact::PlacementMove> moves;
  for (const auto& row : rows) {
    moves.push_back({row.agency(),
                     row.starts(),
                     {row.earliest_ms(), row.latest_ms()},
                     row.temporary(),
                     row.own_home(),
                     row.leaves()});
  }
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const auto end = moves[i].starts ? contact::EndOfPlacement(moves, i) : std::nullopt;
    if (!end) continue;
    for (const PersonId& home : homes[rows[i].said().seq()]) {
      bool stays = false;
      for (std::size_t again = 0; again < moves.size(); ++again) {
        stays = stays || (again != i && moves[again].starts &&
                          homes[rows[again].said().seq()].contains(home) &&
                          Overlap(moves[again].at, moves[*end].at));
      }
      if (stays) continue;
      known->second.push_back(
          {home, moves[*end].at.latest,
           std::max(rows[*end].said().recorded_ms(), rows[i].said().recorded_ms())});
    }
  }
  return known->second;
}

// A proven end outweighs what is written down after it without proof, or of a time since before it.
// Where they live everybody can see.
Millis Family::Stopped(const std::vector<v1::IntakeRelations>& stated,
                       const v1::IntakeRelation& relation, const v1::IntakeSaid& said,
                       const PersonId& other) {
  Millis stopped = kLatest;
  for (const v1::IntakeRelations& relations : stated) {
    for (const v1::IntakeEnding& ending : relations.ended()) {
      const auto& stops = ending.stops();
      const bool acts =
          ending.said().recorded_ms() >= said.recorded_ms() ||
          (ending.verified() && (!relation.verified() || relation.earliest_ms() != kEarliest));
      // What began after that end is another time.
      if (!acts || IsUnsaid(ending.said()) || ending.latest_ms() < relation.earliest_ms() ||
          std::find(stops.begin(), stops.end(), relation.relation()) == stops.end() ||
          PartOf(PersonIn(ending.other())) != other) {
        continue;
      }
      stopped = std::min(stopped, ending.latest_ms());
    }
  }
  return stopped;
}

const std::vector<Family::Parted>& Family::PartedFrom(const PersonId& child) {
  auto [known, added] = parted_.try_emplace(child);
  if (!added) return known->second;
  for (const PersonId& record : state_.RecordsOf(child)) {
    const v1::IntakeRelations relations = state_.Relations(record);
    for (const v1::IntakeEnding& ending : relations.ended()) {
      const auto& stops = ending.stops();
      if (ending.is_from() || IsUnsaid(ending.said()) ||
          std::find(stops.begin(), stops.end(), kHomes) == stops.end()) {
        continue;
      }
      known->second.push_back(
          {PartOf(PersonIn(ending.other())), ending.said().recorded_ms(), ending.latest_ms()});
    }
  }
  return known->second;
}

// Of homes nobody says that the child left them by it. Where a parent lives who still is one, as
// after an adoption by that parent's partner, or who has parental responsibility, the child has
// not.
Millis Family::HomeStopped(const PersonId& child, const PersonId& household, const Tie& stay) {
  Millis stopped = kLatest;
  for (const Parted& parted : PartedFrom(child)) {
    if (stay.recorded > parted.recorded || stay.when.earliest > parted.latest) continue;
    std::set<PersonId> parents;
    for (const Tie& tie : Ties(child)) {
      const bool holds = tie.is_parent || tie.when.latest > parted.latest;
      if (tie.brings_up && holds && tie.stopped == kLatest) parents.insert(tie.other);
    }
    bool shared = false;
    bool stays = false;
    for (const Tie& member : Ties(household)) {
      if (member.is_from) continue;
      shared = shared || (member.other == parted.parent && Overlap(member.when, stay.when));
      stays = stays || (parents.contains(member.other) && member.when.latest >= parted.latest);
    }
    if (shared && !stays) stopped = std::min(stopped, parted.latest);
  }
  return stopped;
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
