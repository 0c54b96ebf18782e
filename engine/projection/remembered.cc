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
  if (bytes_ < most_bytes_ && !base_.fault()) Keep(std::string(key), value);
  return value;
}

void Remembered::Keep(std::string key, std::optional<std::string> value) const {
  bytes_ += key.size() + (value ? value->size() : 0);
  in_order_.push_back(&*known_.emplace(std::move(key), std::move(value)).first);
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
      Keep(std::move(some[i]), std::move(values[i]));
    }
    next += count;
  }
}

void Remembered::Lay(const Overlay::Changes& changes) {
  for (Known::value_type* one : in_order_) {
    const auto change = changes.find(Sought(one->first));
    if (change != changes.end()) one->second = change->second;
  }
}

}  // namespace throughline::projection
