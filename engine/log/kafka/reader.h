#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/log/event_log.h"
#include "engine/log/kafka/client.h"
#include "engine/log/kafka/topics.h"

namespace throughline::log::kafka {

// The clients that readers read through. A client carries readers of any number of topics, but one
// of each: so intake with its thirty feeds takes one client (four threads, one fetch in turn for
// all) where a client for each reader would take thirty (a hundred and twenty threads, thirty
// fetches waiting at the broker), and a process with three readers of its journal takes three.
// Each reader has a queue of its own within its client, so that none waits for another's records.
// Clients are kept for the next reader. Threads: any, at once.
class ReaderClients {
 public:
  explicit ReaderClients(const Shared& shared) : shared_(shared) {}

  // One that reads no such topic at present, and now does. It lives until the pool ends.
  Result<Client*> Take(const std::string& topic);
  void GiveBack(Client* client, const std::string& topic);
  std::vector<ClientStatistics> Statistics() const;

 private:
  struct Member {
    std::unique_ptr<Client> client;
    std::set<std::string, std::less<>> topics;
  };
  const Shared& shared_;
  mutable std::mutex mutex_;
  std::vector<Member> members_;
};

// Reads by its own position alone: no group, nothing committed. Of the broker's API it uses the
// simple consumer and its event queue: those of librdkafka 2.0.2's that lose records on a change
// (batches, seeking, pausing) it does without.
class KafkaReader final : public Reader {
 public:
  // As EventLog::Read, of a position that lies within the topic. `clients` and `topics` must
  // outlive it.
  static Result<std::unique_ptr<Reader>> Open(ReaderClients& clients, Topics& topics,
                                              std::string topic, std::int64_t from);
  ~KafkaReader() override;

  Result<std::vector<Record>> Poll(std::size_t most, Millis wait) override;
  std::int64_t Position() const override { return position_; }

 private:
  KafkaReader(ReaderClients& clients, Topics& topics, std::string topic, std::int64_t from)
      : clients_(clients), topics_(topics), topic_(std::move(topic)), position_(from) {}
  Result<void> StartFetching();
  void StopFetching();
  // One event: a record goes to `out`, what stops the reader to `stop_`.
  void Take(rd_kafka_event_t* event, std::vector<Record>& out, std::size_t& bytes);
  void TakeError(rd_kafka_event_t* event);
  Result<void> CheckPosition();
  void LookForLosses();
  void Answered() const;

  ReaderClients& clients_;
  Topics& topics_;
  const std::string topic_;
  std::int64_t position_;
  Client* client_ = nullptr;
  TopicHandle handle_;
  Queue queue_;
  bool fetching_ = false;
  std::uint64_t losses_ = 0;      // the client's, as seen at the last poll
  std::size_t queued_ = 0;        // what was in the queue when a loss was seen, and is in it yet
  bool out_of_range_ = false;     // the broker said so; not yet looked into
  std::optional<Error> stop_;     // nothing is read any more
  std::optional<Error> trouble_;  // to be told once, then read on
};

}  // namespace throughline::log::kafka
