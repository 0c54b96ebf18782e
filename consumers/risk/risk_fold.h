#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/risk/episodes.h"
#include "consumers/risk/evaluate.h"
#include "engine/projection/fold.h"
#include "throughline/v1/alert.pb.h"

namespace throughline::risk {

// The risk fold: evaluates each child that a record concerns over the chronology as of that record,
// at the last tick's instant, and whoever has something due at a tick. Publishes every change of an
// episode to the alerts topic. Runs in a host behind the chronology fold, whose keys it reads.
// STORE.md beside this file states its keys byte by byte.
class RiskFold final : public projection::Fold {
 public:
  RiskFold();
  ~RiskFold() override;
  RiskFold(const RiskFold&) = delete;
  RiskFold& operator=(const RiskFold&) = delete;

  std::string_view name() const override { return "risk"; }
  std::uint32_t version() const override { return 13; }
  std::string_view prefixes() const override;
  Result<void> Apply(const log::Accepted& record, projection::FoldContext& context) override;
  Result<void> Due(const projection::Timer& timer, const log::Accepted& tick,
                   projection::FoldContext& context) override;
  std::optional<PersonId> NextToVisit(const std::optional<PersonId>& after,
                                      const projection::Reads& store) const override;
  Result<void> Visit(const PersonId& person, const log::Accepted& record,
                     projection::FoldContext& context) override;
  void Forget() override;

 private:
  class Cache;  // of what is in force; may be dropped at any time
  std::unique_ptr<Cache> cache_;
};

// One alert as of some record: its last published change, and where it opened and changed.
struct AlertHistory {
  v1::Alert last;
  std::vector<v1::Alert> changes;  // all, in order of seq; the last is `last`
  bool open = false;
};

// The alerts of a child as of a record, in order of (opened seq, rule, anchor). Reads the risk
// fold's keys only.
std::vector<AlertHistory> AlertsOf(const projection::Reads& reads, const PersonId& person,
                                   Seq as_known);
// Every person of this shard on whom an alert was ever raised.
std::vector<PersonId> PersonsWithAlerts(const projection::Reads& reads);
// Every child of this shard that was ever evaluated.
std::vector<PersonId> PersonsEvaluated(const projection::Reads& reads);
// What is in force here: policies in order of id, calendars, delays.
struct InForce {
  CompiledPolicy policy;
  Calendars calendars;
  FeedDelays delays;
};
Result<InForce> ReadInForce(const projection::Reads& reads);

}  // namespace throughline::risk
