#pragma once

#include <optional>
#include <set>
#include <vector>

#include "engine/base/uk_time.h"
#include "engine/intake/state.h"
#include "throughline/v1/contact.pb.h"

// Children who are not born yet, and are known by their mother. Pure over the state.
namespace throughline::intake {

inline constexpr int kMostUnborn = 8;
// Of the children whom one reference of a mother has named, so many are known, the latest; and of
// one of them so many contacts that tell of the birth, the first.
inline constexpr std::size_t kMostPregnancies = 16;
inline constexpr int kMostBirths = 16;

// How long before the expected date, or before and after anything that happened to it, a child can
// be the same unborn child; and how far two expected dates of one child may lie apart.
inline constexpr Millis kPregnancy = 280 * kDay;
inline constexpr Millis kDateMargin = 30 * kDay;

// What names the mother's unborn child of that number, from 1.
v1::ScopedReference UnbornOf(const PersonId& mother, int which);

// A child whom a reference of its mother names.
struct Unborn {
  v1::ScopedReference reference;
  PersonId record;
  v1::IntakePerson row;
};

// Whom the references of that number of a mother name, of her record first and then of the others
// that are her; of each, in the order in which they became known; the born among them.
std::vector<Unborn> UnbornOfPerson(const State& state, const PersonId& mother, int which);

// When it was born, at the latest; nothing: it is not, as far as is known. Births that contacts of
// `besides` tell do not count.
std::optional<Millis> BornBy(const v1::IntakePerson& unborn, const std::set<Seq>& besides = {});

// Whether what happened then can be of that unborn child, by the dates.
bool CanBeOf(const v1::IntakePerson& unborn, const Interval& occurred);

// Of those whom a reference has named, the one who was born then: whose birth of that time is known
// already, or the first who is not born and by the dates can be. `besides` as above.
std::optional<Unborn> BornUnder(const State& state, const v1::ScopedReference& reference,
                                const Interval& occurred, const std::set<Seq>& besides);
// Of each reference of the mother.
std::vector<Unborn> BornThen(const State& state, const PersonId& mother, const Interval& occurred,
                             const std::set<Seq>& besides);

// The mother's unborn child that this birth can be of, if there is one alone that is not born.
std::optional<PersonId> BornOf(const State& state, const v1::Contact& contact,
                               const PersonId& mother, const std::set<Seq>& besides);

}  // namespace throughline::intake
