#include "engine/chronology/chronology_fold.h"

#include "engine/chronology/application.h"
#include "engine/chronology/keys.h"

namespace throughline::chronology {

namespace {

// As stored; decoded they take some four times as much. A person's row has about 150.
constexpr std::size_t kMostPersonRowBytes = std::size_t{4} << 20;

}  // namespace

ChronologyFold::ChronologyFold()
    : person_rows_(std::make_unique<PersonRowCache>(kMostPersonRowBytes)) {}
ChronologyFold::~ChronologyFold() = default;

void ChronologyFold::Forget() { person_rows_->Clear(); }

std::string_view ChronologyFold::prefixes() const { return kPrefixes; }

Result<void> ChronologyFold::Apply(const log::Accepted& record, projection::FoldContext& context) {
  if (record.decision_erased) return {};
  Application application(record, context, *person_rows_);
  const v1::Decision& decision = record.decision;
  switch (decision.decision_case()) {
    case v1::Decision::kPlaced:
      return application.Placed(decision.placed());
    case v1::Decision::kPlacedBecause:
      return application.PlacedBecause(decision.placed_because());
    case v1::Decision::kErased:
      application.Erased(decision.erased());
      return {};
    case v1::Decision::kLinked:
      return application.Linked(decision.linked());
    case v1::Decision::kUnlinked:
      return application.Unlinked(decision.unlinked());
    case v1::Decision::kKeptApart:
      return application.KeptApart(decision.kept_apart());
    default:
      return {};
  }
}

Result<void> ChronologyFold::Due(const projection::Timer& /*timer*/, const log::Accepted& /*tick*/,
                                 projection::FoldContext& /*context*/) {
  return {};
}

}  // namespace throughline::chronology
