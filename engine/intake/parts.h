#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/intake/state.h"
#include "engine/log/event_log.h"
#include "engine/log/journal.h"

namespace throughline::intake {

// At most how much one part of what a decision brings carries, unless a single contact is longer.
inline constexpr std::size_t kPartBytes = std::size_t{256} << 10;

// How the earlier contacts that a decision still owes are cut into parts: the same for whoever
// finishes it. Pure.
std::vector<std::vector<v1::EarlierContact>> CutIntoParts(const State& state,
                                                          std::vector<v1::EarlierContact> earlier);

// The next records that are owed after `owed_because` (at most `bytes` of them, at least one), with
// the contacts read back from the journal. Errors: the log's; kCorrupt: the journal does not hold
// what the state says.
Result<std::vector<log::Draft>> OwedParts(log::EventLog& log, std::string_view journal,
                                          const State& state, Millis placed, std::size_t bytes);

}  // namespace throughline::intake
