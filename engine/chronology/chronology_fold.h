#pragma once

#include <string_view>

#include "engine/projection/fold.h"

namespace throughline::chronology {

// Puts every contact on the chronologies on which the journal places it, with its bytes as
// received. KEYS.md documents what it writes, read.h reads it. It keeps nothing between records.
//
// It refuses (kCorrupt) a record that cannot be right: a placement on no person, a contact that is
// missing or cannot be decoded.
class ChronologyFold final : public projection::Fold {
 public:
  std::string_view name() const override { return "chronology"; }
  std::uint32_t version() const override { return 7; }
  std::string_view prefixes() const override;
  Result<void> Apply(const log::Accepted& record, projection::FoldContext& context) override;
  // It arms no timer.
  Result<void> Due(const projection::Timer& timer, const log::Accepted& tick,
                   projection::FoldContext& context) override;
};

}  // namespace throughline::chronology
