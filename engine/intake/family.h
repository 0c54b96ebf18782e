#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/uk_time.h"
#include "engine/intake/state.h"

namespace throughline::intake {

// What a relation carries, as IntakeRelation says it.
enum Carries : std::uint32_t {
  kCarriesAdult = 1,       // the contacts of the adult `from` to the child `to`
  kCarriesPartner = 2,     // an adult's contacts to the children whom the other reaches
  kCarriesSiblings = 4,    // a child's contacts to the other children
  kCarriesHousehold = 8,   // the household's contacts to the children who live there
  kCarriesAdultBack = 16,  // the contacts of the adult `to` to the child `from`
};
// The bit of a code of RelationKnown::carries; 0: there is none.
std::uint32_t CarriesBit(std::string_view code);

// The relation of who lives in a home; of RelationEnded::stops: the homes that the two shared.
inline constexpr std::string_view kHomes = "member_of_household";

inline bool Overlap(const Interval& a, const Interval& b) {
  return a.earliest <= b.latest && b.earliest <= a.latest;
}

// Who reaches whom by the relations that are known and carry something: one hop. Ends are persons,
// links followed. Remembers what it read: it is made anew for every record. Pure over `state`,
// which must outlive it.
class Family {
 public:
  // As if those contacts did not stand any more, by seq.
  explicit Family(const State& state, std::set<Seq> unsaid = {})
      : state_(state), unsaid_(std::move(unsaid)) {}

  PersonId PartOf(const PersonId& record);
  std::string KindOf(const PersonId& person);
  bool IsChild(const PersonId& person);

  // Those who are said to be the person's parents, by what stands and opens a flow.
  std::set<PersonId> ParentsOf(const PersonId& person);
  // The children whom an adult's contacts of then reach.
  std::set<PersonId> ReachedBy(const PersonId& adult, const Interval& then);
  // The other children of a child's households then, and those to whom a relation carries a child's
  // contacts.
  std::set<PersonId> SiblingsOf(const PersonId& child, const Interval& then);
  // The children who lived in a household then.
  std::set<PersonId> ChildrenIn(const PersonId& household, const Interval& then);
  // Everyone whose contacts may stand elsewhere once something changes between these persons and
  // others.
  std::set<PersonId> Around(const std::set<PersonId>& persons);

 private:
  struct Tie {
    PersonId other;
    bool is_from = false;
    bool is_parent = false;  // the one is of the other
    // The other may bring the person up: as parent, mother of the unborn child, or by parental
    // responsibility as long as it is held.
    bool brings_up = false;
    std::uint32_t carries = 0;
    Interval when;
    Millis recorded = 0;
    // Of what happened after it, it carries nothing.
    Millis stopped = kLatest;
  };
  // An end that stops the homes that a child shared with a parent.
  struct Parted {
    PersonId parent;
    Millis recorded = 0;
    Millis latest = kLatest;
  };
  // What is said with an end, by the other person.
  using Words = std::map<PersonId, std::vector<const v1::IntakeRelation*>>;
  const std::vector<Tie>& Ties(const PersonId& person);
  bool Ended(const std::vector<v1::IntakeRelations>& stated, const v1::IntakeRelation& relation,
             const v1::IntakeSaid& said, const PersonId& other, Interval& when);
  // The latest that it held by all those endings that act on it.
  Millis EndOf(const std::vector<v1::IntakeRelations>& stated, const v1::IntakeRelation& relation,
               const PersonId& other, const std::vector<const v1::IntakeEnding*>& ends);
  // The latest that it held by what its own agency said of its end later, in one of the `words`.
  Millis OwnEnd(const std::vector<v1::IntakeRelations>& stated,
                const std::vector<const v1::IntakeRelation*>& words,
                const v1::IntakeRelation& relation, const v1::IntakeSaid& said,
                const PersonId& other);
  bool IsUnsaid(const v1::IntakeSaid& said) const {
    return said.unsaid() || unsaid_.contains(said.seq());
  }
  bool IsHousehold(const PersonId& person) { return intake::IsHousehold(KindOf(person)); }
  // When a child left a home where it was placed, and what was written down by when that ends.
  struct PlacementEnd {
    PersonId home;
    Millis latest = kLatest;
    Millis recorded = 0;
  };
  const std::vector<PlacementEnd>& PlacementEnds(const PersonId& child);
  // When what happens after it is carried no more by that relation of the two.
  Millis Stopped(const std::vector<v1::IntakeRelations>& stated, const v1::IntakeRelation& relation,
                 const v1::IntakeSaid& said, const PersonId& other);
  // The same of the child's stay in a home.
  Millis HomeStopped(const PersonId& child, const PersonId& household, const Tie& stay);
  const std::vector<Parted>& PartedFrom(const PersonId& child);
  // Those who lived in a household at any time of `lived`, as far as they are told what happened
  // `then`; nobody where they are more than flow.
  std::vector<PersonId> Members(const PersonId& household, const Interval& lived,
                                const Interval& then);
  // Before which a child was not even carried: by every date of birth that is known; nothing: none
  // is.
  Millis Carried(const PersonId& child);

  const State& state_;
  const std::set<Seq> unsaid_;
  std::map<PersonId, PersonId> part_of_;
  std::map<PersonId, std::string> kinds_;
  std::map<PersonId, std::vector<Tie>> ties_;
  std::map<PersonId, std::vector<PlacementEnd>> placement_ends_;
  std::map<PersonId, std::vector<Parted>> parted_;
  std::map<PersonId, Millis> carried_;
  std::optional<std::uint32_t> household_most_;
};

}  // namespace throughline::intake
