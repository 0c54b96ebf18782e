#include "consumers/throughline/seq_at.h"

#include <algorithm>

namespace throughline::cli {
namespace {

// A broker may take a while to hand out the first record.
constexpr Millis kReadWait = 30 * kSecond;

}  // namespace

Result<std::optional<JournalRecordAt>> RecordAt(log::EventLog& log, std::string_view journal,
                                                std::int64_t offset) {
  TL_ASSIGN(std::int64_t start, log.Start(journal));
  TL_ASSIGN(std::int64_t end, log.End(journal));
  TL_ASSIGN(auto reader, log.Read(journal, std::max(start, offset)));
  while (reader->Position() < end) {
    TL_ASSIGN(std::vector<log::Record> records, reader->Poll(1, kReadWait));
    if (records.empty()) {
      return Fail(Code::kUnavailable, "journal {}: offset {} did not come", journal,
                  reader->Position());
    }
    v1::JournalRecord record;
    JournalRecordAt at;
    if (record.ParseFromString(records.front().message.value) && record.items_size() > 0 &&
        at.envelope.ParseFromString(record.envelope()) &&
        at.decision.ParseFromString(record.items(0).content())) {
      return at;
    }
  }
  return std::optional<JournalRecordAt>();
}

Result<Seq> SeqAt(log::EventLog& log, std::string_view journal, Millis instant) {
  TL_ASSIGN(std::int64_t low, log.Start(journal));
  TL_ASSIGN(std::int64_t high, log.End(journal));
  Seq found = 0;
  while (low < high) {
    std::int64_t middle = low + (high - low) / 2;
    TL_ASSIGN(auto record, RecordAt(log, journal, middle));
    if (record && record->envelope.placed_ms() <= instant) {
      found = std::max(found, record->envelope.seq());
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return found;
}

}  // namespace throughline::cli
