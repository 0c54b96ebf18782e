#include "consumers/throughline/case/lives.h"

#include <algorithm>
#include <utility>

namespace throughline::cases {
namespace {

// One of which a mark hides that it is there has no name.
std::string EvidenceNamed(const v1::EvidenceRef& ref) {
  return ref.withheld() ? "withheld" : ref.agency() + " " + ref.contact_id();
}

}  // namespace

std::string Lives::Shown(const std::string& person) const {
  const auto labels = labels_.find(person);
  return labels == labels_.end() ? person : Together(labels->second);
}

std::size_t Lives::Begin(const v1::Alert& alert, const std::string& anchor) {
  Raised raised;
  raised.alert_id = alert.alert_id();
  raised.rule = alert.rule();
  raised.child = Shown(alert.person());
  if (const auto labels = labels_.find(alert.person()); labels != labels_.end()) {
    raised.labels = labels->second;
  }
  raised.anchor = anchor;
  raised.opened = alert.at_ms();
  raised.resumed = alert.change() == v1::ALERT_CHANGE_RESUMED;
  raised.sentence = alert.sentence();
  all_.push_back(std::move(raised));
  return all_.size() - 1;
}

void Lives::Add(const v1::Alert& alert) {
  const std::string anchor = alert.has_anchor() ? EvidenceNamed(alert.anchor()) : "";
  auto& open = open_[{alert.rule(), alert.person(), alert.anchor().seq()}];
  const bool opens =
      alert.change() == v1::ALERT_CHANGE_OPENED || alert.change() == v1::ALERT_CHANGE_RESUMED;
  if (opens || !open) open = Begin(alert, anchor);
  Raised& life = all_[*open];
  life.anchor = anchor;  // it may have been marked since
  Raised::Change change{alert.at_ms(), alert.sentence(), {}};
  for (const auto& ref : alert.evidence()) {
    std::string name = EvidenceNamed(ref);
    if (std::find(life.evidence.begin(), life.evidence.end(), name) == life.evidence.end()) {
      life.evidence.push_back(name);
    }
    change.evidence.push_back(std::move(name));
  }
  if (alert.change() == v1::ALERT_CHANGE_CLOSED) {
    life.closed = alert.at_ms();
    life.closed_because = alert.closed_because();
    if (!alert.part_of().empty()) life.goes_on_with = Shown(alert.part_of());
    open.reset();
    // Closing is no rest on evidence, unless nothing else was ever told.
    if (!life.changes.empty()) return;
  }
  life.changes.push_back(std::move(change));
}

std::vector<Raised> Lives::Take() {
  std::stable_sort(all_.begin(), all_.end(), [](const Raised& a, const Raised& b) {
    return std::tie(a.opened, a.rule, a.child, a.anchor) <
           std::tie(b.opened, b.rule, b.child, b.anchor);
  });
  return std::move(all_);
}

}  // namespace throughline::cases
