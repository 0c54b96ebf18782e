#include "engine/projection/published.h"

#include <algorithm>
#include <string>

#include "engine/base/bytes.h"

namespace throughline::projection {
namespace {

constexpr std::size_t kMostIds = 10'000'000;
constexpr std::size_t kMostRecent = 16384;
constexpr std::size_t kReadAtOnce = 1000;
constexpr Millis kReadWait = 1000;

}  // namespace

Published::Id Published::IdOf(std::string_view topic, std::string_view id) {
  std::string both(topic);
  both += '\0';
  both += id;
  const std::string hash = Sha256(both);
  Id out{};
  std::copy(hash.begin(), hash.end(), out.begin());
  return out;
}

std::uint32_t* Published::Find(const Id& id) {
  if (const auto found = recent_.find(id); found != recent_.end()) return &found->second;
  const auto found =
      std::lower_bound(sorted_.begin(), sorted_.end(), id,
                       [](const Entry& entry, const Id& wanted) { return entry.id < wanted; });
  return found != sorted_.end() && found->id == id ? &found->generation : nullptr;
}

void Published::Insert(const Id& id, std::uint32_t generation) {
  if (std::uint32_t* known = Find(id)) {
    *known = std::max(*known, generation);
    return;
  }
  recent_.emplace(id, generation);
  if (recent_.size() < kMostRecent) return;
  const auto middle = static_cast<std::ptrdiff_t>(sorted_.size());
  for (const auto& [each, made] : recent_) sorted_.push_back({.id = each, .generation = made});
  std::inplace_merge(sorted_.begin(), sorted_.begin() + middle, sorted_.end(),
                     [](const Entry& a, const Entry& b) { return a.id < b.id; });
  recent_.clear();
}

Result<void> Published::Read(std::string_view topic) {
  TL_ASSIGN(std::int64_t from, log_.Start(topic));
  const auto known = read_.find(topic);
  if (known != read_.end()) from = std::max(from, known->second);
  TL_ASSIGN(const std::int64_t end, log_.End(topic));
  if (from < end) {
    TL_ASSIGN(auto reader, log_.Read(topic, from));
    while (reader->Position() < end) {
      TL_ASSIGN(const auto records, reader->Poll(kReadAtOnce, kReadWait));
      if (records.empty()) {
        return Fail(Code::kUnavailable, "topic {} could not be read up to its end", topic);
      }
      for (const log::Record& record : records) {
        const std::string* id = record.message.Find("id");
        if (id != nullptr) Insert(IdOf(topic, *id), 0);
      }
      if (sorted_.size() + recent_.size() > kMostIds) {
        return Fail(Code::kUnavailable, "topic {} holds more ids than are kept", topic);
      }
    }
  }
  read_[std::string(topic)] = std::max(from, end);
  return {};
}

void Published::Forget() {
  read_.clear();
  sorted_.clear();
  recent_.clear();
}

bool Published::Made(std::string_view topic, std::string_view id, std::uint32_t generation) {
  std::uint32_t* made = Find(IdOf(topic, id));
  if (made == nullptr) return false;
  *made = generation;
  return true;
}

void Published::Add(std::string_view topic, std::string_view id, std::uint32_t generation) {
  Insert(IdOf(topic, id), generation);
}

std::uint64_t Published::MadeByOthers(std::uint32_t generation) const {
  const auto sorted = std::count_if(sorted_.begin(), sorted_.end(), [&](const Entry& entry) {
    return entry.generation != generation;
  });
  const auto recent = std::count_if(recent_.begin(), recent_.end(),
                                    [&](const auto& entry) { return entry.second != generation; });
  return static_cast<std::uint64_t>(sorted + recent);
}

}  // namespace throughline::projection
