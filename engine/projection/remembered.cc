#include "engine/projection/remembered.h"

#include <algorithm>

namespace throughline::projection {

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
  if (bytes_ >= most_bytes_) return;
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::erase_if(keys, [&](const std::string& key) { return known_.contains(key); });
  auto values = base_.GetAll(keys);
  if (base_.fault()) return;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    bytes_ += keys[i].size() + (values[i] ? values[i]->size() : 0);
    known_.emplace(std::move(keys[i]), std::move(values[i]));
  }
}

}  // namespace throughline::projection
