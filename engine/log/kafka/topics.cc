#include "engine/log/kafka/topics.h"

#include <algorithm>

#include "engine/log/event_log.h"
#include "engine/log/kafka/admin.h"
#include "engine/log/kafka/topic_settings.h"

namespace throughline::log::kafka {
namespace {

constexpr Millis kWhileAway = kSecond;
constexpr int kRetryMs = 20;
// As the protocol has them, in place of a time.
constexpr std::int64_t kEarliestOffset = RD_KAFKA_OFFSET_BEGINNING;
constexpr std::int64_t kLatestOffset = RD_KAFKA_OFFSET_END;

}  // namespace

Result<std::unique_ptr<Topics>> Topics::Open(const Shared& shared, Wanted wanted) {
  std::unique_ptr<Topics> topics(new Topics(std::move(wanted)));
  TL_ASSIGN(topics->client_, Client::Open(Role::kQueries, "queries", shared));
  return topics;
}

Deadline Topics::CallDeadline() const {
  return After(client_->Away() ? std::min(kWhileAway, wanted_.call_timeout) : wanted_.call_timeout);
}

Result<std::vector<std::string>> Topics::Names() {
  const rd_kafka_metadata_t* raw = nullptr;
  auto error = rd_kafka_metadata(client_->get(), 1, nullptr, &raw, Remaining(CallDeadline()));
  Metadata metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Fail(Code::kUnavailable, "the list of Kafka's topics: {}",
                InWords(error, client_->Trouble()));
  }
  client_->Answered();
  std::vector<std::string> names;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    std::string name = metadata->topics[i].topic;
    // One that was given partitions since is looked at again, and refused.
    if (metadata->topics[i].partition_cnt != 1) Forget(name);
    if (!name.starts_with("__") && CheckTopicName(name)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> Topics::Find(std::string_view topic) {
  {
    std::lock_guard lock(mutex_);
    if (known_.contains(topic)) return {};
  }
  TL_ASSIGN(Shape shape, Describe(topic, CallDeadline()));
  if (shape.partitions != 1) {
    return Fail(
        Code::kInvalid,
        "topic {} has {} partitions and must have one, or its records have no order: copy what it "
        "holds, and make it anew",
        topic, shape.partitions);
  }
  std::lock_guard lock(mutex_);
  known_.try_emplace(std::string(topic), 0);
  return {};
}

void Topics::Forget(std::string_view topic) {
  std::lock_guard lock(mutex_);
  auto found = known_.find(topic);
  if (found != known_.end()) known_.erase(found);
  auto checked = checked_.find(topic);
  if (checked != checked_.end()) checked_.erase(checked);
}

Result<void> Topics::FindToAppend(std::string_view topic) {
  TL_TRY(Find(topic));
  {
    std::lock_guard lock(mutex_);
    if (checked_.contains(topic)) return {};
  }
  return Check(topic);
}

Result<void> Topics::Check(std::string_view topic, Deadline deadline) {
  TL_ASSIGN(const Shape shape, Describe(topic, deadline));
  TL_TRY(Find(topic));
  return CheckSettings(topic, shape, deadline);
}

Result<Topics::Shape> Topics::Describe(std::string_view topic, Deadline deadline) {
  TopicHandle handle(rd_kafka_topic_new(client_->get(), std::string(topic).c_str(), nullptr));
  if (!handle) return Fail(Failure("look for", topic, rd_kafka_last_error(), ""));
  const rd_kafka_metadata_t* raw = nullptr;
  auto error = rd_kafka_metadata(client_->get(), 0, handle.get(), &raw, Remaining(deadline));
  Metadata metadata(raw);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    client_->Answered();
    error = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
  }
  if (error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) error = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Fail(Failure("look for", topic, error, client_->Trouble()));
  }
  const rd_kafka_metadata_topic& found = metadata->topics[0];
  Shape shape{.partitions = found.partition_cnt, .replicas = 0, .led = false};
  if (found.partition_cnt > 0) {
    shape.replicas = found.partitions[0].replica_cnt;
    shape.led = found.partitions[0].leader >= 0;
  }
  return shape;
}

Result<void> Topics::AwaitLeader(std::string_view topic, Deadline deadline) {
  while (true) {
    auto shape = Describe(topic, deadline);
    if (shape && shape->led) return {};
    if (!shape && shape.error().code != Code::kNotFound) return Fail(std::move(shape.error()));
    if (Remaining(deadline) == 0) {
      return Fail(Code::kUnavailable, "topic {} was made and has no leader yet", topic);
    }
    Queue nothing(rd_kafka_queue_new(client_->get()));
    Event none(rd_kafka_queue_poll(nothing.get(), kRetryMs));
  }
}

Result<std::int64_t> Topics::Watermark(std::string_view topic, std::int64_t which) {
  TL_TRY(Find(topic));
  Deadline deadline = CallDeadline();
  while (true) {
    Partitions list(rd_kafka_topic_partition_list_new(1));
    auto* entry = rd_kafka_topic_partition_list_add(list.get(), std::string(topic).c_str(), 0);
    entry->offset = which;
    auto error = rd_kafka_offsets_for_times(client_->get(), list.get(), Remaining(deadline));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = entry->err;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && entry->offset >= 0) {
      client_->Answered();
      return entry->offset;
    }
    if (NoSuchTopic(error)) {
      // The client may not have heard of it yet: the broker knows.
      Forget(topic);
      TL_TRY(Find(topic));
    } else if (!Passing(error) && error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Fail(Failure("ends of", topic, error, client_->Trouble()));
    }
    if (Remaining(deadline) == 0) {
      return Fail(Failure("ends of", topic, RD_KAFKA_RESP_ERR__TIMED_OUT, client_->Trouble()));
    }
    Queue nothing(rd_kafka_queue_new(client_->get()));
    Event none(rd_kafka_queue_poll(nothing.get(), kRetryMs));
  }
}

Result<std::int64_t> Topics::Start(std::string_view topic) {
  TL_ASSIGN(std::int64_t start, Watermark(topic, kEarliestOffset));
  SawStart(topic, start);
  return start;
}

Result<std::int64_t> Topics::End(std::string_view topic) { return Watermark(topic, kLatestOffset); }

Result<void> Topics::Trim(std::string_view topic, std::int64_t before) {
  TL_ASSIGN(std::int64_t start, Start(topic));
  TL_ASSIGN(std::int64_t end, End(topic));
  before = std::min(before, end);
  if (before <= start) return {};
  TL_TRY(DeleteBefore(*client_, topic, before, CallDeadline()));
  SawStart(topic, before);
  return {};
}

void Topics::SawStart(std::string_view topic, std::int64_t start) {
  std::lock_guard lock(mutex_);
  auto found = known_.find(topic);
  // Lower than before where the topic was made anew.
  if (found != known_.end()) found->second = start;
}

std::int64_t Topics::KnownStart(std::string_view topic) const {
  std::lock_guard lock(mutex_);
  auto found = known_.find(topic);
  return found == known_.end() ? 0 : found->second;
}

Result<void> Topics::Create(std::string_view topic) {
  TL_TRY(CheckTopicName(topic));
  Deadline deadline = CallDeadline();
  auto checked = Check(topic, deadline);
  if (checked || checked.error().code != Code::kNotFound) return checked;
  TL_ASSIGN(bool made, MakeTopic(*client_, topic, wanted_.replicas,
                                 WantedSettings(wanted_.min_insync_replicas), deadline));
  TL_TRY(AwaitLeader(topic, deadline));
  return made ? Find(topic) : Check(topic, deadline);
}

Result<void> Topics::CheckSettings(std::string_view topic, const Shape& shape, Deadline deadline) {
  TL_ASSIGN(auto settings, ReadSettings(*client_, topic, deadline));
  TL_TRY(CompareSettings(topic, settings, wanted_.min_insync_replicas, wanted_.brokers));
  if (shape.replicas < wanted_.replicas) {
    return Fail(Code::kInvalid,
                "topic {} has {} replicas and must have {}: add some with "
                "kafka-reassign-partitions.sh --bootstrap-server {}",
                topic, shape.replicas, wanted_.replicas, wanted_.brokers);
  }
  std::lock_guard lock(mutex_);
  checked_.emplace(topic);
  return {};
}

}  // namespace throughline::log::kafka
