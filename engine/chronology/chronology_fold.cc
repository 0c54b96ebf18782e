#include "engine/chronology/chronology_fold.h"

#include "engine/chronology/application.h"
#include "engine/chronology/keys.h"

namespace throughline::chronology {

std::string_view ChronologyFold::prefixes() const { return kPrefixes; }

Result<void> ChronologyFold::Apply(const log::Accepted& record, projection::FoldContext& context) {
  if (record.decision_erased) return {};
  Application application(record, context);
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
