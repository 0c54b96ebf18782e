#include "engine/log/memory_log.h"

#include <algorithm>
#include <chrono>

#include "engine/base/check.h"

namespace throughline::log {

class MemoryReader final : public Reader {
 public:
  MemoryReader(MemoryLog& log, std::string topic, std::int64_t position)
      : log_(log), topic_(std::move(topic)), position_(position) {}

  Result<std::vector<Record>> Poll(std::size_t most, Millis wait) override {
    std::unique_lock lock(log_.mutex_);
    TL_ASSIGN(MemoryLog::Topic * topic, log_.Find(topic_));
    if (wait > 0) {
      log_.grown_.wait_for(lock, std::chrono::milliseconds(wait),
                           [&] { return topic->end() != position_; });
    }
    if (position_ < topic->start) {
      return Fail(Code::kNotFound, "topic {} starts at {}: offset {} was removed", topic_,
                  topic->start, position_);
    }
    if (position_ > topic->end()) {
      return Fail(Code::kNotFound, "topic {} ends at {}: offset {} was lost", topic_, topic->end(),
                  position_);
    }
    auto first = topic->records.begin() + (position_ - topic->start);
    auto count = std::min(static_cast<std::size_t>(topic->end() - position_), most);
    std::vector<Record> out(first, first + static_cast<std::ptrdiff_t>(count));
    position_ += static_cast<std::int64_t>(count);
    return out;
  }

  std::int64_t Position() const override { return position_; }

 private:
  MemoryLog& log_;
  std::string topic_;
  std::int64_t position_;
};

Result<MemoryLog::Topic*> MemoryLog::Find(std::string_view topic) {
  auto found = topics_.find(topic);
  if (found == topics_.end()) return Fail(Code::kNotFound, "no topic {}", topic);
  return &found->second;
}

Result<void> MemoryLog::Create(std::string_view topic) {
  TL_TRY(CheckTopicName(topic));
  std::lock_guard lock(mutex_);
  topics_.try_emplace(std::string(topic));
  return {};
}

Result<std::vector<std::string>> MemoryLog::Topics() {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  names.reserve(topics_.size());
  for (const auto& [name, topic] : topics_) names.push_back(name);
  return names;
}

Result<std::vector<std::int64_t>> MemoryLog::Append(std::string_view name,
                                                    const std::vector<Message>& messages) {
  for (const Message& message : messages) TL_TRY(CheckMessage(message));
  std::lock_guard lock(mutex_);
  TL_ASSIGN(Topic * topic, Find(name));
  bool fail = fail_next_.has_value();
  std::size_t take = fail ? std::min(*fail_next_, messages.size()) : messages.size();
  fail_next_.reset();
  std::vector<std::int64_t> offsets;
  offsets.reserve(take);
  for (std::size_t i = 0; i < take; ++i) {
    topic->last_appended = std::max(topic->last_appended, clock_.Now());
    offsets.push_back(topic->end());
    topic->records.push_back({topic->end(), topic->last_appended, messages[i]});
  }
  grown_.notify_all();
  if (fail) return Fail(Code::kUnavailable, "append to topic {} failed, as asked", name);
  topic->acknowledged = topic->end();
  return offsets;
}

Result<std::unique_ptr<Reader>> MemoryLog::Read(std::string_view name, std::int64_t from) {
  std::lock_guard lock(mutex_);
  TL_ASSIGN(Topic * topic, Find(name));
  if (from < topic->start || from > topic->end()) {
    return Fail(Code::kNotFound, "topic {} holds offsets {} to {}: not {}", name, topic->start,
                topic->end(), from);
  }
  return std::make_unique<MemoryReader>(*this, std::string(name), from);
}

Result<std::int64_t> MemoryLog::Start(std::string_view name) {
  std::lock_guard lock(mutex_);
  TL_ASSIGN(Topic * topic, Find(name));
  return topic->start;
}

Result<std::int64_t> MemoryLog::End(std::string_view name) {
  std::lock_guard lock(mutex_);
  TL_ASSIGN(Topic * topic, Find(name));
  return topic->end();
}

Result<void> MemoryLog::Trim(std::string_view name, std::int64_t before) {
  std::lock_guard lock(mutex_);
  TL_ASSIGN(Topic * topic, Find(name));
  std::int64_t start = std::clamp(before, topic->start, topic->end());
  topic->records.erase(topic->records.begin(), topic->records.begin() + (start - topic->start));
  topic->start = start;
  return {};
}

void MemoryLog::FailNextAppend(std::size_t kept) {
  std::lock_guard lock(mutex_);
  fail_next_ = kept;
}

void MemoryLog::DropUnacknowledged() {
  std::lock_guard lock(mutex_);
  for (auto& [name, topic] : topics_) {
    auto keep = std::max<std::int64_t>(topic.acknowledged - topic.start, 0);
    topic.records.resize(std::min(topic.records.size(), static_cast<std::size_t>(keep)));
  }
}

void MemoryLog::LoseTail(std::string_view name, std::int64_t from) {
  std::lock_guard lock(mutex_);
  auto found = topics_.find(name);
  CHECK(found != topics_.end());
  Topic& topic = found->second;
  CHECK(from >= topic.start && from <= topic.end());
  topic.records.resize(static_cast<std::size_t>(from - topic.start));
  topic.acknowledged = std::min(topic.acknowledged, topic.end());
}

void MemoryLog::Delete(std::string_view topic) {
  std::lock_guard lock(mutex_);
  topics_.erase(std::string(topic));
}

void MemoryLog::Edit(std::string_view name, std::int64_t offset, std::string value) {
  std::lock_guard lock(mutex_);
  auto found = topics_.find(name);
  CHECK(found != topics_.end());
  Topic& topic = found->second;
  CHECK(offset >= topic.start && offset < topic.end());
  topic.records[static_cast<std::size_t>(offset - topic.start)].message.value = std::move(value);
}

}  // namespace throughline::log
