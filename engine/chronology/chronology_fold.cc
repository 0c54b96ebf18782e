#include "engine/chronology/chronology_fold.h"

#include "engine/chronology/application.h"
#include "engine/chronology/keys.h"

namespace throughline::chronology {

std::string_view ChronologyFold::prefixes() const { return kPrefixes; }

Result<void> ChronologyFold::Apply(const log::Accepted& record, projection::FoldContext& context) {
  if (record.decision_erased) return {};
  Application application(record, context);
  const v1::Decision& decision = record.decision;
  v1::StoredNote note;
  switch (decision.decision_case()) {
    case v1::Decision::kPlaced:
      return application.Placed(decision.placed());
    case v1::Decision::kPlacedBecause:
      return application.PlacedBecause(decision.placed_because());
    case v1::Decision::kWithdrawn:
      return application.Withdrawn(decision.withdrawn());
    case v1::Decision::kErased:
      application.Erased(decision.erased());
      return {};
    case v1::Decision::kLinked:
      *note.mutable_linked() = decision.linked();
      return application.Note(decision.linked().kept(), decision.linked().joined(), note);
    case v1::Decision::kUnlinked:
      *note.mutable_unlinked() = decision.unlinked();
      return application.Note(decision.unlinked().first(), decision.unlinked().second(), note);
    case v1::Decision::kRelationKnown:
      *note.mutable_relation_known() = decision.relation_known();
      return application.Note(decision.relation_known().from(), decision.relation_known().to(),
                              note);
    case v1::Decision::kRelationEnded:
      *note.mutable_relation_ended() = decision.relation_ended();
      return application.Note(decision.relation_ended().from(), decision.relation_ended().to(),
                              note);
    default:
      return {};
  }
}

Result<void> ChronologyFold::Due(const projection::Timer& /*timer*/, const log::Accepted& /*tick*/,
                                 projection::FoldContext& /*context*/) {
  return {};
}

}  // namespace throughline::chronology
