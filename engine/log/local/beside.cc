#include "engine/log/local/beside.h"

#include <algorithm>
#include <chrono>

#include "engine/log/local/mark.h"

namespace throughline::log::local {
namespace {

constexpr std::chrono::milliseconds kLookEvery{20};

}  // namespace

Result<std::vector<std::string>> TopicNames(const std::string& directory) {
  TL_ASSIGN(auto names, Names(directory));
  std::erase_if(names, [&](const std::string& name) {
    return !CheckTopicName(name) || !Exists(directory + "/" + name + "/.");
  });
  return names;
}

Result<Extent> BesideView::Newest() {
  TL_ASSIGN(Extent now, MarkFile::Read(folder_, name_));
  std::lock_guard lock(mutex_);
  if (now.end.offset >= last_.end.offset) last_ = now;
  return last_;
}

Result<Extent> BesideView::Look(std::int64_t seen, Millis wait) {
  auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait);
  for (;;) {
    TL_ASSIGN(Extent extent, Newest());
    bool changed = extent.end.offset != seen || extent.start > seen;
    if (changed || std::chrono::steady_clock::now() >= until) return extent;
    // Nobody tells one process of another's appends: the mark is looked at again.
    std::unique_lock lock(mutex_);
    look_again_.wait_for(lock, kLookEvery);
  }
}

Result<Place> BesideView::Near(std::int64_t offset) {
  TL_ASSIGN(auto bases, SegmentBases(folder_));
  auto after = std::upper_bound(bases.begin(), bases.end(), offset);
  if (after == bases.begin()) {
    return Fail(Code::kNotFound, "topic {}: offset {} was removed", name_, offset);
  }
  std::int64_t base = *std::prev(after);
  return Place{base, kSegmentHeaderBytes, base};
}

Result<std::unique_ptr<EventLog>> BesideLog::Open(const std::string& directory) {
  TL_TRY(Names(directory));
  return std::unique_ptr<EventLog>(new BesideLog(directory));
}

tl::unexpected<Error> BesideLog::Refuse() const {
  return Fail(Code::kInvalid, "log {} is open for reading only", directory_);
}

Result<void> BesideLog::Create(std::string_view /*topic*/) { return Refuse(); }

Result<std::vector<std::int64_t>> BesideLog::Append(std::string_view /*topic*/,
                                                    const std::vector<Message>& /*messages*/) {
  return Refuse();
}

Result<void> BesideLog::Trim(std::string_view /*topic*/, std::int64_t /*before*/) {
  return Refuse();
}

Result<std::vector<std::string>> BesideLog::Topics() { return TopicNames(directory_); }

Result<BesideView*> BesideLog::Find(std::string_view topic) {
  std::string folder = fmt::format("{}/{}", directory_, topic);
  if (!CheckTopicName(topic) || !Exists(folder)) {
    return Fail(Code::kNotFound, "no topic {}", topic);
  }
  std::lock_guard lock(mutex_);
  auto& view = views_[std::string(topic)];
  if (!view) view = std::make_unique<BesideView>(std::move(folder), topic);
  return view.get();
}

Result<std::unique_ptr<Reader>> BesideLog::Read(std::string_view topic, std::int64_t from) {
  TL_ASSIGN(BesideView * view, Find(topic));
  return LocalReader::Open(*view, from);
}

Result<std::int64_t> BesideLog::Start(std::string_view topic) {
  TL_ASSIGN(BesideView * view, Find(topic));
  TL_ASSIGN(Extent extent, view->Look(0, 0));
  return extent.start;
}

Result<std::int64_t> BesideLog::End(std::string_view topic) {
  TL_ASSIGN(BesideView * view, Find(topic));
  TL_ASSIGN(Extent extent, view->Look(0, 0));
  return extent.end.offset;
}

}  // namespace throughline::log::local
