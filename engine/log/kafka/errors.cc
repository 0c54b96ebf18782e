#include "engine/log/kafka/errors.h"

#include <algorithm>
#include <limits>

namespace throughline::log::kafka {

bool NoSuchTopic(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

bool Passing(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
      return true;
    default:
      return false;
  }
}

std::string InWords(rd_kafka_resp_err_t error, std::string_view detail) {
  std::string text = rd_kafka_err2str(error);
  if (!detail.empty() && detail != text) text += fmt::format(" ({})", detail);
  return text;
}

Error Failure(std::string_view doing, std::string_view topic, rd_kafka_resp_err_t error,
              std::string_view detail) {
  std::string text = fmt::format("{} topic {}: {}", doing, topic, InWords(error, detail));
  switch (error) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      text += "; the broker's access rules do not give this user the right to it";
      break;
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      text += "; it needs the right IdempotentWrite on the cluster";
      break;
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      text += "; fewer replicas are in sync than the topic's min.insync.replicas";
      break;
    default:
      break;
  }
  if (NoSuchTopic(error)) return {Code::kNotFound, text};
  if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
      error == RD_KAFKA_RESP_ERR_POLICY_VIOLATION || error == RD_KAFKA_RESP_ERR_INVALID_CONFIG ||
      error == RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR) {
    return {Code::kInvalid, text};
  }
  return {Code::kUnavailable, text};
}

Deadline After(Millis wait) {
  // Far enough for whoever means "for ever", near enough not to overflow.
  constexpr Millis kLongest = 365 * kDay;
  return std::chrono::steady_clock::now() +
         std::chrono::milliseconds(std::clamp<Millis>(wait, 0, kLongest));
}

int Remaining(Deadline deadline) {
  auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now())
          .count();
  return static_cast<int>(
      std::clamp<std::int64_t>(left, 0, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace throughline::log::kafka
