#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"

namespace throughline::log::kafka {

// How one connection to a broker does, as its client last reported it.
struct BrokerStatistics {
  std::string name;                   // host:port/id
  std::string state;                  // the client's word: UP, CONNECT, DOWN, ...
  std::int64_t round_trip_us = 0;     // the average over the last interval; 0: nothing was asked
  std::int64_t waiting_requests = 0;  // not sent, or sent and not answered
  std::int64_t send_errors = 0;       // since the client began, as the following
  std::int64_t receive_errors = 0;
  std::int64_t timeouts = 0;
  std::int64_t disconnects = 0;
};

// One of the clients that a log holds.
struct ClientStatistics {
  std::string client;                // "queries", "producer", "readers-0", ...
  Millis age = 0;                    // since the client began
  std::int64_t queued_messages = 0;  // given to the producer and not yet acknowledged
  std::int64_t queued_bytes = 0;
  std::vector<BrokerStatistics> brokers;  // real ones, by name
};

// From the JSON that librdkafka gives. kInvalid: not that.
Result<ClientStatistics> ParseStatistics(std::string_view client, std::string_view json);

}  // namespace throughline::log::kafka
