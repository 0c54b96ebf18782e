#pragma once

#include "engine/intake/state.h"
#include "engine/projection/fold.h"

namespace throughline::intake {

// What a record is beyond its envelope and decision.
struct AppliedRecord {
  std::string hash;
  std::int64_t offset = -1;         // in the journal's topic; -1: not written yet
  std::uint32_t contact_bytes = 0;  // of the first contact that it carries
};

// Applies one record to intake's state (state.h). Pure. Also used on drafts that are not written
// yet, over the committed state: all of that is discarded if the batch does not stand.
void ApplyRecord(const v1::JournalEnvelope& envelope, const v1::Decision& decision,
                 const AppliedRecord& record, projection::Writes& store);

// Intake's own state as a fold of the journal, in one shard. It refuses no record.
class IntakeFold final : public projection::Fold {
 public:
  std::string_view name() const override { return "intake"; }
  std::uint32_t version() const override { return 2; }
  std::string_view prefixes() const override { return kPrefixes; }
  Result<void> Apply(const log::Accepted& record, projection::FoldContext& context) override;
  // It arms no timer.
  Result<void> Due(const projection::Timer& timer, const log::Accepted& tick,
                   projection::FoldContext& context) override;
};

}  // namespace throughline::intake
