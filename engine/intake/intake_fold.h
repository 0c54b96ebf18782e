#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/intake/named.h"
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
  // How it describes those whom it names; nullptr with it.
  const Descriptions* descriptions = nullptr;
};

// Applies one record to intake's state (state.h). Pure. Also used on drafts that are not written
// yet, over the committed state: all of that is discarded if the batch does not stand. Returns
// whether earlier contacts are owed after it, which records of parts bring.
bool ApplyRecord(const v1::JournalEnvelope& envelope, const v1::Decision& decision,
                 const AppliedRecord& record, projection::Writes& store);

// What a batch of records changes if they come to lie one behind the other from `offset` on: worked
// out as they were decided, so that their writer need not work it out again.
struct Foreseen {
  Seq first = 0;
  std::int64_t offset = -1;  // of the first, in the journal's topic
  std::size_t records = 0;
  const projection::Overlay::Changes* changes = nullptr;  // of all of them

  // Whether the records are those, which the caller knows by their hashes, and lie where they were
  // supposed to.
  bool Holds(const std::vector<log::Accepted>& accepted) const;
};

// Intake's own state as a fold of the journal, in one shard. It refuses no record.
class IntakeFold final : public projection::Fold {
 public:
  std::string_view name() const override { return "intake"; }
  std::uint32_t version() const override { return 22; }
  std::string_view prefixes() const override { return kPrefixes; }
  Result<void> Apply(const log::Accepted& record, projection::FoldContext& context) override;
  // The records that follow are those that were foreseen: they are not worked out again, and what
  // they change is changed with the last. Nothing may be committed in between, and `foreseen` must
  // live until then.
  void Foresee(const Foreseen& foreseen) { foreseen_ = foreseen; }
  void Forget() override { foreseen_.reset(); }
  // It arms no timer.
  Result<void> Due(const projection::Timer& timer, const log::Accepted& tick,
                   projection::FoldContext& context) override;

 private:
  std::optional<Foreseen> foreseen_;
};

}  // namespace throughline::intake
