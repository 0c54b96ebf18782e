#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "engine/relations/circle.h"

// Who stands in which relation to a person, on a day. Pure over the circle.
namespace throughline::relations {

struct Tie {
  PersonId other;
  std::string on_day;                 // as Weigh says
  std::vector<Statement> statements;  // in order of seq
};

enum class End { kFrom, kTo };

// The others of whom a person is one of `relations` (kFrom), or who are that of the person (kTo),
// in the order in which they became known.
std::vector<Tie> TiesOf(Circle& circle, const PersonId& person, End end,
                        const std::vector<std::string_view>& relations, Day day);
// The same of a relation that holds both ways.
std::vector<Tie> MutualTiesOf(Circle& circle, const PersonId& person, std::string_view relation,
                              Day day);

// A child's parents, an unborn child's mother among them; and whose parent a person is.
std::vector<Tie> ParentsOf(Circle& circle, const PersonId& child, Day day);
std::vector<Tie> ChildrenOf(Circle& circle, const PersonId& parent, Day day);
// Who has or had care of a child; of whom a person has or had it.
std::vector<Tie> CarersOf(Circle& circle, const PersonId& child, Day day);
std::vector<Tie> CaredForBy(Circle& circle, const PersonId& carer, Day day);
// The households of a person, the latest first; who lives or lived in one.
std::vector<Tie> HomesOf(Circle& circle, const PersonId& person, Day day);
std::vector<Tie> MembersOf(Circle& circle, const PersonId& household, Day day);
// Partners, former ones among them.
std::vector<Tie> PartnersOf(Circle& circle, const PersonId& person, Day day);

// Whether any statement of the one that counts can be of the same time as one of the other.
bool CanMeet(const Tie& a, const Tie& b);
// What two things come to that both have to hold.
std::string Both(const std::string& a, const std::string& b);

// What one is to another by all that is said, whenever: codes of the list relation, `child`, `of
// the same home`, `partner of NAME` and the like; nothing where nothing is known.
std::vector<std::string> WhatIsTo(Circle& circle, const PersonId& one, const PersonId& other,
                                  Day day);

v1::RelatedTie Answer(Circle& circle, const Tie& tie);
v1::CareView CareOf(Circle& circle, const PersonId& child, Day day);
// A household on a day; of a `stay` that is over, with those who were there in its time.
v1::HouseholdView HomeOn(Circle& circle, const PersonId& household, Day day, const Tie* stay);

}  // namespace throughline::relations
