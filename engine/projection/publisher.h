#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/projection/generation.h"
#include "engine/projection/published.h"

namespace throughline::projection {

// Takes the outbox rows of a generation's shards to the log, each id once. Threads: one, which
// calls Pass again and again, also for another generation once that is live; Status of any.
class Publisher {
 public:
  // The log must outlive it.
  Publisher(log::EventLog& log, std::vector<std::string> topics,
            std::function<bool(const Publication&)> still_open, Signal& signal);

  // Deals with what waits now. True: there may be more. kUnavailable: try again later.
  Result<bool> Pass(Generation& generation);
  // Shows why it cannot publish; empty: it can.
  void Trouble(std::string trouble);
  PublisherStatus StatusLocked() const { return status_; }

 private:
  struct Cursor {
    std::string after;       // the last row that was dealt with
    bool caught_up = false;  // the shard's mark is gone, or going
  };
  struct Waiting {
    std::uint32_t shard = 0;
    OutboxRow row;
    bool catching_up = false;
  };
  void Follow(const Generation& generation);
  Result<void> ReadTopics();
  // The next rows of a shard, and up to which seq they are all; nothing while its journal's end was
  // not reached.
  Result<void> Look(Generation& generation, std::uint32_t shard, std::vector<Waiting>& waiting,
                    std::map<std::uint32_t, Seq>& drained);
  struct Chosen {
    std::vector<const Waiting*> rows;
    std::uint64_t repeats = 0;
    std::uint64_t withheld = 0;
  };
  Result<Chosen> Choose(const std::vector<Waiting>& waiting, std::uint32_t generation);
  Result<void> Append(const std::vector<const Waiting*>& chosen, std::uint32_t generation);
  void CountSurplus(const Generation& generation);

  log::EventLog& log_;
  std::vector<std::string> topics_;
  std::function<bool(const Publication&)> still_open_;
  Signal& signal_;
  Published published_;
  std::set<std::string, std::less<>> uncertain_;  // topics of which an append failed
  std::uint32_t following_ = 0;                   // a generation
  std::vector<Cursor> cursors_;
  bool surplus_known_ = false;
  PublisherStatus status_;  // guarded by the signal's mutex
};

}  // namespace throughline::projection
