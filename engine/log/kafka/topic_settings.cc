#include "engine/log/kafka/topic_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstdint>
#include <vector>

#include "engine/log/kafka/settings.h"

namespace throughline::log::kafka {
namespace {

// These need not be equal: as much or more is well.
bool AtLeast(std::string_view name) {
  return name == "max.message.bytes" || name == "min.insync.replicas";
}

bool Holds(std::string_view name, std::string_view actual, std::string_view wanted) {
  if (!AtLeast(name)) return actual == wanted;
  std::int64_t has = 0;
  std::int64_t needs = 0;
  std::from_chars(actual.data(), actual.data() + actual.size(), has);
  std::from_chars(wanted.data(), wanted.data() + wanted.size(), needs);
  return has >= needs;
}

}  // namespace

TopicSettings WantedSettings(int min_insync_replicas) {
  TopicSettings wanted{{"message.timestamp.type", "LogAppendTime"},
                       {"retention.ms", "-1"},
                       {"retention.bytes", "-1"},
                       {"cleanup.policy", "delete"},
                       {"unclean.leader.election.enable", "false"},
                       {"max.message.bytes", std::to_string(kMaxBatchBytes)}};
  if (min_insync_replicas > 0) {
    wanted["min.insync.replicas"] = std::to_string(min_insync_replicas);
  }
  return wanted;
}

Result<void> CompareSettings(std::string_view topic, const TopicSettings& actual,
                             int min_insync_replicas, std::string_view brokers) {
  std::vector<std::string> faults;
  std::vector<std::string> changes;
  for (const auto& [name, wanted] : WantedSettings(min_insync_replicas)) {
    auto found = actual.find(name);
    std::string is = found == actual.end() ? "not there" : found->second;
    if (found != actual.end() && Holds(name, is, wanted)) continue;
    faults.push_back(fmt::format("{} is {} and must be {}{}", name, is, wanted,
                                 AtLeast(name) ? " at least" : ""));
    changes.push_back(fmt::format("{}={}", name, wanted));
  }
  if (faults.empty()) return {};
  return Fail(Code::kInvalid,
              "topic {} has wrong settings: {}. Set them with: kafka-configs.sh --bootstrap-server "
              "{} --alter --entity-type topics --entity-name {} --add-config {}",
              topic, fmt::join(faults, "; "), brokers, topic, fmt::join(changes, ","));
}

}  // namespace throughline::log::kafka
