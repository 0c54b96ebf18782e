#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/identity/prepared.h"

// A record in some forty bytes, for the rows of blocks: enough to tell, without reading what is
// known of it, that it cannot weigh what another needs (bound.h). Pure.
//
// clang-format off
//   1: flags; 4: how many there are of each list, 4 bits each; then the lists, numbers big-endian
//   a word of a name: 1: roles; 4 bits length, 4 bits groups; 2: letters; 2: spelled; 2 each: groups
// clang-format on
namespace throughline::identity {

// A word of a record's names: enough to tell that another is not like it (Compare of prepared.h).
struct NameWord {
  // What it is in some name, in the usual reading; four bits further up in the turned one.
  enum Role : std::uint8_t {
    kCalled = 1,  // what the person is called by
    kGiven = 2,   // an own name, that among them
    kFamily = 4,
    kBeside = 8  // any word but what the person is called by
  };
  static constexpr std::size_t kLongest = 15;
  static constexpr std::size_t kMostGroups = 7;

  std::uint8_t roles = 0;
  std::uint8_t length = 0;  // kLongest: as long or longer
  // For each of sixteen sets of letters, whether their number is odd: one change of a letter turns
  // two at most.
  std::uint16_t letters = 0;
  std::uint16_t spelled = 0;
  std::uint8_t groups_known = 0;  // more than are in `groups`: the rest is not kept
  std::array<std::uint16_t, kMostGroups> groups{};  // of variants, as a forename or a surname

  bool Has(Role role, bool turned) const { return (roles >> (turned ? 4U : 0U) & role) != 0; }
  auto operator<=>(const NameWord&) const = default;
};

// A date of birth as exact as stated: days since kFirstBirth, both ends included.
struct BirthDays {
  std::uint16_t earliest = 0;
  std::uint16_t latest = 0;
  auto operator<=>(const BirthDays&) const = default;
};

// Everything but dates, lengths and flags is hashed: what is equal has equal hashes, seldom the
// other way round. Lists are sorted and distinct.
struct Features {
  bool household = false;
  bool multiple = false;
  bool female = false;
  bool male = false;
  bool partial = false;    // some name, read either way, lacks a forename or a surname
  bool two_names = false;  // some word is of a surname whose bearers often go by another forename
  std::vector<BirthDays> births;
  std::vector<NameWord> words;  // of names
  // Several words of a name in one, spelled: own names, and whole names.
  std::vector<std::uint16_t> several;
  std::vector<std::uint16_t> addresses;  // 5 bits district, 6 the rest of the postcode, 5 line
  // Spellings and groups of what parents are called by, and of all words of their names.
  std::vector<std::uint16_t> parents_called;
  std::vector<std::uint8_t> parents_words;
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

// Without roles.
NameWord NameWordOf(const Token& token);
// Whether two words may be more alike than kClose; kClose.
bool MayAgree(const NameWord& a, const NameWord& b);
bool MayBeClose(const NameWord& a, const NameWord& b);

// Of a word that may be made of several.
std::uint16_t WordFeature(const Parameters& parameters, std::string_view word);
// What of a word is among `parents_words`.
std::vector<std::uint8_t> ParentFeatures(const Token& token);

// Empty: more is known than fits, or a date of birth lies too far off.
std::string DigestOf(const Parameters& parameters, const Prepared& prepared);
// False: it says nothing. `features` is filled anew.
bool ParseDigest(std::string_view digest, Features& features);

}  // namespace throughline::identity
