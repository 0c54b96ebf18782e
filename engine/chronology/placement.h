#pragma once

#include "throughline/v1/contact.pb.h"
#include "throughline/v1/journal.pb.h"

// How one person stands in one contact. Pure.
namespace throughline::chronology {

// Takes in another placement of the same contact on the same person.
void Merge(const v1::Placement& from, v1::Placement& into);

struct PlacedIn {
  const v1::Placement& placement;
  const v1::Contact& contact;
};
// How the person stands in the body that a correction puts in the place of what they stood in as
// `was`: under the labels, of the kind and in the roles that it gives them. If it does not name
// them, under none and in no role; but whom neither names by any reference is whoever bears the
// label in both. A mark stays though the body leave it out.
v1::Placement InNewBody(const PlacedIn& was, const PlacedIn& correction);

}  // namespace throughline::chronology
