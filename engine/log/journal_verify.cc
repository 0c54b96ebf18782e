#include <algorithm>

#include "engine/log/journal.h"

namespace throughline::log {
namespace {

constexpr std::size_t kStep = 1000;
constexpr Millis kWait = 30 * kSecond;

std::uint64_t ErasedItems(const Accepted& record) {
  auto contacts = std::count_if(record.contacts.begin(), record.contacts.end(),
                                [](const Item& item) { return item.erased; });
  return static_cast<std::uint64_t>(contacts) + (record.decision_erased ? 1 : 0);
}

void Count(const Record& record, ChainSummary& summary) {
  Accepted accepted;
  if (Offer(record.message.value, record.offset, summary.head, accepted) == Verdict::kAccepted) {
    ++summary.records;
    summary.erased_items += ErasedItems(accepted);
    summary.dropped_at_end = 0;
    return;
  }
  ++summary.dropped;
  ++summary.dropped_at_end;
  if (!summary.first_dropped) summary.first_dropped = record.offset;
}

// Fills the summary as far as it comes.
Result<void> Walk(EventLog& log, std::string_view topic, ChainSummary& summary) {
  TL_ASSIGN(std::int64_t start, log.Start(topic));
  TL_ASSIGN(std::int64_t end, log.End(topic));
  TL_ASSIGN(auto reader, log.Read(topic, start));
  while (reader->Position() < end) {
    TL_ASSIGN(auto records, reader->Poll(kStep, kWait));
    if (records.empty()) return Fail(Code::kUnavailable, "the next record did not come");
    for (const Record& record : records) {
      if (record.offset < end) Count(record, summary);
    }
  }
  return {};
}

}  // namespace

Result<ChainSummary> VerifyChain(EventLog& log, std::string_view topic) {
  ChainSummary summary;
  auto walked = Walk(log, topic, summary);
  if (walked) return summary;
  return Fail(walked.error().code, "journal {} verified up to seq {} at offset {}, then: {}", topic,
              summary.head.seq, summary.head.offset, walked.error().text);
}

Error WithLastGoodSeq(Error damage, EventLog& log, std::string_view journal) {
  ChainSummary summary;
  auto walked = Walk(log, journal, summary);
  if (walked || walked.error().code != Code::kCorrupt) return damage;
  damage.text += fmt::format("; journal {}: last good seq {} at offset {}", journal,
                             summary.head.seq, summary.head.offset);
  return damage;
}

}  // namespace throughline::log
