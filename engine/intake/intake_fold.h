#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/intake/state.h"
#include "engine/projection/fold.h"
#include "throughline/v1/contact.pb.h"

namespace throughline::intake {

// What a record is beyond its envelope and decision.
struct AppliedRecord {
  std::string hash;
  std::int64_t offset = -1;         // in the journal's topic; -1: not written yet
  std::uint32_t contact_bytes = 0;  // of the first contact that it carries
  // The contact that it places; nullptr: it places none, or one that cannot be decoded.
  const v1::Contact* contact = nullptr;
};

// Applies one record to intake's state (state.h). Pure. Also used on drafts that are not written
// yet, over the committed state: all of that is discarded if the batch does not stand. Returns
// whether earlier contacts are owed after it, which records of parts bring.
bool ApplyRecord(const v1::JournalEnvelope& envelope, const v1::Decision& decision,
                 const AppliedRecord& record, projection::Writes& store);

// What a draft's record changes if it comes to lie at `offset`: worked out as it was decided, so
// that its writer need not work it out again.
struct Foreseen {
  Seq seq = 0;
  std::int64_t offset = -1;
  std::vector<std::pair<std::string, std::optional<std::string>>> changes;  // in order of writing
};

// Intake's own state as a fold of the journal, in one shard. It refuses no record.
class IntakeFold final : public projection::Fold {
 public:
  std::string_view name() const override { return "intake"; }
  std::uint32_t version() const override { return 5; }
  std::string_view prefixes() const override { return kPrefixes; }
  Result<void> Apply(const log::Accepted& record, projection::FoldContext& context) override;
  // The next record is the one that was foreseen, which the caller knows by its hash: if it has
  // also come to lie where it was supposed to, it is not worked out again. `foreseen` must live
  // until then; nullptr: nothing is foreseen.
  void Foresee(const Foreseen* foreseen) { foreseen_ = foreseen; }
  void Forget() override { foreseen_ = nullptr; }
  // It arms no timer.
  Result<void> Due(const projection::Timer& timer, const log::Accepted& tick,
                   projection::FoldContext& context) override;

 private:
  const Foreseen* foreseen_ = nullptr;
};

}  // namespace throughline::intake
