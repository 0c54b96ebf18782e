#include "engine/log/kafka/kafka_log.h"

#include <mutex>

#include "engine/log/kafka/producer.h"
#include "engine/log/kafka/reader.h"
#include "engine/log/kafka/topics.h"

namespace throughline::log {

class KafkaLog::Impl {
 public:
  explicit Impl(Options options)
      : options_(std::move(options)),
        shared_{{options_.brokers, options_.client, options_.reader_bytes}, options_.note},
        readers_(shared_) {}

  Result<void> Start() {
    TL_ASSIGN(topics_,
              kafka::Topics::Open(shared_, {options_.call_timeout, options_.replicas,
                                            options_.min_insync_replicas, options_.brokers}));
    return {};
  }

  kafka::Topics& topics() { return *topics_; }
  kafka::ReaderClients& readers() { return readers_; }

  Result<void> FindToAppend(std::string_view topic) {
    return options_.check_before_append ? topics_->FindToAppend(topic) : topics_->Find(topic);
  }

  kafka::Producer& ProducerOf(std::string_view topic) {
    std::lock_guard lock(mutex_);
    auto found = producers_.find(topic);
    if (found == producers_.end()) {
      found = producers_
                  .emplace(topic, std::make_unique<kafka::Producer>(std::string(topic), shared_,
                                                                    options_.append_timeout))
                  .first;
    }
    return *found->second;
  }

  std::vector<kafka::ClientStatistics> Statistics() const {
    std::vector<kafka::ClientStatistics> all = readers_.Statistics();
    if (auto one = topics_->client().Statistics()) all.push_back(std::move(*one));
    std::lock_guard lock(mutex_);
    for (const auto& [topic, producer] : producers_) {
      if (auto one = producer->Statistics()) all.push_back(std::move(*one));
    }
    return all;
  }

 private:
  const Options options_;
  const kafka::Shared shared_;
  std::unique_ptr<kafka::Topics> topics_;
  kafka::ReaderClients readers_;
  mutable std::mutex mutex_;
  // By topic; none is ever removed.
  std::map<std::string, std::unique_ptr<kafka::Producer>, std::less<>> producers_;
};

KafkaLog::KafkaLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KafkaLog::~KafkaLog() = default;

Result<std::unique_ptr<KafkaLog>> KafkaLog::Open(Options options) {
  if (options.brokers.empty()) return Fail(Code::kInvalid, "no Kafka brokers are named");
  auto impl = std::make_unique<Impl>(std::move(options));
  TL_TRY(impl->Start());
  return std::unique_ptr<KafkaLog>(new KafkaLog(std::move(impl)));
}

Result<void> KafkaLog::Create(std::string_view topic) { return impl_->topics().Create(topic); }

Result<void> KafkaLog::Check(std::string_view topic) { return impl_->topics().Check(topic); }

Result<std::vector<std::string>> KafkaLog::Topics() { return impl_->topics().Names(); }

Result<std::vector<std::int64_t>> KafkaLog::Append(std::string_view topic,
                                                   const std::vector<Message>& messages) {
  for (const Message& message : messages) TL_TRY(CheckMessage(message));
  TL_TRY(impl_->FindToAppend(topic));
  if (messages.empty()) {
    TL_TRY(impl_->ProducerOf(topic).Settle());
    return std::vector<std::int64_t>{};
  }
  auto offsets = impl_->ProducerOf(topic).Append(messages);
  if (!offsets && offsets.error().code == Code::kNotFound) impl_->topics().Forget(topic);
  return offsets;
}

Result<std::unique_ptr<Reader>> KafkaLog::Read(std::string_view topic, std::int64_t from) {
  TL_ASSIGN(std::int64_t start, impl_->topics().Start(topic));
  TL_ASSIGN(std::int64_t end, impl_->topics().End(topic));
  if (from < start || from > end) {
    return Fail(Code::kNotFound, "topic {} holds offsets {} to {}: not {}", topic, start, end,
                from);
  }
  return kafka::KafkaReader::Open(impl_->readers(), impl_->topics(), std::string(topic), from);
}

Result<std::int64_t> KafkaLog::Start(std::string_view topic) {
  return impl_->topics().Start(topic);
}

Result<std::int64_t> KafkaLog::End(std::string_view topic) { return impl_->topics().End(topic); }

Result<void> KafkaLog::Trim(std::string_view topic, std::int64_t before) {
  return impl_->topics().Trim(topic, before);
}

std::vector<kafka::ClientStatistics> KafkaLog::Statistics() const { return impl_->Statistics(); }

}  // namespace throughline::log
