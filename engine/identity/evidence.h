#pragma once

#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

#include "throughline/v1/contact.pb.h"
#include "throughline/v1/identity.pb.h"

// What is known of one record, and how it grows. Pure; threads: any.
namespace throughline::identity {

inline constexpr int kMostNames = 16;
inline constexpr int kMostBirths = 8;
inline constexpr int kMostCodes = 4;
inline constexpr int kMostAddresses = 16;
inline constexpr int kMostParents = 8;
inline constexpr int kMostSchools = 8;
inline constexpr int kMostReferences = 8;

// What an accepted contact states of the subject with this label: its demographics and references,
// the details of person_recorded, birth and address_known that are about it, the names of those
// who are stated to be its parents and, of a child, of those in the role parent_carer. A date of
// birth that spans more than five years tells nothing and is left out. Empty if no subject bears
// the label, and of what nobody identifies: a name said for an unknown person is evidence of its
// own. A correction speaks of what it replaces: pass that contact.
v1::IdentityEvidence EvidenceOf(const v1::Contact& contact, std::string_view label);

// Adds what was stated to what is known; whether anything was new. The bytes of what is known
// depend on what was stated, not on the order.
bool Learn(const v1::IdentityEvidence& stated, v1::IdentityEvidence& known);

// A digest of each fact, sorted: the same in every process and version.
std::vector<std::uint32_t> FactsOf(const v1::IdentityEvidence& evidence);
// Of what is known those facts, or all but those.
enum class Facts { kThose, kAllBut };
v1::IdentityEvidence Leave(Facts which, const std::set<std::uint32_t>& facts,
                           v1::IdentityEvidence known);

// Nothing by which anybody could be told from another.
bool IsEmpty(const v1::IdentityEvidence& evidence);

}  // namespace throughline::identity
