#pragma once

#include <vector>

#include "consumers/risk/risk_fold.h"
#include "engine/chronology/knowledge.h"

namespace throughline::risk {

// What a person's alerts named as their evidence, anchors included and what was withheld left out,
// at each change: as chronology::WhoKnows takes it. Pure.
chronology::AlertEvidence EvidenceOf(const std::vector<AlertHistory>& alerts);

// The alerts that an agency had, as `known` tells through its lens: of each, from how it stood when
// the agency had it first to how it stood when it had it last. In the order of `alerts`.
std::vector<AlertHistory> HadBy(const chronology::Known& known, std::vector<AlertHistory> alerts);

}  // namespace throughline::risk
