#pragma once

#include "engine/intake/activations.h"
#include "engine/intake/place.h"

namespace throughline::intake {

// What a person decided about who is who: Linked, Unlinked or KeptApart, with how many parts
// follow. Faults: a reference names nobody here; somebody linked them already, or they never were
// (a link by rule can be confirmed); others are kept apart; a household and a person; more records
// than one person can be. Pure.
Activation DecideIdentity(const DecideInput& input);

// How many parts follow a decision that is made as the record of `next_seq`.
std::uint32_t PartsOf(const DecideInput& input, const v1::Decision& decision);

}  // namespace throughline::intake
