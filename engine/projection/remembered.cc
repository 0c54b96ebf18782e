#include "engine/projection/remembered.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace throughline::projection {
namespace {

// So many are looked up before it is seen how much they are.
constexpr std::ptrdiff_t kAtOnce = 256;

}  // namespace

std::optional<std::string> Remembered::Get(std::string_view key) const {
  if (other_ != nullptr) {
    const auto found = other_->known_.find(key);
    if (found != other_->known_.end()) return found->second;
  }
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  auto value = base_.Get(key);
  if (bytes_ < most_bytes_ && !base_.fault()) {
    bytes_ += key.size() + (value ? value->size() : 0);
    known_.emplace(key, value);
  }
  return value;
}

void Remembered::Read(std::vector<std::string> keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::erase_if(keys, [&](const std::string& key) { return known_.contains(key); });
  for (auto next = keys.begin(); next != keys.end() && bytes_ < most_bytes_;) {
    const auto count = std::min(kAtOnce, keys.end() - next);
    std::vector<std::string> some(std::make_move_iterator(next),
                                  std::make_move_iterator(next + count));
    auto values = base_.GetAll(some);
    if (base_.fault()) return;
    for (std::size_t i = 0; i < some.size(); ++i) {
      bytes_ += some[i].size() + (values[i] ? values[i]->size() : 0);
      known_.emplace(std::move(some[i]), std::move(values[i]));
    }
    next += count;
  }
}

}  // namespace throughline::projection
