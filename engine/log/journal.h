#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/log/event_log.h"
#include "throughline/v1/journal.pb.h"

// The chained journal on top of an event log: one sequence, each record naming the hash of the one before.
namespace throughline::log {

// The last accepted record: where a reader stands. Seq 0: before the first.
struct ChainHead {
  Seq seq = 0;
  std::string hash = std::string(32, '\0');
  std::int64_t offset = -1;
  Millis placed = 0;
  bool operator==(const ChainHead&) const = default;
};

// One item of a record, read back.
struct Item {
  std::string content;
  bool erased = false;
};

// A record that a reader accepted.
struct Accepted {
  v1::JournalEnvelope envelope;
  v1::Decision decision;
  std::vector<Item> contacts;  // what the decision carries, in order
  std::string hash;            // of this record
  std::int64_t offset = 0;     // in the journal's topic
  Seq seq() const { return envelope.seq(); }
};

// What intake wants to append; the chain adds seq, prev, salts and commit.
struct Draft {
  Millis placed = 0;
  std::string feed;
  std::int64_t feed_offset = 0;
  Millis received = 0;
  v1::Decision decision;
  std::vector<std::string> contacts;
};

// Builds the records that follow `head` and moves `head` over them (offsets are not known yet and stay -1).
// `salt` gives 16 random bytes at each call. Pure but for it.
std::vector<std::string> Chain(const std::vector<Draft>& drafts, ChainHead& head,
                               const std::function<std::string()>& salt);

enum class Verdict {
  kAccepted,
  kRepeat,    // its seq is not above the head's
  kStranger,  // it does not follow the head: a gap, a stale writer, an edit
  kDamaged,   // not a record, or an item's bytes are not those committed to
};

// Whether the bytes at `offset` follow `head`; on kAccepted fills `accepted` and moves `head`. Pure.
Verdict Offer(std::string_view bytes, std::int64_t offset, ChainHead& head, Accepted& accepted);

// Reads a journal from a head on and accepts. Threads: one. The log must outlive it.
class JournalReader {
 public:
  struct Limits {
    Millis park_after = 3 * kMinute;   // drops of higher seq and nothing accepted for so long
    std::uint64_t park_drops = 10000;  // drops running
  };
  // Verifies that `head`'s record is where it says, by offset and hash. kCorrupt: it is not (the log lost its tail): the
  // caller discards what it derived and starts again from ChainHead{}. `clock` is only read to park.
  static Result<std::unique_ptr<JournalReader>> Open(EventLog& log, std::string topic, ChainHead head,
                                                     const Clock& clock, Limits limits);
  // The next accepted records, at most `most`; waits up to `wait` for the first. kCorrupt: parked, with the reason.
  Result<std::vector<Accepted>> Poll(std::size_t most, Millis wait);
  const ChainHead& head() const { return head_; }
  std::uint64_t dropped() const { return dropped_; }  // since opened
  // Nothing lies beyond what was read: the end offset, asked now, is the reader's position.
  Result<bool> AtEnd();

 private:
  JournalReader(EventLog& log, std::string topic, ChainHead head, const Clock& clock, Limits limits);
  Result<void> Parked() const;

  EventLog& log_;
  std::string topic_;
  ChainHead head_;
  const Clock& clock_;
  Limits limits_;
  std::unique_ptr<Reader> reader_;
  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_running_ = 0;
  Millis higher_since_ = 0;  // the first drop of a higher seq with nothing accepted since; 0: none
};

// Writes with one batch in flight: a batch stands when it is read back accepted. Threads: one (intake's).
class JournalWriter {
 public:
  struct Limits {
    std::size_t records = 2000;
    std::size_t bytes = std::size_t{4} << 20;
    Millis read_back = 30 * kSecond;  // how long to wait for one's own batch
  };
  JournalWriter(EventLog& log, std::string topic, JournalReader& reader, Limits limits);
  // Appends the drafts after the reader's head and reads on. What it returns was accepted: the drafts' records if the
  // batch stood; what another writer appended instead if not (`stood` false: discard and decide again).
  struct Outcome {
    bool stood = false;
    std::vector<Accepted> accepted;
  };
  Result<Outcome> Write(const std::vector<Draft>& drafts);
  const Limits& limits() const { return limits_; }

 private:
  EventLog& log_;
  std::string topic_;
  JournalReader& reader_;
  Limits limits_;
};

}  // namespace throughline::log
