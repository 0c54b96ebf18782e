#include "engine/base/check.h"
#include "engine/base/crash_point.h"
#include "engine/log/journal.h"

namespace throughline::log {

JournalWriter::JournalWriter(EventLog& log, std::string topic, JournalReader& reader, Limits limits,
                             Salt salt)
    : log_(log),
      topic_(std::move(topic)),
      reader_(reader),
      limits_(limits),
      salt_(std::move(salt)) {}

Result<JournalWriter::Outcome> JournalWriter::Write(std::vector<Draft> drafts) {
  if (drafts.empty()) return Outcome{.stood = true, .accepted = {}};
  const std::size_t count = drafts.size();
  if (count > limits_.records) {
    return Fail(Code::kInvalid, "batch too long: {} records, at most {}", count, limits_.records);
  }
  ChainHead target = reader_.head();
  TL_ASSIGN(auto chained, Chain(std::move(drafts), target, salt_));
  JournalReader::Own own{.first = reader_.head().seq + 1, .messages = {}, .records = {}};
  own.messages.reserve(count);
  own.records.reserve(count);
  std::size_t bytes = 0;
  for (auto& [record, accepted] : chained) {
    bytes += record.size();
    own.messages.push_back({.key = {}, .value = std::move(record), .headers = {}});
    own.records.push_back(std::move(accepted));
  }
  if (bytes > limits_.bytes) {
    return Fail(Code::kInvalid, "batch too big: {} bytes, at most {}", bytes, limits_.bytes);
  }
  TL_TRY(reader_.CheckEnd());
  CrashPoint("before-append");
  TL_ASSIGN(auto offsets, log_.Append(topic_, own.messages));
  CrashPoint("after-append");
  CHECK(offsets.size() == count);

  // Never asks for more than the batch may still bring, so that what stood is the batch and no
  // more.
  Outcome outcome;
  while (outcome.accepted.size() < count && reader_.Position() <= offsets.back()) {
    std::int64_t before = reader_.Position();
    auto accepted = reader_.Poll(count - outcome.accepted.size(), limits_.read_back, &own);
    if (!accepted) {
      // What was accepted before the fault is the caller's to fold: it is not handed out again.
      if (outcome.accepted.empty()) return Fail(std::move(accepted.error()));
      return outcome;
    }
    if (accepted->empty() && reader_.Position() == before) {
      if (outcome.accepted.empty()) {
        return Fail(Code::kUnavailable, "journal {}: own batch not read back within {} ms", topic_,
                    limits_.read_back);
      }
      return outcome;
    }
    for (Accepted& record : *accepted) outcome.accepted.push_back(std::move(record));
  }
  outcome.stood = reader_.head().seq == target.seq && reader_.head().hash == target.hash;
  return outcome;
}

}  // namespace throughline::log
