#include "engine/log/kafka/statistics.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace throughline::log::kafka {
namespace {

using nlohmann::json;

std::int64_t Number(const json& object, const char* name) {
  auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::string Text(const json& object, const char* name) {
  auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

BrokerStatistics Broker(const json& broker) {
  BrokerStatistics out;
  out.name = Text(broker, "name");
  out.state = Text(broker, "state");
  if (auto rtt = broker.find("rtt"); rtt != broker.end() && rtt->is_object()) {
    out.round_trip_us = Number(*rtt, "avg");
  }
  out.waiting_requests = Number(broker, "outbuf_cnt") + Number(broker, "waitresp_cnt");
  out.send_errors = Number(broker, "txerrs");
  out.receive_errors = Number(broker, "rxerrs");
  out.timeouts = Number(broker, "req_timeouts");
  out.disconnects = Number(broker, "disconnects");
  return out;
}

}  // namespace

Result<ClientStatistics> ParseStatistics(std::string_view client, std::string_view text) {
  json root = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!root.is_object() || !root.contains("brokers") || !root["brokers"].is_object()) {
    return Fail(Code::kInvalid, "statistics of Kafka client {}: not librdkafka's", client);
  }
  ClientStatistics out;
  out.client = client;
  out.age = Number(root, "age") / 1000;
  out.queued_messages = Number(root, "msg_cnt");
  out.queued_bytes = Number(root, "msg_size");
  for (const auto& [name, broker] : root["brokers"].items()) {
    // "logical" ones stand for a role, "internal" ones for none.
    std::string source = broker.is_object() ? Text(broker, "source") : "internal";
    if (source == "learned" || source == "configured") out.brokers.push_back(Broker(broker));
  }
  std::sort(out.brokers.begin(), out.brokers.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

}  // namespace throughline::log::kafka
