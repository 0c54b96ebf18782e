#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "consumers/risk/compiled_rules.h"
#include "consumers/risk/record_view.h"

// Internal to the folder. Pure.
namespace throughline::risk {

// Numbers, among which the last below some bound is found without looking at each.
class Lowest {
 public:
  explicit Lowest(const std::vector<Millis>& numbers);
  // The place of the last of the first `end` that is below; nothing: none is.
  std::optional<std::size_t> LastBelow(Millis bound, std::size_t end) const;

 private:
  std::size_t leaves_ = 1;
  std::vector<Millis> lowest_;  // a tree: of node n those of 2n and 2n + 1
};

// The facts that pass any of some conditions, as asked for one anchor after another. What passes
// whatever the anchor is found once, and of the rest only what leads to the anchor is asked: to
// look at each pair would cost the square of a flood of contacts about one child.
class ForAnchors {
 public:
  using Also = std::function<bool(std::size_t)>;

  // `linked`: to the anchor, too. The view must outlive it.
  ForAnchors(const std::vector<ContactCondition>& conditions, bool linked, const RecordView& view);

  // Of those that pass, that can have happened at or after an instant, and that `also` takes: the
  // last in order of time, at most so many, the last first. The anchor itself is none.
  std::vector<std::size_t> Last(std::size_t most, std::size_t anchor, Millis from,
                                const Also& also) const;
  // Whether one of them was written down before an instant.
  bool AnyBefore(Millis due, std::size_t anchor, Millis from, const Also& also) const;

 private:
  bool Passes(std::size_t index, std::size_t anchor, Millis from, const Also& also) const;
  std::vector<std::size_t> Near(std::size_t anchor) const;

  const std::vector<ContactCondition>& conditions_;
  const bool linked_;
  const RecordView& view_;
  std::size_t links_to_anchor_ = 0;
  std::vector<std::size_t> whatever_the_anchor_;  // in order of time
  mutable std::optional<Lowest> judged_;          // of these; made when it is asked
};

}  // namespace throughline::risk
