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

// Takes the outbox rows of a generation's shards to the log, each id once. Of several instances
// that follow one journal the one publishes that the journal's last Took names, once it has read
// the journal to its end: so every host decides by the same record, with intake in its process or
// not. The others keep their rows, and drop those that stand in the topic; whoever takes over reads
// the topic to its end before it publishes what is missing. Threads: one, which calls Pass again
// and again, also for another generation once that is live; Status of any.
class Publisher {
 public:
  // `instance` empty: no other publishes. The log must outlive it.
  Publisher(log::EventLog& log, std::string instance, std::vector<std::string> topics,
            std::function<bool(const Publication&)> still_open,
            std::function<void(std::string_view)> note, Signal& signal);

  // Deals with what waits now; a topic that is gone is made anew. True: there may be more.
  // kUnavailable: try again later.
  Result<bool> Pass(Generation& generation);
  // Rows wait for another to publish them: look again soon, though nothing changes here.
  bool keeps() const { return !kept_.empty(); }
  // Shows why it cannot publish, and tells it once; empty: it can.
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
  Result<bool> Deal(Generation& generation);
  void Note(std::string_view text) const;
  void Follow(const Generation& generation);
  Result<void> ReadTopics();
  struct Looked {
    std::vector<Waiting> waiting;          // in order
    std::map<std::uint32_t, Seq> drained;  // shards of which these are all, and up to which seq
    // Every shard that did not fail had reached the journal's end, and stands on this instance's
    // Took.
    bool writes = false;
    Millis tick = 0;  // the last that a shard stands on
  };
  Result<Looked> LookAtAll(Generation& generation);
  // The next rows of a shard, and up to which seq they are all; nothing while its journal's end was
  // not reached.
  Result<void> Look(Generation& generation, std::uint32_t shard, Looked& looked);
  // Whether this host publishes now; what others did meanwhile is read where that matters.
  Result<bool> Publishes(const Looked& looked);
  // That the topics are there is asked once a tick: it may be long till something is published.
  Result<void> LookAtTopics(Millis tick);
  struct Chosen {
    std::vector<const Waiting*> rows;
    std::set<const Waiting*> kept;  // another publishes them
    std::uint64_t repeats = 0;
    std::uint64_t withheld = 0;
  };
  Result<Chosen> Choose(const std::vector<Waiting>& waiting, bool publishes,
                        std::uint32_t generation);
  // Rows of before it was live, or of since.
  bool KeepsOf(std::uint32_t shard, bool catching_up) const;
  Result<void> Append(const std::vector<const Waiting*>& chosen, std::uint32_t generation);
  void CountSurplus(const Generation& generation);

  log::EventLog& log_;
  std::string instance_;
  std::vector<std::string> topics_;
  std::function<bool(const Publication&)> still_open_;
  std::function<void(std::string_view)> note_;
  Signal& signal_;
  Published published_;
  std::set<std::string, std::less<>> uncertain_;  // topics of which an append failed
  std::uint32_t following_ = 0;                   // a generation
  std::vector<Cursor> cursors_;
  std::vector<Waiting> kept_;  // looked at before, in order
  Millis looked_at_ = 0;       // the tick at which the topics were there
  bool surplus_known_ = false;
  PublisherStatus status_;  // guarded by the signal's mutex
};

}  // namespace throughline::projection
