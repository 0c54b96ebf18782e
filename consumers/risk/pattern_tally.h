#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "consumers/risk/record_view.h"

// How much of what a pattern demands some contacts meet. Pure. Rule, view and what was asked must
// outlive it.
namespace throughline::risk {

using Facts = std::vector<std::size_t>;  // of the view, in order of time

// What a pattern asks of each of its candidates, by fact, asked once.
class Asked {
 public:
  Asked(const CompiledPattern& pattern, const RecordView& view, const Facts& candidates);

  bool Passes(std::size_t step, std::size_t index) const { return steps_[step][index]; }
  // Only where the pattern asks for distinct ones.
  std::size_t agencies() const { return agencies_; }
  std::size_t Agency(std::size_t index) const { return agency_[index]; }
  Day FirstDay(std::size_t index) const { return days_[index].first; }
  Day LastDay(std::size_t index) const { return days_[index].second; }

 private:
  void NumberAgencies(const RecordView& view, const Facts& candidates);

  std::vector<std::vector<bool>> steps_;
  std::size_t agencies_ = 0;
  std::vector<std::size_t> agency_;
  std::vector<std::pair<Day, Day>> days_;
};

// How much of a pattern's demands a growing set of facts, added in order of time, has met.
class Tally {
 public:
  Tally(const CompiledPattern& pattern, const RecordView& view, const Asked& asked);

  void Add(std::size_t index);
  bool Met() const;
  // But for the order of its steps. More facts only ever meet more of this.
  bool MetInAnyOrder() const;

 private:
  bool MetInOrder() const;

  const CompiledPattern& pattern_;
  const RecordView& view_;
  const Asked& asked_;
  Facts facts_;
  std::vector<std::uint64_t> counts_;
  std::vector<bool> agencies_;
  std::size_t distinct_agencies_ = 0;
  std::bitset<kMostKinds + 1> kinds_;
  std::size_t days_ = 0;
  Day last_day_ = 0;
};

}  // namespace throughline::risk
