#include "engine/log/kafka/admin.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>

namespace throughline::log::kafka {
namespace {

AdminOptions Options(const Client& client, rd_kafka_admin_op_t operation, Deadline deadline) {
  AdminOptions options(rd_kafka_AdminOptions_new(client.get(), operation));
  std::array<char, 256> text{};
  int left = std::max(Remaining(deadline), 1);
  rd_kafka_AdminOptions_set_request_timeout(options.get(), left, text.data(), text.size());
  // Until the brokers have done it, and not only heard of it.
  if (operation != RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS) {
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), left, text.data(), text.size());
  }
  return options;
}

// Starts a call and waits for its result.
Result<Event> Call(const Client& client, std::string_view doing, std::string_view topic,
                   Deadline deadline, const std::function<void(rd_kafka_queue_t*)>& start) {
  // A little longer than the request's own time-out, which says more.
  constexpr Millis kGrace = 500;
  Queue queue(rd_kafka_queue_new(client.get()));
  start(queue.get());
  Event event(rd_kafka_queue_poll(queue.get(), Remaining(deadline) + static_cast<int>(kGrace)));
  if (!event) return Fail(Failure(doing, topic, RD_KAFKA_RESP_ERR__TIMED_OUT, client.Trouble()));
  auto error = rd_kafka_event_error(event.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* text = rd_kafka_event_error_string(event.get());
    return Fail(Failure(doing, topic, error, text == nullptr ? "" : text));
  }
  return event;
}

}  // namespace

Result<bool> MakeTopic(const Client& client, std::string_view topic, int replicas,
                       const TopicSettings& settings, Deadline deadline) {
  std::array<char, 256> text{};
  NewTopic wanted(rd_kafka_NewTopic_new(std::string(topic).c_str(), 1, replicas > 0 ? replicas : -1,
                                        text.data(), text.size()));
  if (!wanted) return Fail(Code::kInvalid, "make topic {}: {}", topic, text.data());
  for (const auto& [name, value] : settings) {
    rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  }
  auto options = Options(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, deadline);
  rd_kafka_NewTopic_t* one = wanted.get();
  TL_ASSIGN(Event event, Call(client, "make", topic, deadline, [&](rd_kafka_queue_t* queue) {
              rd_kafka_CreateTopics(client.get(), &one, 1, options.get(), queue);
            }));
  std::size_t count = 0;
  const auto* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count != 1) return Fail(Code::kUnavailable, "make topic {}: no result came", topic);
  auto error = rd_kafka_topic_result_error(results[0]);
  if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return false;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
  const char* why = rd_kafka_topic_result_error_string(results[0]);
  return Fail(Failure("make", topic, error, why == nullptr ? "" : why));
}

Result<TopicSettings> ReadSettings(const Client& client, std::string_view topic,
                                   Deadline deadline) {
  constexpr std::string_view kDoing = "read the settings of";
  ConfigResource resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, std::string(topic).c_str()));
  auto options = Options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, deadline);
  rd_kafka_ConfigResource_t* one = resource.get();
  TL_ASSIGN(Event event, Call(client, kDoing, topic, deadline, [&](rd_kafka_queue_t* queue) {
              rd_kafka_DescribeConfigs(client.get(), &one, 1, options.get(), queue);
            }));
  std::size_t count = 0;
  const auto* results = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return Fail(Code::kUnavailable, "{} topic {}: no result came", kDoing, topic);
  auto error = rd_kafka_ConfigResource_error(results[0]);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* why = rd_kafka_ConfigResource_error_string(results[0]);
    return Fail(Failure(kDoing, topic, error, why == nullptr ? "" : why));
  }
  TopicSettings settings;
  const auto* entries = rd_kafka_ConfigResource_configs(results[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    settings[rd_kafka_ConfigEntry_name(entries[i])] = value == nullptr ? "" : value;
  }
  return settings;
}

Result<void> DeleteBefore(const Client& client, std::string_view topic, std::int64_t before,
                          Deadline deadline) {
  Partitions upto(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(upto.get(), std::string(topic).c_str(), 0)->offset = before;
  DeleteRecords records(rd_kafka_DeleteRecords_new(upto.get()));
  auto options = Options(client, RD_KAFKA_ADMIN_OP_DELETERECORDS, deadline);
  rd_kafka_DeleteRecords_t* one = records.get();
  TL_ASSIGN(Event event, Call(client, "trim", topic, deadline, [&](rd_kafka_queue_t* queue) {
              rd_kafka_DeleteRecords(client.get(), &one, 1, options.get(), queue);
            }));
  const auto* results =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  if (results == nullptr || results->cnt != 1) {
    return Fail(Code::kUnavailable, "trim topic {}: no result came", topic);
  }
  if (results->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return Fail(Failure("trim", topic, results->elems[0].err, ""));
}

}  // namespace throughline::log::kafka
