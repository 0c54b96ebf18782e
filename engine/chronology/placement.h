#pragma once

#include "throughline/v1/contact.pb.h"
#include "throughline/v1/journal.pb.h"

// How one person stands in one contact. Pure.
namespace throughline::chronology {

// Takes in another placement of the same contact on the same person.
void Merge(const v1::Placement& from, v1::Placement& into);

// How the person stands in the body that a correction puts in the place of what they stood in as
// `was`: under the labels and in the roles that it gives them, under none if it does not name them.
// A mark stays though the body leave it out.
v1::Placement InNewBody(const v1::Placement& was, const v1::Placement& correction,
                        const v1::Contact& body);

}  // namespace throughline::chronology
