#pragma once

#include <optional>

#include "engine/intake/decide.h"

// Links between records that a rule makes, of what contacts say; no person decided them. Such a
// link holds as long as a contact that gives both records stands as theirs: it ends once all that
// do are somebody else's, and is made again if one of them is theirs after all. That of a child who
// is born to an unborn child holds as long as what tells the birth, or a correction of it, stands
// as it was told. What a person decides about the two records holds before that. Pure over the
// state.
namespace throughline::intake {

// What must be decided before a contact is placed, with how many parts follow: the link that the
// strong identifiers of one subject make, who name records that are not one person yet, where date
// of birth and forename agree as far as both are known; that of a child who is born to the unborn
// child of its mother; a link by rule that ends, or is made again, because the contact takes others
// back; and before one ends, the link that another contact would have made, had the two not been
// one person through it. One at a time: decide again after it. Nothing: there is none.
std::optional<v1::Decision> DecidedBefore(const DecideInput& input);

// Warns, of a correction, that two records stay one by a rule because of what the corrected contact
// said, where neither the correction nor another contact that stands gives both.
void WarnOfLinksThatStay(const State& state, v1::Placed& placed);

}  // namespace throughline::intake
