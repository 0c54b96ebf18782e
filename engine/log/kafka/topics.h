#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/log/kafka/client.h"
#include "engine/log/kafka/errors.h"

namespace throughline::log::kafka {

// Asks the brokers about topics, and changes them, over a connection on which nothing waits for
// long. Threads: any, at once. Every call is bounded in time; while the broker is known to be away,
// to a second, so that who asks about many topics in turn is not held for each.
class Topics {
 public:
  struct Wanted {
    Millis call_timeout;
    int replicas;             // 0: as the broker has it
    int min_insync_replicas;  // 0: as the broker has it
    std::string brokers;      // for the commands in texts
  };
  static Result<std::unique_ptr<Topics>> Open(const Shared& shared, Wanted wanted);

  Result<std::vector<std::string>> Names();
  // kNotFound: no such topic. kInvalid: it has more than one partition. Asked once of each topic,
  // until Forget.
  Result<void> Find(std::string_view topic);
  // As Find, and that its settings are right; asked each time.
  Result<void> Check(std::string_view topic) { return Check(topic, CallDeadline()); }
  // Check, once of each topic, until Forget: to append where the broker will not keep it is to lose
  // it.
  Result<void> FindToAppend(std::string_view topic);
  void Forget(std::string_view topic);
  Result<void> Create(std::string_view topic);
  // Asked of the broker that leads.
  Result<std::int64_t> Start(std::string_view topic);
  Result<std::int64_t> End(std::string_view topic);
  Result<void> Trim(std::string_view topic, std::int64_t before);
  // The start that was last seen of the topic; asks nobody.
  std::int64_t KnownStart(std::string_view topic) const;

  const Client& client() const { return *client_; }

 private:
  explicit Topics(Wanted wanted) : wanted_(std::move(wanted)) {}
  Deadline CallDeadline() const;
  struct Shape {
    int partitions = 0;
    int replicas = 0;
    bool led = false;
  };
  Result<Shape> Describe(std::string_view topic, Deadline deadline);
  Result<std::int64_t> Watermark(std::string_view topic, std::int64_t which);
  Result<void> Check(std::string_view topic, Deadline deadline);
  Result<void> AwaitLeader(std::string_view topic, Deadline deadline);
  Result<void> CheckSettings(std::string_view topic, const Shape& shape, Deadline deadline);
  void SawStart(std::string_view topic, std::int64_t start);

  const Wanted wanted_;
  std::unique_ptr<Client> client_;
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t, std::less<>>
      known_;                                   // topics that were found, and their starts
  std::set<std::string, std::less<>> checked_;  // those whose settings were found right
};

}  // namespace throughline::log::kafka
