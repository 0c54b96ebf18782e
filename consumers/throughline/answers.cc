#include "consumers/throughline/answers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "consumers/throughline/alerts_answers.h"
#include "consumers/throughline/chronology_answers.h"
#include "consumers/throughline/data_directory.h"
#include "consumers/throughline/find_person.h"
#include "consumers/throughline/home_answers.h"
#include "consumers/throughline/knowledge_answers.h"
#include "consumers/throughline/lens.h"
#include "consumers/throughline/seq_at.h"
#include "consumers/throughline/session.h"
#include "engine/base/bytes.h"

namespace throughline::cli {
namespace {

using projection::Reads;
using projection::View;

constexpr std::size_t kMostRecordsRead = 1000;
constexpr std::string_view kOurTopics = "throughline.";
// A broker may take a while to hand out the first record.
constexpr Millis kReadWait = 30 * kSecond;

Result<void> Sound(const View& view) {
  if (auto fault = view.Fault()) return Fail(*fault);
  return {};
}

Result<v1::FindAnswer> AnswerFind(const View& view, const v1::FindRequest& request) {
  TL_ASSIGN(std::vector<PersonId> found, FindPersons(view, request.person()));
  v1::FindAnswer answer;
  for (const auto& person : found) {
    TL_ASSIGN(const Reads* shard, view.Of(person));
    const chronology::Known known = chronology::KnownAt(*shard, person, {});
    auto header = chronology::ReadHeader(*shard, known);
    if (!header) continue;
    auto& row = *answer.add_persons();
    row.set_id(person.Text());
    row.set_person_kind(header->person_kind);
    row.set_contacts(static_cast<std::uint32_t>(header->entries));
  }
  TL_TRY(Sound(view));
  return answer;
}

Result<v1::ReadAnswer> AnswerRead(log::EventLog& log, const v1::ReadRequest& request) {
  v1::ReadAnswer answer;
  TL_ASSIGN(std::int64_t start, log.Start(request.topic()));
  TL_ASSIGN(std::int64_t end, log.End(request.topic()));
  answer.set_end(end);
  TL_ASSIGN(auto reader, log.Read(request.topic(), std::max(start, request.from())));
  std::size_t most = request.most() == 0 ? kMostRecordsRead
                                         : std::min<std::size_t>(request.most(), kMostRecordsRead);
  bool at_end = reader->Position() >= end;
  TL_ASSIGN(std::vector<log::Record> records, reader->Poll(most, at_end ? 0 : kReadWait));
  if (records.empty() && !at_end) {
    return Fail(Code::kUnavailable, "topic {}: offset {} did not come", request.topic(),
                reader->Position());
  }
  for (const auto& record : records) {
    auto& out = *answer.add_records();
    out.set_offset(record.offset);
    out.set_appended_ms(record.appended);
    *out.mutable_message() = ToProto(record.message);
  }
  return answer;
}

// Reads all that it holds.
Result<void> ReadThrough(log::EventLog& log, const v1::TopicStatus& row) {
  constexpr std::size_t kMost = 1000;
  TL_ASSIGN(const auto reader, log.Read(row.topic(), row.start()));
  while (reader->Position() < row.end()) {
    TL_ASSIGN(const auto records, reader->Poll(kMost, 0));
    if (records.empty()) break;
  }
  return {};
}

Result<void> DescribeTopic(log::EventLog& log, v1::TopicStatus& row) {
  auto settings = log.Check(row.topic());
  if (!settings && settings.error().code == Code::kInvalid) return settings;
  TL_ASSIGN(std::int64_t start, log.Start(row.topic()));
  TL_ASSIGN(std::int64_t end, log.End(row.topic()));
  row.set_start(start);
  row.set_end(end);
  return {};
}

}  // namespace

Result<v1::Response> AnswerReading(const v1::Request& request, const Sources& sources) {
  v1::Response response;
  if (request.request_case() == v1::Request::kRead) {
    TL_ASSIGN(*response.mutable_read(), AnswerRead(sources.log, request.read()));
    return response;
  }
  TL_ASSIGN(std::shared_ptr<const View> view, sources.open());
  switch (request.request_case()) {
    case v1::Request::kChronology: {
      TL_ASSIGN(*response.mutable_chronology(), AnswerChronology(*view, request.chronology()));
      return response;
    }
    case v1::Request::kAlerts: {
      TL_ASSIGN(*response.mutable_alerts(), AnswerAlerts(*view, sources.log, request.alerts()));
      return response;
    }
    case v1::Request::kFind: {
      TL_ASSIGN(*response.mutable_find(), AnswerFind(*view, request.find()));
      return response;
    }
    case v1::Request::kWhoKnew: {
      TL_ASSIGN(*response.mutable_who_knew(), AnswerWhoKnew(*view, request.who_knew()));
      return response;
    }
    case v1::Request::kDifference: {
      TL_ASSIGN(*response.mutable_difference(), AnswerDifference(*view, request.difference()));
      return response;
    }
    case v1::Request::kHousehold: {
      TL_ASSIGN(*response.mutable_household(), AnswerHousehold(*view, request.household()));
      return response;
    }
    case v1::Request::kRelations: {
      TL_ASSIGN(*response.mutable_relations(), AnswerRelations(*view, request.relations()));
      return response;
    }
    default:
      return Fail(Code::kInvalid, "a request that this version does not know");
  }
}

Result<v1::InspectAnswer> InspectSource(const v1::InspectRequest& request, log::EventLog& log,
                                        const LogSource& source) {
  auto answer = InspectLog(request, log);
  if (!answer) {
    if (source.embedded() || answer.error().code != Code::kUnavailable) return answer;
    std::string trouble = std::move(answer.error().text);
    answer.emplace();
    answer->set_log_trouble(std::move(trouble));
  }
  answer->set_brokers(source.brokers);
  if (!source.embedded() || !request.chain()) return answer;
  for (auto& row : *answer->mutable_topics()) {
    if (row.topic() == kJournal || !row.trouble().empty()) continue;
    // What was deleted meanwhile is no fault.
    auto read = ReadThrough(log, row);
    if (!read && read.error().code == Code::kCorrupt) row.set_trouble(read.error().text);
  }
  return answer;
}

Result<v1::InspectAnswer> InspectLog(const v1::InspectRequest& request, log::EventLog& log) {
  v1::InspectAnswer answer;
  TL_ASSIGN(std::vector<std::string> topics, log.Topics());
  for (const auto& topic : topics) {
    if (!topic.starts_with(kOurTopics)) continue;  // brokers may hold others' too
    auto& row = *answer.add_topics();
    row.set_topic(topic);
    if (auto described = DescribeTopic(log, row); !described) {
      row.set_trouble(described.error().text);
    }
  }
  auto opened = RecordAt(log, kJournal, 0);
  if (!opened && opened.error().code != Code::kInvalid) return Fail(std::move(opened.error()));
  if (!opened) {
    // As of any topic that is not as it must be: it is said on its row, and the rest is shown.
    for (auto& row : *answer.mutable_topics()) {
      if (row.topic() == kJournal) row.set_trouble(opened.error().text);
    }
  } else if (*opened) {
    const v1::Opened& begun = (*opened)->decision.opened();
    answer.set_partnership(begun.partnership());
    answer.set_tick_interval_ms(begun.tick_interval_ms());
  }
  if (request.chain()) {
    auto& chain = *answer.mutable_chain();
    auto verified = log::VerifyChain(log, kJournal);
    chain.set_whole(verified.has_value());
    if (verified) {
      chain.set_records(verified->records);
      chain.set_erased_items(verified->erased_items);
      chain.set_dropped(verified->dropped);
      answer.set_journal_seq(verified->head.seq);
      answer.set_journal_hash(Hex(verified->head.hash));
    } else {
      chain.set_fault(verified.error().text);
    }
  }
  return answer;
}

}  // namespace throughline::cli
