#pragma once

#include <cstdint>
#include <string>

namespace throughline::risk {

// The record of an invented child, as Record() reads it: some tens of contacts of the kinds that
// the starter rules look at, over three years, with times as vague as agencies know them, with
// links, hand-overs, retractions and corrections. Each was written down when or after it happened.
// One seed, one child.
std::string RandomRecord(std::uint64_t seed);

}  // namespace throughline::risk
