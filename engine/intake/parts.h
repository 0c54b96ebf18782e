#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/intake/state.h"
#include "engine/log/event_log.h"
#include "engine/log/journal.h"

namespace throughline::intake {

// How the earlier contacts that a decision still owes are cut into parts of at most `part_bytes`
// (Settings::part_bytes): the same for whoever finishes it. Pure.
std::vector<std::vector<v1::EarlierContact>> CutIntoParts(const State& state,
                                                          std::vector<v1::EarlierContact> earlier,
                                                          std::size_t part_bytes);

// The next records that are owed after `owed_because`, as many as one batch takes (at most
// `records` of them and about `bytes`, at least one), with the contacts read back from the journal.
// Errors: the log's; kCorrupt: the journal does not hold what the state says.
Result<std::vector<log::Draft>> OwedParts(log::EventLog& log, std::string_view journal,
                                          const State& state, Millis placed, std::size_t part_bytes,
                                          std::size_t records, std::size_t bytes);

}  // namespace throughline::intake
