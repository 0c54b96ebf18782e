#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <string>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/result.h"

namespace throughline::log::kafka {

// No such topic, as the broker or the client says it.
bool NoSuchTopic(rd_kafka_resp_err_t error);
// A change of leaders or a topic just made: asked again in a moment, it may be well.
bool Passing(rd_kafka_resp_err_t error);

// `detail` is what the client adds, possibly nothing.
std::string InWords(rd_kafka_resp_err_t error, std::string_view detail);
// `doing` is what failed ("append to"), `detail` as above. What the broker forbids names the
// right that lacks.
Error Failure(std::string_view doing, std::string_view topic, rd_kafka_resp_err_t error,
              std::string_view detail);

// An instant to wait until, on the machine's steady clock.
using Deadline = std::chrono::steady_clock::time_point;
Deadline After(Millis wait);
// Milliseconds from now on, at least 0, for librdkafka's time-outs.
int Remaining(Deadline deadline);

}  // namespace throughline::log::kafka
