#include "engine/log/kafka/settings.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace throughline::log::kafka {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Of every client. A broker that came back is found within a second; one that went silent is given
// up after twenty.
Pairs ForEveryRole(const Properties& properties) {
  return {{"bootstrap.servers", properties.brokers},
          {"socket.nagle.disable", "true"},
          {"socket.keepalive.enable", "true"},
          {"socket.timeout.ms", "20000"},
          {"reconnect.backoff.ms", "50"},
          {"reconnect.backoff.max.ms", "1000"},
          {"statistics.interval.ms", "1000"},
          {"allow.auto.create.topics", "false"}};
}

// message.timeout.ms: with a bounded one, librdkafka 2.0.2 lets a later message land after an
// earlier one failed. gapless: what follows a rejected batch is rejected too, so that what was
// written of an append is always a prefix.
Pairs OfProducers() {
  return {{"enable.idempotence", "true"},
          {"acks", "all"},
          {"message.timeout.ms", "0"},
          {"enable.gapless.guarantee", "true"},
          {"linger.ms", "0"},
          {"message.max.bytes", std::to_string(kMaxBatchBytes)},
          {"queue.buffering.max.messages", "1000000"},
          {"queue.buffering.max.kbytes", "65536"}};
}

// queued.min.messages: where so many are queued, librdkafka 2.0.2 stops fetching for up to a
// second; the kilobytes bound the queue instead. fetch.wait.max.ms: for so long a reader that is
// opened may wait for those that share its connection.
Pairs OfReaders(const Properties& properties) {
  return {{"enable.auto.commit", "false"},
          {"auto.commit.enable", "false"},
          {"enable.auto.offset.store", "false"},
          {"auto.offset.reset", "error"},
          {"isolation.level", "read_committed"},
          {"check.crcs", "true"},
          {"enable.partition.eof", "true"},
          {"fetch.wait.max.ms", "50"},
          {"fetch.min.bytes", "1"},
          {"fetch.error.backoff.ms", "100"},
          {"fetch.message.max.bytes", "4194304"},
          {"fetch.max.bytes", "16777216"},
          {"queued.min.messages", "10000000"},
          {"queued.max.messages.kbytes", std::to_string(properties.reader_bytes / 1024)}};
}

// Other names of the properties above, and those that would change what a client is.
constexpr std::array<std::string_view, 17> kOthers = {"metadata.broker.list",
                                                      "request.required.acks",
                                                      "delivery.timeout.ms",
                                                      "queue.buffering.max.ms",
                                                      "retries",
                                                      "message.send.max.retries",
                                                      "max.in.flight",
                                                      "max.in.flight.requests.per.connection",
                                                      "max.partition.fetch.bytes",
                                                      "transactional.id",
                                                      "group.id",
                                                      "group.instance.id",
                                                      "client.id",
                                                      "partitioner",
                                                      "log.queue",
                                                      "enabled_events",
                                                      "test.mock.num.brokers"};

Pairs Own(Role role, const Properties& properties) {
  Pairs own = ForEveryRole(properties);
  auto add = [&](Pairs more) {
    for (auto& pair : more) own.push_back(std::move(pair));
  };
  if (role == Role::kProducer) add(OfProducers());
  if (role == Role::kReaders) add(OfReaders(properties));
  if (role == Role::kQueries) add({{"isolation.level", "read_committed"}});
  return own;
}

std::set<std::string> Reserved(const Properties& properties) {
  std::set<std::string> names(kOthers.begin(), kOthers.end());
  for (Role role : {Role::kQueries, Role::kProducer, Role::kReaders}) {
    for (const auto& [name, value] : Own(role, properties)) names.insert(name);
  }
  return names;
}

}  // namespace

Result<Conf> MakeConf(Role role, const Properties& properties) {
  Conf conf(rd_kafka_conf_new());
  std::array<char, 512> text{};
  auto reserved = Reserved(properties);
  for (const auto& [name, value] : properties.client) {
    if (reserved.contains(name)) {
      return Fail(Code::kInvalid, "Kafka property {} is set by Throughline itself: leave it out",
                  name);
    }
    switch (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text.data(), text.size())) {
      case RD_KAFKA_CONF_OK:
        break;
      case RD_KAFKA_CONF_UNKNOWN:
        return Fail(Code::kInvalid, "Kafka property {} is not known to librdkafka", name);
      case RD_KAFKA_CONF_INVALID:
        return Fail(Code::kInvalid, "Kafka property {}: librdkafka does not take its value", name);
    }
  }
  for (const auto& [name, value] : Own(role, properties)) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text.data(), text.size()) !=
        RD_KAFKA_CONF_OK) {
      return Fail(Code::kInvalid, "Kafka property {}: {}", name, text.data());
    }
  }
  return conf;
}

}  // namespace throughline::log::kafka
