#pragma once

#include "engine/relations/circle.h"

// The answers about a person or a household, as the messages that --json prints and the socket
// carries. Pure over the circle. What was asked (day, instant, lens, seq) is for the caller to fill
// in, who looks at circle.fault() before showing anything.
namespace throughline::relations {

// Where a person lives on a day, with whom, and who has care of the children; of a household, who
// lives there.
v1::HouseholdAnswer HouseholdOf(Circle& circle, const PersonId& person, Day day);

// Parents, siblings, carers, partners, homes, children to whom the person has access, and adults
// whom nobody had identified.
v1::RelationsAnswer RelationsOf(Circle& circle, const PersonId& person, Day day);

}  // namespace throughline::relations
