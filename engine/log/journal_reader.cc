#include "engine/base/bytes.h"
#include "engine/log/journal.h"

namespace throughline::log {
namespace {

// A broker may take a while to hand out its first record; the embedded log has it at once.
constexpr Millis kStartCheckWait = 30 * kSecond;

Result<void> CheckHead(EventLog& log, const std::string& topic, const ChainHead& head) {
  TL_ASSIGN(std::int64_t start, log.Start(topic));
  TL_ASSIGN(std::int64_t end, log.End(topic));
  if (head.offset < start || head.offset >= end) {
    return Fail(Code::kCorrupt, "journal {} holds offsets {} to {}: seq {} was at {}", topic, start,
                end, head.seq, head.offset);
  }
  TL_ASSIGN(auto reader, log.Read(topic, head.offset));
  TL_ASSIGN(auto records, reader->Poll(1, kStartCheckWait));
  if (records.empty()) {
    return Fail(Code::kUnavailable, "journal {}: offset {} did not come", topic, head.offset);
  }
  v1::JournalRecord record;
  bool holds = records.front().offset == head.offset &&
               record.ParseFromString(records.front().message.value) &&
               Sha256(record.envelope()) == head.hash;
  if (holds) return {};
  return Fail(Code::kCorrupt, "journal {}: offset {} is not the record of seq {}", topic,
              head.offset, head.seq);
}

}  // namespace

JournalReader::JournalReader(EventLog& log, std::string topic, ChainHead head, const Clock& clock,
                             Limits limits)
    : log_(log), topic_(std::move(topic)), head_(std::move(head)), clock_(clock), limits_(limits) {}

Result<std::unique_ptr<JournalReader>> JournalReader::Open(EventLog& log, std::string topic,
                                                           ChainHead head, const Clock& clock,
                                                           Limits limits) {
  bool fresh = head.seq == 0;
  if (!fresh) TL_TRY(CheckHead(log, topic, head));
  TL_ASSIGN(std::int64_t start, log.Start(topic));
  TL_ASSIGN(std::int64_t end, log.End(topic));
  std::unique_ptr<JournalReader> journal(
      new JournalReader(log, std::move(topic), std::move(head), clock, limits));
  TL_ASSIGN(journal->reader_, log.Read(journal->topic_, fresh ? start : journal->head_.offset + 1));
  journal->replay_end_ = end;
  return journal;
}

Result<void> JournalReader::CheckStands() {
  if (head_.seq > 0) {
    auto stands = CheckHead(log_, topic_, head_);
    if (!stands && stands.error().code != Code::kUnavailable) {
      parked_ = Error{Code::kCorrupt, fmt::format("journal {} lost the record of seq {}: {}",
                                                  topic_, head_.seq, stands.error().text)};
      return Fail(*parked_);
    }
    if (!stands) return stands;
  }
  unsure_ = false;
  return {};
}

Result<std::vector<Accepted>> JournalReader::Poll(std::size_t most, Millis wait, Own* own) {
  if (parked_) return Fail(*parked_);
  const Millis now = clock_.Now();
  if (polled_ && (now < *polled_ || now - *polled_ >= limits_.park_after / 3)) unsure_ = true;
  if (unsure_) TL_TRY(CheckStands());
  std::vector<Accepted> out;
  Millis this_wait = wait;
  while (out.empty() && !parked_) {
    TL_ASSIGN(auto records, reader_->Poll(most, this_wait));
    polled_ = clock_.Now();
    const bool dropping = dropped_running_ > 0;
    for (const Record& record : records) Take(record, own, out);
    Judge();
    if (!dropping && dropped_running_ > 0) unsure_ = true;
    if (unsure_ && !parked_) {
      auto stands = CheckStands();
      if (!stands && out.empty()) return Fail(std::move(stands.error()));
    }
    if (records.empty()) break;
    this_wait = 0;
  }
  // What was accepted before the reason to park is handed over first.
  if (parked_ && out.empty()) return Fail(*parked_);
  return out;
}

// The same bytes after the same head: so it is what whoever built it knows.
bool JournalReader::TakeOwn(const Record& record, Own& own, Accepted& accepted) {
  const std::size_t next = head_.seq + 1 - own.first;
  if (next >= own.messages.size() || own.messages[next].value != record.message.value ||
      own.records[next].envelope.prev() != head_.hash) {
    return false;
  }
  accepted = std::move(own.records[next]);
  accepted.offset = record.offset;
  head_ = {accepted.seq(), accepted.hash, record.offset, accepted.envelope.placed_ms()};
  return true;
}

void JournalReader::Take(const Record& record, Own* own, std::vector<Accepted>& out) {
  Accepted accepted;
  Verdict verdict = Verdict::kAccepted;
  if (own == nullptr || !TakeOwn(record, *own, accepted)) {
    verdict = Offer(record.message.value, record.offset, head_, accepted);
  }
  if (verdict == Verdict::kAccepted) {
    out.push_back(std::move(accepted));
    dropped_running_ = 0;
    stale_.clear();
    higher_since_.reset();
    return;
  }
  Drop(record, verdict);
}

void JournalReader::Drop(const Record& record, Verdict verdict) {
  ++dropped_;
  ++dropped_running_;
  v1::JournalRecord parsed;
  v1::JournalEnvelope envelope;
  bool read =
      parsed.ParseFromString(record.message.value) && envelope.ParseFromString(parsed.envelope());
  bool explained = verdict == Verdict::kRepeat || (read && stale_.contains(envelope.prev()));
  if (explained && verdict != Verdict::kDamaged) {
    stale_.insert(Sha256(parsed.envelope()));
  } else if (!higher_since_) {
    higher_since_ = clock_.Now();
  }
}

void JournalReader::Judge() {
  bool replay_ended = replaying_ && reader_->Position() >= replay_end_;
  if (replay_ended) replaying_ = false;
  const char* why = nullptr;
  if (dropped_running_ >= limits_.park_drops) {
    why = "too many records running do not follow";
  } else if (higher_since_ && clock_.Now() - *higher_since_ >= limits_.park_after) {
    why = "records beyond the last accepted do not follow it, for too long";
  } else if (higher_since_ && replay_ended) {
    why = "it ends on records that do not follow the last accepted";
  }
  if (why == nullptr) return;
  parked_ = Error{
      Code::kCorrupt,
      fmt::format("journal {} parked: {}; last accepted seq {} at offset {}, {} dropped "
                  "since, read up to offset {}",
                  topic_, why, head_.seq, head_.offset, dropped_running_, reader_->Position())};
}

Result<bool> JournalReader::AtEnd() {
  TL_ASSIGN(std::int64_t end, log_.End(topic_));
  return reader_->Position() >= end;
}

Result<void> JournalReader::CheckEnd() {
  TL_ASSIGN(std::int64_t end, log_.End(topic_));
  if (end >= reader_->Position()) return {};
  parked_ = Error{Code::kCorrupt, fmt::format("journal {} ends at {}: offset {} was lost", topic_,
                                              end, reader_->Position() - 1)};
  return Fail(*parked_);
}

}  // namespace throughline::log
