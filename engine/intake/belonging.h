#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/intake/family.h"

// On whose chronologies a contact belongs: a pure function of whom it names, what it stands beside,
// the links between records, the relations and the flow that was in force when it was placed. A
// decision writes the difference between where contacts stand and where by this they belong; so
// neither the order in which things become known nor a link that is undone leaves a trace in where
// they stand.
namespace throughline::intake {

// Why contacts no longer stand where they stood (PlacedBecause::reason).
inline constexpr const char* kWrongPerson = "wrong_person";
inline constexpr const char* kRelationEnded = "relation_ended";

struct Belongs {
  std::string why;                  // as Placement::why
  std::string kind;                 // as Placement::person_kind
  std::optional<PersonId> through;  // by flow or relation: whose contact it is
};
// Whether a contact is more the person's own by one way (as Placement::why) than by another: it is
// most their own where it names them, then beside what does, then by what happens to a child of
// their home, then by an adult.
bool IsNearer(std::string_view why, std::string_view than);
// By which way what stands beside a contact stands on a person on whom that stands by this one.
std::string_view BesideWhat(std::string_view why);
// By person and, of a subject, the record that the contact names; else the person again.
using Belonging = std::map<std::pair<PersonId, PersonId>, Belongs>;

// Where a contact belongs that stands beside others as `beside` says where those do.
class Belongings {
 public:
  explicit Belongings(const State& state) : state_(state), family_(state) {}

  Family& family() { return family_; }
  // `contact` is of `seq`; of a contact that stands beside others, those that are `affected` are
  // worked out too, and the rest are where they stand.
  Belonging Of(Seq seq, const v1::IntakeContact& contact, const std::set<Seq>& affected);

 private:
  void Reach(const PersonId& person, const std::string& kind, const v1::Flowing& flowing,
             Belonging& belonging);
  // On whom that contact stands, by the nearest way.
  std::map<PersonId, std::string> Beside(Seq seq, const std::set<Seq>& affected);
  const std::vector<Seq>& CorrectionsOf(Seq seq);

  const State& state_;
  Family family_;
  std::map<Seq, std::map<PersonId, std::string>> worked_out_;
  std::map<Seq, std::vector<Seq>> corrections_;
  std::set<Seq> in_hand_;
};

// Whom a contact names, as its Placed says.
v1::IntakeContact AsContact(const v1::Placed& placed);

// What a record that was just applied brings or withdraws: for every contact that does not stand
// where it belongs, to whom it goes (`to`, without what only its own record tells) and from whom
// (`from`), in order of seq.
std::vector<v1::EarlierContact> Owed(const State& state);

}  // namespace throughline::intake
