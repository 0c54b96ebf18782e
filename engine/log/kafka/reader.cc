#include "engine/log/kafka/reader.h"

#include <algorithm>

#include "engine/log/kafka/wire.h"

namespace throughline::log::kafka {
namespace {

constexpr std::size_t kPollBytes = std::size_t{8} << 20;
constexpr int kPartition = 0;

std::size_t SizeOf(const Record& record) {
  std::size_t bytes = record.message.key.size() + record.message.value.size();
  for (const Header& header : record.message.headers) {
    bytes += header.key.size() + header.value.size();
  }
  return bytes;
}

}  // namespace

Result<Client*> ReaderClients::Take(const std::string& topic) {
  std::lock_guard lock(mutex_);
  auto free = std::find_if(members_.begin(), members_.end(),
                           [&](const Member& member) { return !member.topics.contains(topic); });
  if (free == members_.end()) {
    TL_ASSIGN(auto client,
              Client::Open(Role::kReaders, fmt::format("readers {}", members_.size()), shared_));
    members_.push_back({std::move(client), {}});
    free = std::prev(members_.end());
  }
  free->topics.insert(topic);
  return free->client.get();
}

void ReaderClients::GiveBack(Client* client, const std::string& topic) {
  std::lock_guard lock(mutex_);
  for (Member& member : members_) {
    if (member.client.get() == client) member.topics.erase(topic);
  }
}

std::vector<ClientStatistics> ReaderClients::Statistics() const {
  std::lock_guard lock(mutex_);
  std::vector<ClientStatistics> all;
  for (const Member& member : members_) {
    if (auto one = member.client->Statistics()) all.push_back(std::move(*one));
  }
  return all;
}

Result<std::unique_ptr<Reader>> KafkaReader::Open(ReaderClients& clients, Topics& topics,
                                                  std::string topic, std::int64_t from) {
  std::unique_ptr<KafkaReader> reader(new KafkaReader(clients, topics, std::move(topic), from));
  TL_ASSIGN(reader->client_, clients.Take(reader->topic_));
  reader->handle_.reset(
      rd_kafka_topic_new(reader->client_->get(), reader->topic_.c_str(), nullptr));
  if (!reader->handle_) {
    return Fail(Failure("read", reader->topic_, rd_kafka_last_error(), ""));
  }
  reader->queue_.reset(rd_kafka_queue_new(reader->client_->get()));
  TL_TRY(reader->StartFetching());
  return reader;
}

KafkaReader::~KafkaReader() {
  StopFetching();
  queue_.reset();
  handle_.reset();
  if (client_ != nullptr) clients_.GiveBack(client_, topic_);
}

Result<void> KafkaReader::StartFetching() {
  if (rd_kafka_consume_start_queue(handle_.get(), kPartition, position_, queue_.get()) != 0) {
    return Fail(Failure("read", topic_, rd_kafka_last_error(), ""));
  }
  fetching_ = true;
  return {};
}

void KafkaReader::StopFetching() {
  if (fetching_) rd_kafka_consume_stop(handle_.get(), kPartition);
  fetching_ = false;
}

Result<std::vector<Record>> KafkaReader::Poll(std::size_t most, Millis wait) {
  if (stop_) return Fail(*stop_);
  if (std::int64_t start = topics_.KnownStart(topic_); position_ < start) {
    return Fail(Code::kNotFound, "topic {} starts at {}: offset {} was removed", topic_, start,
                position_);
  }
  if (out_of_range_) TL_TRY(CheckPosition());
  std::vector<Record> out;
  std::size_t bytes = 0;
  Deadline deadline = After(wait);
  LookForLosses();
  while (out.size() < most && bytes < kPollBytes) {
    int timeout = out.empty() ? Remaining(deadline) : 0;
    Event event(rd_kafka_queue_poll(queue_.get(), timeout));
    if (!event) break;
    Take(event.get(), out, bytes);
    if (queued_ > 0) --queued_;
    if (stop_ || trouble_ || out_of_range_) break;
  }
  // What came before the fault is handed over first.
  if (!out.empty()) return out;
  if (stop_) return Fail(*stop_);
  if (out_of_range_) TL_TRY(CheckPosition());
  if (trouble_) {
    Error error = std::move(*trouble_);
    trouble_.reset();
    return Fail(std::move(error));
  }
  if (client_->Away()) {
    return Fail(Code::kUnavailable, "read topic {}: Kafka is away: {}", topic_, client_->Trouble());
  }
  return out;
}

// What was fetched before the brokers were lost says nothing of whether they are back.
void KafkaReader::LookForLosses() {
  const std::uint64_t losses = client_->Losses();
  if (losses == losses_) return;
  losses_ = losses;
  queued_ = rd_kafka_queue_length(queue_.get());
}

void KafkaReader::Answered() const {
  if (queued_ == 0) client_->Answered(losses_);
}

void KafkaReader::Take(rd_kafka_event_t* event, std::vector<Record>& out, std::size_t& bytes) {
  if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) return TakeError(event);
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
    if (message->offset < position_) continue;
    Answered();
    out.push_back(ToRecord(message));
    bytes += SizeOf(out.back());
    position_ = message->offset + 1;
  }
}

void KafkaReader::TakeError(rd_kafka_event_t* event) {
  auto error = rd_kafka_event_error(event);
  const char* text = rd_kafka_event_error_string(event);
  std::string_view detail = text == nullptr ? "" : text;
  if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    Answered();
    auto* at = rd_kafka_event_topic_partition(event);
    if (at == nullptr) return;
    // Beyond the last record there may be a hole.
    position_ = std::max(position_, at->offset);
    rd_kafka_topic_partition_destroy(at);
    return;
  }
  if (error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
      error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    out_of_range_ = true;
  } else if (error == RD_KAFKA_RESP_ERR__BAD_MSG || error == RD_KAFKA_RESP_ERR__BAD_COMPRESSION) {
    // The client would go on after the damaged records.
    stop_ = Error{Code::kCorrupt, fmt::format("topic {} is damaged at or after offset {}: {}",
                                              topic_, position_, detail)};
  } else if (NoSuchTopic(error)) {
    topics_.Forget(topic_);
    trouble_ = Failure("read", topic_, error, detail);
  } else {
    trouble_ = Failure("read", topic_, error, detail);
  }
}

// The broker refused the position, and fetching has stopped: says why, or goes on where that has
// passed.
Result<void> KafkaReader::CheckPosition() {
  TL_ASSIGN(std::int64_t start, topics_.Start(topic_));
  TL_ASSIGN(std::int64_t end, topics_.End(topic_));
  if (position_ < start) {
    return Fail(Code::kNotFound, "topic {} starts at {}: offset {} was removed", topic_, start,
                position_);
  }
  if (position_ > end) {
    return Fail(Code::kNotFound, "topic {} ends at {}: offset {} was lost", topic_, end, position_);
  }
  StopFetching();
  TL_TRY(StartFetching());
  out_of_range_ = false;
  return {};
}

}  // namespace throughline::log::kafka
