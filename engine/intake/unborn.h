#pragma once

#include <optional>
#include <vector>

#include "engine/base/uk_time.h"
#include "engine/intake/state.h"
#include "throughline/v1/contact.pb.h"

// Children who are not born yet, and are known by their mother. Pure over the state.
namespace throughline::intake {

inline constexpr int kMostUnborn = 8;

// How long before the expected date, or before and after anything that happened to it, a child can
// be the same unborn child; and how far two expected dates of one child may lie apart.
inline constexpr Millis kPregnancy = 280 * kDay;
inline constexpr Millis kDateMargin = 30 * kDay;

// What names the mother's unborn child of that number, from 1.
v1::ScopedReference UnbornOf(const PersonId& mother, int which);

// What names the unborn children of a mother, by whichever of her records they are known.
std::vector<v1::ScopedReference> UnbornOfPerson(const State& state, const PersonId& mother);

// Those of them that what happened then can be of, by the dates.
std::vector<v1::ScopedReference> UnbornThen(const State& state, const PersonId& mother,
                                            const Interval& occurred);

// Whether what happened then can be of that unborn child, by the dates.
bool CanBeOf(const v1::IntakePerson& unborn, const Interval& occurred);

// The mother's unborn child that this birth can be of, if there is one alone.
std::optional<PersonId> BornOf(const State& state, const v1::Contact& contact,
                               const PersonId& mother);

}  // namespace throughline::intake
