#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/log/event_log.h"
#include "engine/log/kafka/statistics.h"

namespace throughline::log {

// The event log on Kafka brokers (3.9, and what speaks like it). Threads: any, at once.
//
// Broker away: what needs it returns kUnavailable, after at most the time-outs below, and works
// again by itself once the broker is back; Open does not need it. What the broker forbids is
// kUnavailable too, and the text names the topic and the right that lacks.
//
// Appends are idempotent and acknowledged by all replicas in sync. An append that fails with
// kUnavailable may still be written later, whole or a prefix of it, but never after a later append
// to that topic by this log: that one waits for it, and fails if it stays undecided.
//
// A reader is told that its position was removed or lost by the broker, at its next fetch. A tail
// that was lost and has grown again past the position before that fetch looks like any other
// records: whoever must know chains them (journal.h). Append times are the broker's clock.
class KafkaLog final : public EventLog {
 public:
  struct Options {
    std::string brokers;  // host:port, separated by commas
    // librdkafka's properties for this installation (TLS, SASL, compression). Those that
    // Throughline sets itself are refused.
    std::map<std::string, std::string> client;
    // Is told in a sentence when the brokers are away, are back, or refuse. Called from other
    // threads; may not call the log.
    std::function<void(std::string_view)> note;
    Millis call_timeout = 10 * kSecond;    // of whatever asks the broker
    Millis append_timeout = 30 * kSecond;  // of an append, until all of it is acknowledged
    std::size_t reader_bytes = std::size_t{64} << 20;  // each reader holds so much at most, unread
    // Of topics that it makes; existing ones with fewer are refused. 0: as the broker has it.
    int replicas = 0;
    int min_insync_replicas = 0;
    // False only where the brokers know no administrative calls, as a mock's.
    bool check_before_append = true;
  };

  // kInvalid: no brokers, or a property that is Throughline's own, unknown, or has a value that
  // librdkafka does not take; the text names it.
  static Result<std::unique_ptr<KafkaLog>> Open(Options options);
  // Bounded, with the broker away too: what is not yet acknowledged is given up.
  ~KafkaLog() override;

  // Makes the topic with the settings that the record needs; where it is there already, as Check.
  // kInvalid: names each setting that is wrong, what it must be, and the command that sets
  // it.
  Result<void> Create(std::string_view topic) override;
  Result<void> Check(std::string_view topic) override;
  // Without those that no EventLog could have made, such as the broker's own.
  Result<std::vector<std::string>> Topics() override;
  // Before the first append to a topic its settings are checked, as by Create.
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<Message>& messages) override;
  Result<std::unique_ptr<Reader>> Read(std::string_view topic, std::int64_t from) override;
  Result<std::int64_t> Start(std::string_view topic) override;
  // Asked of the broker at each call.
  Result<std::int64_t> End(std::string_view topic) override;
  Result<void> Trim(std::string_view topic, std::int64_t before) override;

  // As each client last reported, at most some seconds old; empty at first.
  std::vector<kafka::ClientStatistics> Statistics() const;

 private:
  class Impl;
  explicit KafkaLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace throughline::log
