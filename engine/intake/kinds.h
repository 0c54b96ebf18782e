#pragma once

#include <set>

#include "engine/intake/state.h"

// What a record is, a child or an adult: as the contact of what happened last says, of those that
// are not somebody else's; so the order in which they come changes nothing. Pure over the store.
namespace throughline::intake {

// What a contact that is kept already says of whom it names; of a person with more contacts than
// are read for it (Teaching::kMostRead), what comes last holds. Those whose contacts may stand
// elsewhere by it.
std::set<PersonId> KeepKinds(const v1::IntakeContact& contact, projection::Writes& store);

// The contact of that seq became somebody else's, or is not any more: the others say what whom it
// names is, if there are any, and not more of them than are read for it (Teaching::kMostRead).
std::set<PersonId> TellKindsAnew(Seq seq, projection::Writes& store);

}  // namespace throughline::intake
