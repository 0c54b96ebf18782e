#pragma once

#include <string>
#include <vector>

#include "engine/identity/parameters.h"
#include "throughline/v1/identity.pb.h"

namespace throughline::identity {

// Whether a strong identifier that two records share may link them.
struct StrongAgreement {
  bool links = true;
  // What disagrees, in plain words without personal data: "date of birth", "forename", ... Empty if
  // `links`.
  std::vector<std::string> disagrees;
};

// A national number (or a child's number in its authority) links two records only when date of
// birth and forename agree as far as both are known; everything else that is known of them may
// differ. Symmetric. An agency's own local id in its own agency is not judged here.
//
// Date of birth: of all that are known, one pair must agree. Two agree if their intervals meet; if
// day and month stand in each other's place (how it was written down, not what happened; twins and
// siblings are told apart by forename, never by this); and if one is 1 January, where systems put
// an unknown day, of a year that the other can be in. Nothing else: a date one day or one digit off
// is what tells two siblings' records apart from one record with an error.
//
// Forename: of all names, one pair must agree. Two agree if they are the same, known variants
// (nicknames, spellings), the same by the rules of spelling, or two neighbouring letters swapped
// behind the first in five letters or more; also if one name is the other in turned order (Wang
// Xiaoming, Xiaoming Wang). A first name that is given to most sons (Mohammed) tells nothing beside
// a second one: then the second ones must agree. Where the first word may be a family's name, what
// follows must agree too. Not known, and so neither agreeing nor disagreeing: no name, an initial
// that could be the other's, such a first name alone, and a newborn's placeholder; but at a
// multiple birth, which a placeholder may say too (Twin 1), only a name that is missing altogether
// is passed over: the others may be the other child's. A difference of initials, or of the numbers
// of two placeholders, disagrees. Where the forename is not known, the sex must not differ.
StrongAgreement Agree(const Parameters& parameters, const v1::IdentityEvidence& a,
                      const v1::IdentityEvidence& b);

}  // namespace throughline::identity
