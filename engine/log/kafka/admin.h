#pragma once

#include <cstdint>
#include <string_view>

#include "engine/log/kafka/client.h"
#include "engine/log/kafka/errors.h"
#include "engine/log/kafka/topic_settings.h"

// The brokers' administrative calls, each waited for. Threads: any.
namespace throughline::log::kafka {

// Makes a topic of one partition; false: it was there. `replicas` 0: as the broker has it.
Result<bool> MakeTopic(const Client& client, std::string_view topic, int replicas,
                       const TopicSettings& settings, Deadline deadline);
// Every setting of a topic, the broker's defaults among them.
Result<TopicSettings> ReadSettings(const Client& client, std::string_view topic, Deadline deadline);
// Deletes the records before an offset, which lies within the topic.
Result<void> DeleteBefore(const Client& client, std::string_view topic, std::int64_t before,
                          Deadline deadline);

}  // namespace throughline::log::kafka
