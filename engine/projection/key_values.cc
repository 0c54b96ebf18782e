#include "engine/projection/key_values.h"

#include <utility>

namespace throughline::projection {
namespace {

// A node of the map and the headers of its two strings.
constexpr std::size_t kEntryBytes = 112;

bool Before(std::string_view key, std::string_view end) { return end.empty() || key < end; }

}  // namespace

std::optional<std::string> MemoryStore::Get(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

void MemoryStore::Scan(std::string_view begin, std::string_view end,
                       const std::function<bool(std::string_view, std::string_view)>& visit) const {
  for (auto at = values_.lower_bound(begin); at != values_.end() && Before(at->first, end); ++at) {
    if (!visit(at->first, at->second)) return;
  }
}

void MemoryStore::Put(std::string_view key, std::string_view value) {
  const auto found = values_.find(key);
  if (found == values_.end()) {
    values_.emplace(key, value);
    bytes_ += kEntryBytes + key.size() + value.size();
    return;
  }
  bytes_ += value.size();
  bytes_ -= found->second.size();
  found->second.assign(value);
}

void MemoryStore::Erase(std::string_view key) {
  const auto found = values_.find(key);
  if (found == values_.end()) return;
  bytes_ -= kEntryBytes + found->first.size() + found->second.size();
  values_.erase(found);
}

void MemoryStore::Clear() {
  values_.clear();
  bytes_ = 0;
}

std::optional<std::string> Overlay::Get(std::string_view key) const {
  const auto found = changes_.find(key);
  if (found != changes_.end()) return found->second;
  return base_.Get(key);
}

void Overlay::Scan(std::string_view begin, std::string_view end,
                   const std::function<bool(std::string_view, std::string_view)>& visit) const {
  auto change = changes_.lower_bound(begin);
  bool wanted = true;
  // Visits the changes before `key` that hold a value; leaves `change` at the first that is not
  // before it.
  const auto catch_up = [&](const std::string_view* key) {
    while (wanted && change != changes_.end() && Before(change->first, end) &&
           (key == nullptr || change->first < *key)) {
      if (change->second.has_value()) wanted = visit(change->first, *change->second);
      ++change;
    }
    return wanted;
  };
  base_.Scan(begin, end, [&](std::string_view key, std::string_view value) {
    if (!catch_up(&key)) return false;
    if (change == changes_.end() || change->first != key) {
      wanted = visit(key, value);
    } else {
      if (change->second.has_value()) wanted = visit(key, *change->second);
      ++change;
    }
    return wanted;
  });
  catch_up(nullptr);
}

void Overlay::Put(std::string_view key, std::string_view value) {
  const auto found = changes_.find(key);
  if (found == changes_.end()) {
    changes_.emplace(key, std::string(value));
  } else {
    found->second = std::string(value);
  }
}

void Overlay::Erase(std::string_view key) {
  const auto found = changes_.find(key);
  if (found == changes_.end()) {
    changes_.emplace(key, std::nullopt);
  } else {
    found->second = std::nullopt;
  }
}

void Overlay::ApplyTo(Writes& target) const {
  for (const auto& [key, value] : changes_) {
    if (value.has_value()) {
      target.Put(key, *value);
    } else {
      target.Erase(key);
    }
  }
}

}  // namespace throughline::projection
