#include "consumers/throughline/outcome.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "consumers/throughline/data_directory.h"
#include "engine/intake/dead_letters.h"
#include "throughline/v1/journal.pb.h"

namespace throughline::cli {
namespace {

constexpr std::size_t kRecordsAtOnce = 1000;
constexpr Millis kRecordWait = 10 * kSecond;
constexpr std::int64_t kTaken = -1;

// What a record says of a contact: where its dead letter lies, or that it was taken.
std::int64_t LetterOf(const v1::JournalRecord& record) {
  v1::Decision decision;
  if (record.items_size() == 0 || !decision.ParseFromString(record.items(0).content())) {
    return kTaken;
  }
  if (decision.has_refused()) return decision.refused().dead_letter();
  return decision.has_conflict() ? decision.conflict().dead_letter() : kTaken;
}

std::vector<std::string> FaultsOf(const v1::DeadLetter& letter) {
  std::vector<std::string> all;
  for (const auto& fault : letter.faults()) {
    all.push_back((fault.field().empty() ? "" : fault.field() + ": ") + fault.text());
  }
  if (letter.more_faults() > 0) all.push_back(fmt::format("and {} more", letter.more_faults()));
  return all;
}

}  // namespace

Result<Watch> Watch::Begin(const Session& session) {
  TL_ASSIGN(auto log, session.OpenForReading());
  TL_ASSIGN(const std::int64_t from, log->End(kJournal));
  return Watch(std::move(log), from);
}

Result<Outcome> Watch::Of(const std::string& feed, const std::vector<std::int64_t>& offsets,
                          Millis wait) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait);
  std::map<std::int64_t, std::int64_t> decided;
  TL_ASSIGN(auto reader, log_->Read(kJournal, from_));
  while (decided.size() < offsets.size()) {
    TL_ASSIGN(const std::int64_t end, log_->End(kJournal));
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    const bool at_end = reader->Position() >= end;
    if (at_end && left.count() <= 0) break;
    TL_ASSIGN(const auto records,
              reader->Poll(kRecordsAtOnce, at_end ? Millis{left.count()} : kRecordWait));
    if (records.empty() && !at_end) {
      return Fail(Code::kUnavailable, "journal: offset {} did not come", reader->Position());
    }
    for (const log::Record& each : records) {
      v1::JournalRecord record;
      v1::JournalEnvelope envelope;
      const bool is_ours =
          record.ParseFromString(each.message.value) &&
          envelope.ParseFromString(record.envelope()) && envelope.feed() == feed &&
          std::binary_search(offsets.begin(), offsets.end(), envelope.feed_offset());
      if (is_ours) decided[envelope.feed_offset()] = LetterOf(record);
    }
  }
  Outcome outcome;
  outcome.without = offsets.size() - decided.size();
  for (const auto& [offset, letter] : decided) {
    if (letter != kTaken) outcome.refused[offset].dead_letter = letter;
  }
  outcome.placed = decided.size() - outcome.refused.size();
  TL_TRY(ReadLetters(feed, outcome));
  return outcome;
}

Result<void> Watch::ReadLetters(const std::string& feed, Outcome& outcome) const {
  if (outcome.refused.empty()) return {};
  std::int64_t first = outcome.refused.begin()->second.dead_letter;
  for (const auto& [offset, refusal] : outcome.refused) {
    first = std::min(first, refusal.dead_letter);
  }
  std::size_t left = outcome.refused.size();
  return intake::VisitDeadLetters(*log_, first, [&](const intake::StoredDeadLetter& stored) {
    const auto refused = outcome.refused.find(stored.letter.offset());
    if (stored.letter.topic() != feed || refused == outcome.refused.end()) return true;
    refused->second.contact_id = stored.letter.contact_id();
    refused->second.faults = FaultsOf(stored.letter);
    return --left > 0;
  });
}

}  // namespace throughline::cli
