#pragma once

#include <optional>
#include <string>
#include <vector>

#include "consumers/risk/episodes.h"
#include "consumers/risk/evaluate.h"
#include "engine/chronology/entry.h"
#include "throughline/v1/alert.pb.h"

// The recorded lens: what the rules would have said had every agency published when it recorded.
// Pure.
namespace throughline::risk {

// One episode. It has no alert id: episodes here are compared by (rule, child, anchor) and overlap
// in time.
struct RecordedEpisode {
  std::string rule;
  std::string anchor_agency;  // empty: about the child
  std::string anchor_contact_id;
  Millis opened = 0;             // the instant of the tick, or of the record, at which it opened
  std::optional<Millis> closed;  // nothing: open at `until`
  std::string closed_because;
  // Each change, opening and closing included: at_ms is its instant, seq its place among the
  // evaluations.
  std::vector<v1::Alert> changes;
};

// Over the child's record as KnownAt gives it through the recorded lens, of today: evaluated at
// each contact at the last instant of the interval's grid at or before it, and between contacts
// whenever something is due, rounded up to the grid, until `until`. Corrections, retractions and
// decisions on duplicates count from their own recorded time. History marks and feed delays have no
// effect. In order of (opened, rule, anchor).
std::vector<RecordedEpisode> RecordedAlerts(const chronology::Known& known,
                                            const CompiledPolicy& policy,
                                            const Calendars& calendars, Millis until,
                                            Millis interval = kMinute);

}  // namespace throughline::risk
