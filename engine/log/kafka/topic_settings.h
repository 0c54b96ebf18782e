#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/base/result.h"

// What Throughline asks of a topic. Pure.
namespace throughline::log::kafka {

using TopicSettings = std::map<std::string, std::string>;

// Of a topic that it makes. `min_insync_replicas` 0: as the broker has it.
TopicSettings WantedSettings(int min_insync_replicas);

// kInvalid: names each setting that is wrong, what it is and must be, and the command that sets
// them all. `actual` is what the broker says.
Result<void> CompareSettings(std::string_view topic, const TopicSettings& actual,
                             int min_insync_replicas, std::string_view brokers);

}  // namespace throughline::log::kafka
