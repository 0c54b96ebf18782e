#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/intake/examine.h"
#include "engine/intake/flow_table.h"
#include "engine/intake/intake.h"
#include "engine/intake/state.h"
#include "engine/log/journal.h"
#include "engine/projection/key_values.h"

// What becomes of one record of a feed, once it is examined. Pure: the same state, record and
// instant give the same decision.
namespace throughline::intake {

// On how many chronologies one contact can stand.
inline constexpr int kMaxPlacements = 500;
// Listed on a contact, and in a dead letter; the rest are counted.
inline constexpr std::size_t kMaxWarnings = 200;
inline constexpr std::size_t kMaxFaults = 200;

struct DecideInput {
  const projection::Reads& state;  // committed, with the batch so far
  std::string_view topic;
  const log::Record& record;
  const Examined& examined;  // of the record, on the terms that hold now
  Millis now;                // at which it is placed (PlacedAt)
  Seq next_seq;
  const FlowTable* flow;  // that is in force; nullptr: none is, and nothing flows
  const CompilePolicy& compile_policy;
  std::size_t part_bytes = kPartBytes;  // Settings::part_bytes
};

struct Decided {
  // Absent: the same contact again, dropped. Needs no record: read again, it is dropped again.
  std::optional<log::Draft> draft;
  // The draft is what must be decided before the contact: that is to be decided on again after it.
  bool before = false;
  // The contact that the draft places, as it was examined; nullptr: it places none.
  const Examined* placed = nullptr;
  // Of a Refused or Conflict: to be stored first; its offset goes into the draft.
  std::optional<v1::DeadLetter> dead_letter;
};

Decided Decide(const DecideInput& input);
// Whether it would be dropped.
bool IsRepeat(const State& state, const Examined& examined);

// Sets where the dead letter of a Refused or Conflict lies.
void SetDeadLetter(log::Draft& draft, std::int64_t offset);

// At most how long the record of a draft is, as stored.
std::size_t StoredBytes(const log::Draft& draft);

}  // namespace throughline::intake
