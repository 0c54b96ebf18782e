#include "consumers/risk/for_anchors.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace throughline::risk {

Lowest::Lowest(const std::vector<Millis>& numbers)
    : leaves_(std::bit_ceil(numbers.size())),
      lowest_(2 * leaves_, std::numeric_limits<Millis>::max()) {
  std::copy(numbers.begin(), numbers.end(), lowest_.begin() + static_cast<std::ptrdiff_t>(leaves_));
  for (std::size_t node = leaves_; node-- > 1;) {
    lowest_[node] = std::min(lowest_[2 * node], lowest_[2 * node + 1]);
  }
}

// To the left by the largest subtrees until one holds such, then down to the last in it.
std::optional<std::size_t> Lowest::LastBelow(Millis bound, std::size_t end) const {
  if (end == 0) return std::nullopt;
  std::size_t node = leaves_ + end;
  do {
    --node;
    while (node > 1 && node % 2 == 1) node /= 2;
    if (lowest_[node] >= bound) continue;
    while (node < leaves_) {
      node = 2 * node + 1;
      if (lowest_[node] >= bound) --node;
    }
    return node - leaves_;
  } while (!std::has_single_bit(node));
  return std::nullopt;
}

ForAnchors::ForAnchors(const std::vector<ContactCondition>& conditions, bool linked,
                       const RecordView& view)
    : conditions_(conditions), linked_(linked), view_(view) {
  for (const auto& condition : conditions_) {
    links_to_anchor_ = std::max(links_to_anchor_, condition.links_to_anchor);
  }
  if (linked_) return;
  whatever_the_anchor_ = view_.CandidatesOfAny(conditions_);
  if (links_to_anchor_ == 0) return;
  std::erase_if(whatever_the_anchor_, [&](std::size_t index) {
    return !view_.PassesAny(conditions_, index, std::nullopt);
  });
}

// All that passes with this anchor and not without one, and others.
std::vector<std::size_t> ForAnchors::Near(std::size_t anchor) const {
  if (linked_) return view_.LinkedTo(anchor);
  if (links_to_anchor_ == 0) return {};
  return view_.LeadingTo(anchor, links_to_anchor_);
}

bool ForAnchors::Passes(std::size_t index, std::size_t anchor, Millis from,
                        const Also& also) const {
  return index != anchor && view_.fact(index).when.latest >= from && also(index) &&
         view_.PassesAny(conditions_, index, anchor);
}

std::vector<std::size_t> ForAnchors::Last(std::size_t most, std::size_t anchor, Millis from,
                                          const Also& also) const {
  std::vector<std::size_t> last;
  for (const std::size_t index : Near(anchor)) {
    if (Passes(index, anchor, from, also)) last.push_back(index);
  }
  const std::size_t found_near = last.size();
  const auto& all = whatever_the_anchor_;
  const auto begin = view_.NotBefore(all, from);
  for (auto at = all.end(); at != begin && last.size() < found_near + most;) {
    if (Passes(*--at, anchor, from, also)) last.push_back(*at);
  }
  std::sort(last.rbegin(), last.rend());
  last.erase(std::unique(last.begin(), last.end()), last.end());
  if (last.size() > most) last.resize(most);
  return last;
}

bool ForAnchors::AnyBefore(Millis due, std::size_t anchor, Millis from, const Also& also) const {
  for (const std::size_t index : Near(anchor)) {
    if (view_.fact(index).judged < due && Passes(index, anchor, from, also)) return true;
  }
  const auto& all = whatever_the_anchor_;
  if (!judged_) {
    std::vector<Millis> judged;
    judged.reserve(all.size());
    for (const std::size_t index : all) judged.push_back(view_.fact(index).judged);
    judged_.emplace(judged);
  }
  const auto begin = static_cast<std::size_t>(view_.NotBefore(all, from) - all.begin());
  for (auto place = judged_->LastBelow(due, all.size()); place && *place >= begin;
       place = judged_->LastBelow(due, *place)) {
    if (Passes(all[*place], anchor, from, also)) return true;
  }
  return false;
}

}  // namespace throughline::risk
