#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/log/event_log.h"
#include "engine/log/kafka/client.h"
#include "engine/log/kafka/errors.h"

namespace throughline::log::kafka {

// Appends to one topic. Threads: any, at once.
//
// The order that it keeps: an idempotent producer writes what it was given in that order, each
// once, however often the broker goes away, and never gives up (message.timeout.ms=0). So an append
// whose time is over leaves its messages where they are, undecided: they are written before
// whatever is given later. Purging them instead would not do: one that is on its way could still be
// taken by the broker after a later one of a new producer. The next append waits until all is
// decided, so that a long outage holds one failed append and not one for each attempt.
//
// Each topic has a client of its own. When librdkafka reports a fatal error, it is because the
// broker rejected a batch; what followed on that topic does not follow in sequence and is rejected
// too, so nothing of it can land later, and a new client takes over. Were topics to share a client,
// batches of others could be on their way.
class Producer {
 public:
  Producer(std::string topic, const Shared& shared, Millis timeout)
      : topic_(std::move(topic)), shared_(shared), timeout_(timeout) {}
  ~Producer();

  // As EventLog::Append, for a topic that exists and messages that were checked.
  Result<std::vector<std::int64_t>> Append(const std::vector<Message>& messages);
  // Waits until nothing is undecided any more that an append left so. kUnavailable: not in time.
  Result<void> Settle();
  std::optional<ClientStatistics> Statistics() const;

 private:
  // One append, until every one of its messages is decided.
  struct Pending;
  struct Slot {
    Pending* append;
    std::size_t index;
  };
  struct Pending {
    std::vector<Slot> slots;
    std::vector<std::int64_t> offsets;
    std::size_t undecided = 0;
    bool abandoned = false;  // its caller was told that it failed
    std::optional<Error> error;
  };

  Result<void> Ready(Deadline deadline);
  Result<void> Renew(Deadline deadline);
  void CloseClient(std::string_view why);
  Result<void> Give(const Message& message, Slot& slot, Deadline deadline);
  Result<std::vector<std::int64_t>> Await(const std::shared_ptr<Pending>& append,
                                          Deadline deadline);
  bool Delivered(rd_kafka_event_t* event);
  void Decide(Slot& slot, const rd_kafka_message_t* message);
  Error Late(std::string_view what) const;

  const std::string topic_;
  const Shared& shared_;
  const Millis timeout_;

  std::timed_mutex giving_;  // held while an append is given to the client, so that none mix
  // Changed only under giving_ and mutex_.
  std::unique_ptr<Client> client_;
  TopicHandle handle_;

  mutable std::mutex mutex_;
  std::condition_variable decided_;
  std::set<std::shared_ptr<Pending>> open_;
  std::size_t abandoned_ = 0;  // messages of abandoned appends, still undecided
};

}  // namespace throughline::log::kafka
