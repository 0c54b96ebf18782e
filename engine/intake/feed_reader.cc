#include "engine/intake/feed_reader.h"

#include <algorithm>

#include "engine/base/check.h"

namespace throughline::intake {
namespace {

constexpr std::size_t kAhead =
    200;  // records; each is at most a MiB, and the log bounds their bytes

}  // namespace

void FeedReader::Reset(std::optional<std::int64_t> position) {
  from_ = position;
  reader_.reset();
  chunks_.clear();
  at_ = 0;
  read_on_ = false;
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

Result<void> FeedReader::Fill(const Terms& terms) {
  if (reader_ == nullptr) TL_TRY(Open());
  auto records = reader_->Poll(kAhead, 0);
  if (!records && records.error().code == Code::kNotFound) {
    // Its topic may be gone: it is made anew, so that what is said is what to do.
    from_ = reader_->Position();
    reader_.reset();
    return Open();
  }
  if (!records) return Fail(std::move(records.error()));
  if (records->empty()) return {};
  std::vector<ExaminedRecord> read(records->size());
  for (std::size_t i = 0; i < read.size(); ++i) read[i].record = std::move((*records)[i]);
  chunks_.push_back(Begin(std::move(read), terms));
  return {};
}

// The records are the worker's alone until it is done with them.
std::shared_ptr<const Chunk> FeedReader::Begin(std::vector<ExaminedRecord> records,
                                               const Terms& terms) {
  auto chunk = std::make_shared<Chunk>(Chunk{terms, std::move(records), {}});
  chunk->done = worker_.Run([wanted = std::weak_ptr<Chunk>(chunk)] {
    const auto read = wanted.lock();
    if (read == nullptr) return;
    for (ExaminedRecord& one : read->records) one.examined = Examine(one.record, read->terms);
  });
  return chunk;
}

void FeedReader::ReadOn(std::size_t chunks) {
  if (!worker_.threaded() || chunks_.empty()) return;
  while (!read_on_ && chunks_.size() < chunks) {
    const std::size_t before = chunks_.size();
    const Chunk& last = *chunks_.back();
    // One that is not full was the last of all.
    read_on_ = last.records.size() < kAhead || !Fill(last.terms) || chunks_.size() == before;
  }
}

const ExaminedRecord* FeedReader::Front(const Terms& terms) {
  if (chunks_.empty()) {
    auto filled = Fill(terms);
    if (!filled) {
      trouble_ = std::move(filled.error().text);
      if (reader_ != nullptr) from_ = reader_->Position();
      reader_.reset();
      return nullptr;
    }
    trouble_.clear();
    if (chunks_.empty()) return nullptr;
  }
  if (chunks_.front()->terms != terms) {
    // Others may still read what was examined on other terms: it is left as it is.
    chunks_.front()->done.wait();
    const auto& before = chunks_.front()->records;
    chunks_.front() =
        Begin({before.begin() + static_cast<std::ptrdiff_t>(at_), before.end()}, terms);
    at_ = 0;
  }
  chunks_.front()->done.wait();
  const ExaminedRecord& front = chunks_.front()->records[at_];
  last_received_ = std::max(last_received_, front.record.appended);
  return &front;
}

void FeedReader::Pop() {
  CHECK(!chunks_.empty());
  if (++at_ < chunks_.front()->records.size()) return;
  chunks_.pop_front();
  at_ = 0;
  read_on_ = false;
}

std::int64_t FeedReader::position() const {
  if (!chunks_.empty()) return chunks_.front()->records[at_].record.offset;
  if (reader_ != nullptr) return reader_->Position();
  return from_.value_or(0);
}

}  // namespace throughline::intake
