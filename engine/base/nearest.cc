#include "engine/base/nearest.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace throughline {
namespace {

// Longer words are no misspelt names, and the distance costs the product of the lengths.
constexpr std::size_t kMaxLength = 80;

// Edit distance with transpositions of neighbours (optimal string alignment).
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string_view> Nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
  if (word.size() > kMaxLength) return std::nullopt;
  std::optional<std::string_view> nearest;
  std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
  for (std::string_view candidate : candidates) {
    if (candidate.size() > kMaxLength) continue;
    const std::size_t distance = Distance(word, candidate);
    if (distance > allowed || distance >= std::max(word.size(), candidate.size())) continue;
    nearest = candidate;
    if (distance == 0) break;
    allowed = distance - 1;
  }
  return nearest;
}

std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates) {
  const auto nearest = Nearest(word, candidates);
  return nearest ? fmt::format("; did you mean `{}`?", *nearest) : "";
}

}  // namespace throughline
