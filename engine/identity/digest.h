#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/identity/prepared.h"

// A record in some thirty bytes, for the rows of blocks: enough to tell, without reading what is
// known of it, that it cannot weigh what another needs (bound.h). Pure.
//
// clang-format off
//   1: flags; 4: how many there are of each list, 4 bits each; then the lists, numbers big-endian
// clang-format on
namespace throughline::identity {

// Everything but dates and flags is hashed: what is equal has equal hashes, seldom the other way
// round. Lists are sorted and distinct.
struct Features {
  bool household = false;
  bool multiple = false;
  bool female = false;
  bool male = false;
  bool initials = false;   // among the words of its names
  bool partial = false;    // some name, read either way, lacks a forename or a surname
  bool two_names = false;  // some word is of a surname whose bearers often go by another forename
  bool vague = false;      // a date of birth that is not exact: then `births` says nothing
  std::vector<std::uint16_t> births;  // days since kFirstBirth
  // Of names: each word by its spelling and its groups of variants; the own names in one word, and
  // the whole name in one. What agrees by more than a few letters shares one of them.
  std::vector<std::uint16_t> words;
  // Of words of three letters and more: for each of sixteen sets of letters, whether their number
  // is odd. One change of a letter turns two at most.
  std::vector<std::uint16_t> letters;
  std::vector<std::uint16_t> addresses;       // 5 bits district, 6 the rest of the postcode, 5 line
  std::vector<std::uint16_t> parents_called;  // as `words`, of what parents are called by
  std::vector<std::uint8_t> parents_words;    // as `words`, of all words of parents' names
  std::vector<std::uint8_t> schools;
  std::vector<std::uint8_t> references;  // 2 bits scheme (0: another), 6 value
};

inline constexpr std::int32_t kFirstBirth = -25567;  // 1900-01-01, in days since 1970-01-01
// Hashes of an address's parts; 0: it has none.
inline constexpr std::uint16_t kDistrictBits = 0xF800;
inline constexpr std::uint16_t kPostcodeBits = 0xFFE0;  // the district's among them
inline constexpr std::uint16_t kLineBits = 0x001F;
inline constexpr std::uint8_t kSchemeBits = 0xC0;

Features FeaturesOf(const Parameters& parameters, const Prepared& prepared);

// The features of one token, or of one word that is made of several; `surname`: its groups as a
// surname too.
std::vector<std::uint16_t> WordFeatures(const Token& token, bool surname);
std::uint16_t WordFeature(const Parameters& parameters, std::string_view word);
std::uint16_t LettersOf(std::string_view word);

// Empty: more is known than fits.
std::string DigestOf(const Parameters& parameters, const Prepared& prepared);
// False: it says nothing. `features` is filled anew.
bool ParseDigest(std::string_view digest, Features& features);

}  // namespace throughline::identity
