#pragma once

#include <vector>

#include "engine/chronology/entry.h"

namespace throughline::chronology {

// Works out what the entries do to each other: corrections, retractions, disputes, checks,
// complaints and allegations taken back, later versions, duplicates. `entries` are those known
// then, in the order in which they became known. Pure.
//
// A contact acts while it stands: not withdrawn, erased, or retracted by one known later. Only the
// agency that sent a contact corrects or retracts it; of several corrections the one known last
// counts. Of what supersedes one contact the one known last is told; one that supersedes what
// supersedes it does not. A correction whose contact is not on this chronology, or was
// withdrawn from it, stands for it.
void ApplyEffects(std::vector<Entry>& entries);

// Whether an entry may act on others, or they on it by what it says as first sent: without one such
// ApplyEffects changes nothing.
bool Acts(const v1::Contact& stated);

}  // namespace throughline::chronology
