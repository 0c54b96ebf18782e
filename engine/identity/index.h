#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/identity/parameters.h"
#include "engine/identity/weigh.h"
#include "engine/projection/key_values.h"
#include "throughline/v1/identity.pb.h"

// The index of records by what is known of them, within a store that others use too.
//
// clang-format off
//   first   rest of the key                             value
//   'p'     16: person, 'd'                             IdentityEvidence, beside what else is kept of the person
//   'b'     8: block, 2: year, 2: day, 16: person       a digest of the record, which lies in the block (digest.h)
// clang-format on
//
// A block is a hash of what two records must share to be compared (blocking.h); no key holds an
// identifier. Year (of birth) and day (month * 32 + day; of a date that could be the other way
// round, the smaller reading) are 0 where unknown: they part a block that is too large. By the
// digest a search passes over most of a block without reading what is known of each.
namespace throughline::identity {

// Within so many records of a block all are compared. A larger one is read by year of birth: the
// same year and those beside it; if that is still larger, by the same date; of one that is larger
// still, as many as this are read. What is then left out is counted, never silent: records that
// share only this block, and whose date of birth differs or is unknown.
inline constexpr std::size_t kMostInBlock = 200;
// How many candidates a search returns.
inline constexpr std::size_t kMostCandidates = 50;

// Under which what is known of a record lies.
std::string EvidenceKey(const PersonId& person);
std::optional<v1::IdentityEvidence> EvidenceOf(const projection::Reads& reads,
                                               const PersonId& person);

// Adds what was stated to what is known of a record, and keeps the blocks as they must be. Whether
// anything was new. Costs one read when nothing is. The rows depend on what was learnt alone, not
// on the order. An index is written and read with parameters of one version.
bool Learn(projection::Writes& writes, const PersonId& person, const v1::IdentityEvidence& stated,
           const Parameters& parameters);
// Takes the record out of the index: what is known of it is forgotten.
void Forget(projection::Writes& writes, const PersonId& person, const Parameters& parameters);

struct Candidate {
  PersonId person;
  Explanation explanation;
};

struct Candidates {
  std::vector<Candidate> found;   // at or above the threshold, best first, then by person
  std::size_t more = 0;           // found beyond kMostCandidates
  std::size_t blocks_parted = 0;  // blocks too large to be read whole
};

// Records that may be the same person, itself apart.
Candidates Search(const projection::Reads& reads, const PersonId& person,
                  const Parameters& parameters);
Candidates Search(const projection::Reads& reads, const v1::IdentityEvidence& evidence,
                  const Parameters& parameters);

struct Suggestion {
  PersonId first;  // the smaller
  PersonId second;
  Explanation explanation;
};

struct Pass {
  std::uint64_t records = 0;  // rows of blocks
  std::uint64_t compared = 0;
  std::uint64_t blocks_parted = 0;
};

// All pairs at or above the threshold, each once, by one ordered pass over the blocks, until
// `visit` returns false. Finds the pairs that a search for either would find. Memory: one block.
Pass EachSuggestion(const projection::Reads& reads, const Parameters& parameters,
                    const std::function<bool(const Suggestion&)>& visit);

}  // namespace throughline::identity
