#include "consumers/risk/alert_evidence.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace throughline::risk {
namespace {

bool IsOpen(const v1::Alert& alert) { return alert.change() != v1::ALERT_CHANGE_CLOSED; }

// As of what an agency had an alert.
struct Hearing {
  Seq seq = 0;
  Millis until = kLatest;
};
using Hearings = std::map<std::string, std::vector<Hearing>, std::less<>>;  // by the alert's id

Hearings HearingsIn(const chronology::Known& known) {
  Hearings hearings;
  for (const chronology::Entry& entry : known.entries) {
    const bool tells = entry.agency == known.through && !entry.erased && entry.retracted_by == 0 &&
                       entry.corrects == 0;
    if (!tells) continue;
    const v1::RecordOpened& opened = entry.contact->record_opened();
    if (const auto alert = chronology::AlertHad(*entry.contact); !alert.empty()) {
      hearings[std::string(alert)].push_back({entry.known_seq});
    } else if (opened.what() == "alert" && opened.has_alert_id()) {
      hearings[opened.alert_id()].push_back(
          opened.has_as_known_at() ? Hearing{std::min<Seq>(opened.as_known_at(), entry.known_seq)}
                                   : Hearing{entry.known_seq, entry.occurred.earliest});
    }
  }
  return hearings;
}

}  // namespace

chronology::AlertEvidence EvidenceOf(const std::vector<AlertHistory>& alerts) {
  chronology::AlertEvidence all;
  for (const AlertHistory& history : alerts) {
    for (const v1::Alert& change : history.changes) {
      chronology::AlertChanged one{change.seq(), change.at_ms(), {}};
      // What is withheld was counted, not told.
      const auto take = [&](const v1::EvidenceRef& ref) {
        if (!ref.withheld()) one.evidence.push_back(ref.seq());
      };
      if (change.has_anchor()) take(change.anchor());
      for (const v1::EvidenceRef& ref : change.evidence()) take(ref);
      all[change.alert_id()].push_back(std::move(one));
    }
  }
  return all;
}

std::vector<AlertHistory> HadBy(const chronology::Known& known, std::vector<AlertHistory> alerts) {
  const Hearings hearings = HearingsIn(known);
  std::vector<AlertHistory> had;
  for (AlertHistory& history : alerts) {
    const auto heard = hearings.find(history.last.alert_id());
    if (heard == hearings.end()) continue;
    // At each hearing, the change that stood then.
    std::vector<bool> told(history.changes.size());
    for (const Hearing& hearing : heard->second) {
      std::size_t then = 0;
      while (then < told.size() && history.changes[then].seq() <= hearing.seq &&
             history.changes[then].at_ms() <= hearing.until) {
        ++then;
      }
      if (then > 0) told[then - 1] = true;
    }
    AlertHistory left;
    for (std::size_t i = 0; i < told.size(); ++i) {
      if (told[i]) left.changes.push_back(std::move(history.changes[i]));
    }
    if (left.changes.empty()) continue;
    left.last = left.changes.back();
    left.open = IsOpen(left.last);
    had.push_back(std::move(left));
  }
  return had;
}

}  // namespace throughline::risk
