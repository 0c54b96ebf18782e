#pragma once

#include <string>
#include <vector>

#include "engine/identity/parameters.h"
#include "engine/identity/prepared.h"
#include "throughline/v1/identity.pb.h"

// How much speaks for two records being of one person (Fellegi and Sunter), in bits. Pure.
namespace throughline::identity {

// One step of the waterfall. `field` and `level` are words of the parameters, without personal
// data; `bits` above nought speak for one person, below for two.
struct FieldWeight {
  std::string field;
  std::string level;
  double bits = 0;
  bool operator==(const FieldWeight&) const = default;
};

// `bits` is the sum over `fields`: those that both records know, in the order of the parameters,
// then `relatives` if what they share is what a brother, sister or twin would share too.
struct Explanation {
  double bits = 0;
  std::vector<FieldWeight> fields;
};

// Of those that cannot be one person by their kind: far below any threshold.
inline constexpr double kNever = -1000;

// Symmetric. Records that cannot be one person by their kind (a household and a child) weigh
// nothing and say so.
Explanation Weigh(const Parameters& parameters, const Prepared& a, const Prepared& b);
Explanation Weigh(const Parameters& parameters, const v1::IdentityEvidence& a,
                  const v1::IdentityEvidence& b);
// The sum alone: for a search, which explains only what it keeps.
double Bits(const Parameters& parameters, const Prepared& a, const Prepared& b);

}  // namespace throughline::identity
