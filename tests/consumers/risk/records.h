#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "consumers/risk/evaluate.h"
#include "consumers/risk/policy_file.h"
#include "engine/chronology/entry.h"

// Policies and children's records for the tests, written as people write them.
namespace throughline::risk {

// The files of deploy/policy/starter.
std::vector<PolicyFile> StarterFiles();
// The starter policy, compiled; the test fails if it has a fault.
CompiledPolicy StarterPolicy();
// A policy of these rules (YAML list items), compiled; the test fails if it has a fault.
CompiledPolicy PolicyOf(const std::string& rules);
// England's calendar, of deploy/calendars.
const Calendars& England();

// A child's record out of a YAML list of compact contacts. Beside the compact form: `agency`
// (default police), `received` (default: as recorded) and `history`. Each stands as `subject` under
// its first subject's label, or `child`; seqs count from 1. What contacts do to each other has been
// worked out. The test fails if a contact is faulty.
std::vector<chronology::Entry> Record(const std::string& contacts);
PersonId TestChild();

// An instant of UK time: 2026-11-14 or 2026-11-14T23:40.
Millis At(std::string_view text);

// What the evaluation says, as one line for each episode: `rule anchor [evidence] missing`.
std::vector<std::string> Said(const CompiledPolicy& policy,
                              const std::vector<chronology::Entry>& entries, Millis at,
                              const Lens& lens = {});

}  // namespace throughline::risk
