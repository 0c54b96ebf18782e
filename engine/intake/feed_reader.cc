#include "engine/intake/feed_reader.h"

#include "engine/base/check.h"

namespace throughline::intake {
namespace {

constexpr std::size_t kAhead =
    100;  // records; each is at most a MiB, and the log bounds their bytes

}  // namespace

void FeedReader::Reset(std::optional<std::int64_t> position) {
  from_ = position;
  reader_.reset();
  ahead_.clear();
}

Result<void> FeedReader::Open() {
  auto start = log_.Start(topic_);
  if (!start && start.error().code == Code::kNotFound) {
    // Activated before its first contact.
    TL_TRY(log_.Create(topic_));
    start = log_.Start(topic_);
  }
  if (!start) return Fail(std::move(start.error()));
  if (!from_) from_ = *start;
  TL_ASSIGN(reader_, log_.Read(topic_, *from_));
  return {};
}

Result<void> FeedReader::Fill() {
  if (reader_ == nullptr) TL_TRY(Open());
  TL_ASSIGN(auto records, reader_->Poll(kAhead, 0));
  for (log::Record& record : records) ahead_.push_back(std::move(record));
  return {};
}

const log::Record* FeedReader::Front() {
  if (ahead_.empty()) {
    auto filled = Fill();
    if (!filled) {
      trouble_ = std::move(filled.error().text);
      if (reader_ != nullptr) from_ = reader_->Position();
      reader_.reset();
      return nullptr;
    }
    trouble_.clear();
    if (ahead_.empty()) return nullptr;
  }
  last_received_ = std::max(last_received_, ahead_.front().appended);
  return &ahead_.front();
}

void FeedReader::Pop() {
  CHECK(!ahead_.empty());
  ahead_.pop_front();
}

std::int64_t FeedReader::position() const {
  if (!ahead_.empty()) return ahead_.front().offset;
  if (reader_ != nullptr) return reader_->Position();
  return from_.value_or(0);
}

}  // namespace throughline::intake
