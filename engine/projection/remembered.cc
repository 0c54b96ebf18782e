#include "engine/projection/remembered.h"

namespace throughline::projection {

std::optional<std::string> Remembered::Get(std::string_view key) const {
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  auto value = base_.Get(key);
  if (bytes_ < most_bytes_ && !base_.fault()) {
    bytes_ += key.size() + (value ? value->size() : 0);
    known_.emplace(key, value);
  }
  return value;
}

void Remembered::Take(Remembered& other) {
  if (bytes_ >= most_bytes_) return;
  bytes_ += other.bytes_;
  other.bytes_ = 0;
  known_.merge(other.known_);
}

}  // namespace throughline::projection
