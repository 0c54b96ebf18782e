#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// How names and addresses are normalised before they are kept or compared. Pure.
namespace throughline::identity {

// Lower case, without diacritics (Latin letters up to U+024F; combining marks are dropped), words
// parted by one space. Apostrophes vanish (o'brien: obrien), hyphens stay, other punctuation parts
// words. Scripts other than Latin stay as they are. At most 200 bytes, cut at a character.
std::string Folded(std::string_view text);

// A whole name: folded, titles gone, `Kowalska, Anna` turned round, at most eight words. Empty if
// nothing is left.
std::string FoldedName(std::string_view text);

// The words of a folded text. Views into it.
std::vector<std::string_view> Words(std::string_view folded);

struct FoldedAddress {
  std::string postcode;  // without its space; empty: none was found
  std::string line;      // the rest, common words for streets shortened; at most ten words
};
FoldedAddress FoldAddress(std::string_view text);

// 64 bits that are the same in every process and version; for keys and for order, not for secrets.
std::uint64_t Mixed(std::string_view text, std::uint64_t seed = 0);
std::uint64_t Mixed(std::uint64_t first, std::uint64_t second);

}  // namespace throughline::identity
