#include "consumers/risk/pattern_tally.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace throughline::risk {

Asked::Asked(const CompiledPattern& pattern, const RecordView& view, const Facts& candidates)
    : steps_(pattern.steps.size(), std::vector<bool>(view.facts().size())) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    for (const std::size_t index : view.Passing(pattern.steps[i].contact)) {
      steps_[i][index] = true;
    }
  }
  if (pattern.distinct_agencies > 0) NumberAgencies(view, candidates);
  if (pattern.distinct_days > 0) {
    days_.resize(view.facts().size());
    for (const std::size_t index : candidates) {
      const Interval& when = view.fact(index).when;
      days_[index] = {DayOf(when.earliest), DayOf(when.latest)};
    }
  }
}

void Asked::NumberAgencies(const RecordView& view, const Facts& candidates) {
  std::map<std::string_view, std::size_t> numbers;
  agency_.resize(view.facts().size());
  for (const std::size_t index : candidates) {
    agency_[index] =
        numbers.try_emplace(view.fact(index).source->agency, numbers.size()).first->second;
  }
  agencies_ = numbers.size();
}

Tally::Tally(const CompiledPattern& pattern, const RecordView& view, const Asked& asked)
    : pattern_(pattern),
      view_(view),
      asked_(asked),
      counts_(pattern.steps.size()),
      agencies_(asked.agencies()) {}

void Tally::Add(std::size_t index) {
  const Fact& fact = view_.fact(index);
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (asked_.Passes(i, index)) counts_[i] += fact.occurrences;
  }
  if (pattern_.in_order) facts_.push_back(index);
  if (pattern_.distinct_kinds > 0) kinds_.set(fact.kind);
  if (pattern_.distinct_agencies > 0 && !agencies_[asked_.Agency(index)]) {
    agencies_[asked_.Agency(index)] = true;
    ++distinct_agencies_;
  }
  // Facts come by their latest instant, so taking each that starts on a later day gives the most
  // days that are certainly distinct.
  if (pattern_.distinct_days > 0 &&
      (days_ == 0 || (fact.when.earliest > kEarliest && asked_.FirstDay(index) > last_day_))) {
    ++days_;
    last_day_ = asked_.LastDay(index);
  }
}

bool Tally::Met() const { return MetInAnyOrder() && (!pattern_.in_order || MetInOrder()); }

bool Tally::MetInAnyOrder() const {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] < pattern_.steps[i].at_least) return false;
  }
  return distinct_agencies_ >= pattern_.distinct_agencies &&
         kinds_.count() >= pattern_.distinct_kinds && days_ >= pattern_.distinct_days;
}

// Each step in turn takes the first contacts that certainly come after all that the step before
// took; taking the first is best, because it leaves most to the steps behind.
bool Tally::MetInOrder() const {
  Facts before;
  for (std::size_t i = 0; i < pattern_.steps.size(); ++i) {
    const CompiledStep& step = pattern_.steps[i];
    Facts taken;
    std::uint64_t count = 0;
    for (const std::size_t index : facts_) {
      if (count >= step.at_least) break;
      if (!asked_.Passes(i, index)) continue;
      const bool after = std::all_of(before.begin(), before.end(), [&](std::size_t earlier) {
        return view_.CertainlyAfter(index, earlier);
      });
      if (!after) continue;
      count += view_.fact(index).occurrences;
      taken.push_back(index);
    }
    if (count < step.at_least) return false;
    before = std::move(taken);
  }
  return true;
}

}  // namespace throughline::risk
