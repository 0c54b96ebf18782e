#pragma once

#include <cstddef>
#include <vector>

#include "engine/intake/decide.h"
#include "engine/intake/intake.h"
#include "engine/intake/intake_fold.h"
#include "engine/log/journal.h"
#include "engine/projection/key_values.h"
#include "engine/projection/remembered.h"

namespace throughline::intake {

// What is decided but not written yet, over the committed state. Threads: one. The state must
// outlive it and not change until it is written.
class Batch {
 public:
  // `next_offset`: where in the journal's topic its first record is expected to lie.
  Batch(const projection::Reads& state, const log::ChainHead& head, std::int64_t next_offset,
        const log::JournalWriter::Limits& limits);

  // The committed state with the batch so far. What is read of it is read once.
  const projection::Reads& state() const { return overlay_; }
  // The committed state alone: what was read of it ahead can be consulted.
  projection::Remembered& committed() { return state_; }
  Seq next_seq() const { return head_.seq + 1 + drafts_.size(); }
  Millis last_placed() const { return last_placed_; }

  // Whether there is room for it. The first always fits.
  bool Fits(const Decided& decided) const;
  // `decided` has a draft.
  void Add(Decided decided);
  // Nothing more may join: it is full, or what follows must see its last record accepted first (an
  // activation, or a contact that brings earlier ones with it).
  bool closed() const { return closed_; }
  bool empty() const { return drafts_.empty(); }

  const std::vector<v1::DeadLetter>& letters() const { return letters_; }
  // Where the letters lie now, one offset for each. The fold keeps nothing of them, so that what
  // was foreseen stays as it is.
  void SetLetters(const std::vector<std::int64_t>& offsets);
  // What the drafts' records change if they stand.
  Foreseen foreseen() const;
  const projection::Overlay::Changes& changes() const { return overlay_.changes(); }
  // To be written; nothing more joins.
  std::vector<log::Draft> TakeDrafts();

 private:
  log::ChainHead head_;
  std::int64_t next_offset_;
  log::JournalWriter::Limits limits_;
  projection::Remembered state_;
  projection::Overlay overlay_;
  std::vector<log::Draft> drafts_;
  std::vector<v1::DeadLetter> letters_;
  std::vector<std::size_t> of_letter_;  // the index of each letter's draft
  std::size_t bytes_ = 0;
  std::size_t letter_bytes_ = 0;
  Millis last_placed_;
  bool closed_ = false;
};

// Counts what a record says.
void Count(const v1::Decision& decision, StepReport& report);

}  // namespace throughline::intake
