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
  // It may have been activated before its first contact. On brokers its settings are checked too.
  TL_TRY(log_.Create(topic_));
  TL_ASSIGN(std::int64_t start, log_.Start(topic_));
  if (!from_) from_ = start;
  auto reader = log_.Read(topic_, *from_);
  if (!reader && reader.error().code == Code::kNotFound) return Gap(start);
  if (!reader) return Fail(std::move(reader.error()));
  reader_ = *std::move(reader);
  return {};
}

// Never skipped: somebody must know what was lost.
Result<void> FeedReader::Gap(std::int64_t start) {
  TL_ASSIGN(std::int64_t end, log_.End(topic_));
  std::string what = *from_ < start
                         ? fmt::format("its records {} to {} were removed before they were taken",
                                       *from_, start - 1)
                         : "its tail was lost, or it was made anew";
  return Fail(
      Code::kNotFound,
      "feed {}: {} (position {}, the topic holds {} to {}). Nothing more is taken of it. Have "
      "what is missing published again; then close the feed and activate it again: what the "
      "topic holds is read from its start",
      topic_, what, *from_, start, end);
}

Result<void> FeedReader::Fill() {
  if (reader_ == nullptr) TL_TRY(Open());
  auto records = reader_->Poll(kAhead, 0);
  if (!records && records.error().code == Code::kNotFound) {
    from_ = reader_->Position();
    TL_ASSIGN(std::int64_t start, log_.Start(topic_));
    return Gap(start);
  }
  if (!records) return Fail(std::move(records.error()));
  for (log::Record& record : *records) ahead_.push_back(std::move(record));
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
