#include <algorithm>

#include "engine/contact/placement_moves.h"
#include "engine/contact/relation.h"
#include "engine/intake/family.h"

// What ends a relation, and what stops it from carrying more.
namespace throughline::intake {
namespace {

// Whether two rows of one person speak of the same relation to whoever is at the other end.
template <typename Row>
bool IsOfSameRelation(const Row& row, const v1::IntakeRelation& relation) {
  return row.relation() == relation.relation() &&
         (row.is_from() == relation.is_from() || contact::IsMutual(relation.relation()));
}

}  // namespace

// Whether it never was so; else cuts the time when it was.
bool Family::Ended(const std::vector<v1::IntakeRelations>& stated,
                   const v1::IntakeRelation& relation, const v1::IntakeSaid& said,
                   const PersonId& other, Interval& when) {
  bool in_error = false;
  std::vector<const v1::IntakeEnding*> ends;
  for (const v1::IntakeRelations& relations : stated) {
    for (const v1::IntakeEnding& ending : relations.ended()) {
      if (IsUnsaid(ending.said()) || !IsOfSameRelation(ending, relation) ||
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
        if (!IsOfSameRelation(later, relation) || later.earliest_ms() <= first ||
            later.earliest_ms() > end.latest_ms() || PartOf(PersonIn(later.other())) != other) {
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
    if (word->agency() != relation.agency() || !IsOfSameRelation(*word, relation) ||
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
  moves.reserve(rows.size());
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

}  // namespace throughline::intake
