#pragma once

#include <optional>
#include <vector>

#include "consumers/risk/risk_fold.h"
#include "engine/chronology/knowledge.h"
#include "engine/projection/view.h"

namespace throughline::cli {

// The alerts of a person, and those of the records that are part of it: what an agency was told by
// the latter it still knows.
struct PersonAlerts {
  std::vector<risk::AlertHistory> own;
  std::vector<risk::AlertHistory> joined;  // those of one record after those of another
};

// As of a record of the journal, with the links known at an instant (none: everything).
Result<PersonAlerts> ReadAlerts(const projection::View& view, const PersonId& person, Seq as_known,
                                std::optional<Millis> links_at);

// What all of them named as their evidence, ever.
Result<chronology::AlertEvidence> ReadEvidence(const projection::View& view, const PersonId& person,
                                               std::optional<Millis> links_at);
chronology::AlertEvidence EvidenceOf(const PersonAlerts& alerts);

}  // namespace throughline::cli
