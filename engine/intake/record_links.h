#pragma once

#include <set>
#include <string>

#include "engine/intake/state.h"

// Links between records, and what becomes of persons when one is made or ends. Pure over the state.
namespace throughline::intake {

// The persons of two records, to be joined: who is kept is whom somebody knows, then who was made
// first, so that neither the order of the two nor that of decisions matters. `kept` and `joined`
// are one where they are one person already.
v1::Linked LinkOf(const State& state, const PersonId& first, const PersonId& second);

// Two linked records without the link between them: which records leave the person, and which
// contacts, but for those of `besides`, named records of both sides. Whoever is made first among
// those that leave is the person that they are then.
v1::Unlinked UnlinkOf(const State& state, const PersonId& first, const PersonId& second,
                      const std::set<Seq>& besides);

// Whether a record is among those.
bool IsAmong(const google::protobuf::RepeatedPtrField<std::string>& all, const PersonId& one);

// Whether a rule may make one of two persons: nobody keeps a record of the one apart from one of
// the other, and they are not too many together.
bool MayBeOne(const State& state, const PersonId& first, const PersonId& second);

}  // namespace throughline::intake
