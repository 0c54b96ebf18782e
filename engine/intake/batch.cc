#include "engine/intake/batch.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace throughline::intake {
namespace {

// Beside the batch itself, which is as large: a few rows for each person whom it is about.
constexpr std::size_t kMostRemembered = std::size_t{16} << 20;

}  // namespace

Batch::Batch(const projection::Reads& state, const log::ChainHead& head, std::int64_t next_offset,
             const log::JournalWriter::Limits& limits)
    : head_(head),
      next_offset_(next_offset),
      limits_(limits),
      state_(state, kMostRemembered),
      overlay_(state_),
      last_placed_(head.placed) {}

bool Batch::Fits(const Decided& decided) const {
  if (drafts_.empty()) return true;
  if (closed_ || drafts_.size() >= limits_.records) return false;
  if (bytes_ + StoredBytes(*decided.draft) > limits_.bytes) return false;
  std::size_t letter = decided.dead_letter ? decided.dead_letter->ByteSizeLong() : 0;
  return letter_bytes_ + letter <= limits_.bytes;
}

void Batch::Add(Decided decided) {
  CHECK(decided.draft.has_value());
  log::Draft& draft = *decided.draft;
  if (decided.dead_letter) {
    letter_bytes_ += decided.dead_letter->ByteSizeLong();
    letters_.push_back(*std::move(decided.dead_letter));
    of_letter_.push_back(drafts_.size());
  }
  bytes_ += StoredBytes(draft);
  last_placed_ = std::max(last_placed_, draft.placed);

  v1::JournalEnvelope envelope;
  envelope.set_seq(next_seq());
  envelope.set_placed_ms(last_placed_);
  envelope.set_feed(draft.feed);
  envelope.set_feed_offset(draft.feed_offset);
  envelope.set_received_ms(draft.received);
  AppliedRecord record;
  record.offset = next_offset_ + static_cast<std::int64_t>(drafts_.size());
  if (!draft.contacts.empty()) {
    record.contact_bytes = static_cast<std::uint32_t>(draft.contacts.front().size());
  }
  if (decided.placed != nullptr) {
    record.contact = decided.placed->contact.get();
    record.descriptions = &decided.placed->descriptions;
  }
  const bool owes = ApplyRecord(envelope, draft.decision, record, overlay_);

  // A link by rule comes before its contact, and what follows sees it.
  bool ordinary = draft.decision.has_placed() || draft.decision.has_refused() ||
                  draft.decision.has_conflict() || draft.decision.linked().by_rule();
  drafts_.push_back(std::move(draft));
  closed_ = !ordinary || owes || drafts_.size() >= limits_.records;
}

Foreseen Batch::foreseen() const {
  return {head_.seq + 1, next_offset_, drafts_.size(), &overlay_.changes()};
}

std::vector<log::Draft> Batch::TakeDrafts() {
  closed_ = true;
  return std::exchange(drafts_, {});
}

void Batch::SetLetters(const std::vector<std::int64_t>& offsets) {
  CHECK(offsets.size() == letters_.size());
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    SetDeadLetter(drafts_[of_letter_[i]], offsets[i]);
  }
}

void Count(const v1::Decision& decision, StepReport& report) {
  ++report.written;
  if (decision.has_placed()) ++report.placed;
  if (decision.has_refused()) ++report.refused;
  if (decision.has_conflict()) ++report.conflicts;
  if (decision.has_tick()) report.ticked = decision.tick().at_ms();
  if (decision.has_held()) report.held = decision.held().why();
}

}  // namespace throughline::intake
