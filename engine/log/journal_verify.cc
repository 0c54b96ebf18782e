#include <algorithm>

#include "engine/log/journal.h"

namespace throughline::log {
namespace {

constexpr std::size_t kStep = 1000;
constexpr Millis kWait = 30 * kSecond;

tl::unexpected<Error> After(const ChainSummary& summary, std::string_view topic, Error error) {
  return Fail(error.code, "journal {} verified up to seq {} at offset {}, then: {}", topic,
              summary.head.seq, summary.head.offset, error.text);
}

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

}  // namespace

Result<ChainSummary> VerifyChain(EventLog& log, std::string_view topic) {
  ChainSummary summary;
  TL_ASSIGN(std::int64_t start, log.Start(topic));
  TL_ASSIGN(std::int64_t end, log.End(topic));
  TL_ASSIGN(auto reader, log.Read(topic, start));
  while (reader->Position() < end) {
    auto records = reader->Poll(kStep, kWait);
    if (!records) return After(summary, topic, std::move(records.error()));
    if (records->empty()) {
      return After(summary, topic, {Code::kUnavailable, "the next record did not come"});
    }
    for (const Record& record : *records) {
      if (record.offset < end) Count(record, summary);
    }
  }
  return summary;
}

}  // namespace throughline::log
