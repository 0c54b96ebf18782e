#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/identity/prepared.h"

// What two records must share to be compared at all. Pure.
//
// A block is one of these, hashed: a date of birth (day and month in either order) with one word of
// a name or of a parent's, with the first letter of one, or with a school; a year of birth with a
// postcode, or with the rest of an address; a forename that few have, or that is the whole name;
// two words of one name; a whole address; a postcode, or the rest of an address, with a word of a
// name; a strong identifier; a parent's two names, or only one, with a word of a name. Words count
// by sound: the consonants of the form that stands for their variants.
namespace throughline::identity {

struct BlockRow {
  std::uint64_t block = 0;
  std::uint16_t year = 0;  // of birth; 0: not known
  std::uint16_t day = 0;   // month * 32 + day, of the two readings the smaller; 0: not known
  auto operator<=>(const BlockRow&) const = default;
};

// At most so many blocks of each sort, the smallest: whoever has had more names and addresses than
// that is found by these.
inline constexpr std::size_t kMostOfOneSort = 48;

// Sorted, distinct.
std::vector<BlockRow> BlocksOf(const Parameters& parameters, const Prepared& prepared);

// By what sounds words are looked up: see above.
std::vector<std::string> Sounds(const Parameters& parameters, const Token& token);

}  // namespace throughline::identity
