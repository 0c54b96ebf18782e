#include "engine/projection/key_values.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/check.h"

namespace throughline::projection {
namespace {

// A node of the map and the headers of its two strings.
constexpr std::size_t kEntryBytes = 120;

bool Before(std::string_view key, std::string_view end) { return end.empty() || key < end; }

}  // namespace

std::uint64_t FrontOf(std::string_view key) {
  std::array<unsigned char, sizeof(std::uint64_t)> bytes{};
  std::copy_n(key.begin(), std::min(key.size(), bytes.size()), bytes.begin());
  std::uint64_t front = 0;
  for (const unsigned char byte : bytes) front = front << 8 | byte;
  return front;
}

std::vector<std::optional<std::string>> Reads::GetAll(const std::vector<std::string>& keys) const {
  std::vector<std::optional<std::string>> values;
  values.reserve(keys.size());
  for (const std::string& key : keys) values.push_back(Get(key));
  return values;
}

std::optional<std::string> MemoryStore::Get(std::string_view key) const {
  const auto found = values_.find(Sought(key));
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

void MemoryStore::Scan(std::string_view begin, std::string_view end,
                       const std::function<bool(std::string_view, std::string_view)>& visit) const {
  for (auto at = values_.lower_bound(Sought(begin));
       at != values_.end() && Before(at->first.text(), end); ++at) {
    if (!visit(at->first.text(), at->second)) return;
  }
}

void MemoryStore::Put(std::string_view key, std::string_view value) {
  Take(std::string(key), std::string(value));
}

void MemoryStore::Take(std::string key, std::string value) {
  bytes_ += value.size();
  const auto at = values_.lower_bound(Sought(key));
  if (at != values_.end() && at->first.text() == key) {
    bytes_ -= at->second.size();
    at->second = std::move(value);
    return;
  }
  bytes_ += kEntryBytes + key.size();
  values_.emplace_hint(at, Key(std::move(key)), std::move(value));
}

void MemoryStore::Erase(std::string_view key) {
  const auto found = values_.find(Sought(key));
  if (found == values_.end()) return;
  bytes_ -= kEntryBytes + found->first.text().size() + found->second.size();
  values_.erase(found);
}

void MemoryStore::Clear() {
  values_.clear();
  bytes_ = 0;
}

std::optional<std::string> Overlay::Get(std::string_view key) const {
  const auto found = changes_.find(Sought(key));
  if (found != changes_.end()) return found->second;
  return base_.Get(key);
}

std::vector<std::optional<std::string>> Overlay::GetAll(
    const std::vector<std::string>& keys) const {
  if (changes_.empty()) return base_.GetAll(keys);
  return Reads::GetAll(keys);
}

void Overlay::Scan(std::string_view begin, std::string_view end,
                   const std::function<bool(std::string_view, std::string_view)>& visit) const {
  auto change = changes_.lower_bound(Sought(begin));
  bool wanted = true;
  // Visits the changes before `key` that hold a value; leaves `change` at the first that is not
  // before it.
  const auto catch_up = [&](const std::string_view* key) {
    while (wanted && change != changes_.end() && Before(change->first.text(), end) &&
           (key == nullptr || change->first.text() < *key)) {
      if (change->second.has_value()) wanted = visit(change->first.text(), *change->second);
      ++change;
    }
    return wanted;
  };
  base_.Scan(begin, end, [&](std::string_view key, std::string_view value) {
    if (!catch_up(&key)) return false;
    if (change == changes_.end() || change->first.text() != key) {
      wanted = visit(key, value);
    } else {
      if (change->second.has_value()) wanted = visit(key, *change->second);
      ++change;
    }
    return wanted;
  });
  catch_up(nullptr);
}

void Overlay::Set(std::string_view key, std::optional<std::string> value) {
  auto at = changes_.lower_bound(Sought(key));
  if (at == changes_.end() || at->first.text() != key) {
    at = changes_.emplace_hint(at, Key(std::string(key)), std::move(value));
    if (on_trial_) replaced_.push_back({at, std::nullopt});
    return;
  }
  if (on_trial_) replaced_.push_back({at, std::move(at->second)});
  at->second = std::move(value);
}

void Overlay::Put(std::string_view key, std::string_view value) { Set(key, std::string(value)); }

void Overlay::Erase(std::string_view key) { Set(key, std::nullopt); }

void Overlay::Clear() {
  CHECK(!on_trial_);
  changes_.clear();
}

void Overlay::Begin() {
  CHECK(!on_trial_);
  on_trial_ = true;
}

void Overlay::Keep() {
  CHECK(on_trial_);
  on_trial_ = false;
  replaced_.clear();
}

void Overlay::Revert() {
  CHECK(on_trial_);
  on_trial_ = false;
  for (; !replaced_.empty(); replaced_.pop_back()) {
    Replaced& before = replaced_.back();
    if (before.change.has_value()) {
      before.at->second = *std::move(before.change);
    } else {
      changes_.erase(before.at);
    }
  }
}

void Overlay::ApplyTo(Writes& target) const {
  for (const auto& [key, value] : changes_) {
    if (value.has_value()) {
      target.Put(key.text(), *value);
    } else {
      target.Erase(key.text());
    }
  }
}

void Overlay::MoveTo(MemoryStore& base) {
  CHECK(!on_trial_ && &base == &base_);
  while (!changes_.empty()) {
    auto change = changes_.extract(changes_.begin());
    if (change.mapped().has_value()) {
      base.Take(std::move(change.key()).text(), *std::move(change.mapped()));
    } else {
      base.Erase(change.key().text());
    }
  }
}

}  // namespace throughline::projection
