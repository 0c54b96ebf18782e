#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/log/event_log.h"
#include "throughline/v1/journal.pb.h"

// The chained journal on top of an event log: one sequence, each record naming the hash of the one
// before.
namespace throughline::log {

// The last accepted record: where a reader stands. Seq 0: before the first.
struct ChainHead {
  Seq seq = 0;
  std::string hash = std::string(32, '\0');
  std::int64_t offset = -1;
  Millis placed = 0;
  bool operator==(const ChainHead&) const = default;
};

// One item of a record, read back. An erased one has no content.
struct Item {
  std::string content;
  bool erased = false;
  bool operator==(const Item&) const = default;
};

// A record that a reader accepted.
struct Accepted {
  v1::JournalEnvelope envelope;
  v1::Decision decision;
  bool decision_erased = false;  // then none is set
  std::vector<Item> contacts;    // what the decision carries, in order
  std::string hash;              // of this record: SHA-256 of its envelope as stored
  std::int64_t offset = 0;       // in the journal's topic
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

// Gives 16 random bytes at each call.
using Salt = std::function<std::string()>;
// From the machine's secure source. Threads: any.
std::string RandomSalt();

// A record as it is to be appended, and as whoever reads it accepts it. Its offset is not known
// yet: -1.
struct Chained {
  std::string bytes;
  Accepted record;
};

// Builds the records that follow `head` and moves `head` over them. A draft placed before the head
// is placed with it: `placed` never decreases. kInvalid: a decision that nobody could read, for a
// text of it is not UTF-8; the head is as it was. Pure but for `salt`.
Result<std::vector<Chained>> Chain(std::vector<Draft> drafts, ChainHead& head, const Salt& salt);

enum class Verdict {
  kAccepted,
  kRepeat,    // its seq is not above the head's
  kStranger,  // it does not follow the head: a gap, a stale writer, an edit
  kDamaged,   // not a record, or an item's bytes are not those committed to
};

// Whether the bytes at `offset` follow `head`; on kAccepted fills `accepted` and moves `head`; else
// both are as they were. Pure.
Verdict Offer(std::string_view bytes, std::int64_t offset, ChainHead& head, Accepted& accepted);

// Reads a journal from a head on and accepts. Threads: one. The log must outlive it.
//
// It parks, for good, when what it drops cannot be explained by a writer that woke up late:
// somebody has to look. Explained is what repeats a seq, and what follows such a record: a batch
// that a writer appended after an old head. It parks after park_drops drops running; after
// park_after with unexplained drops above the head and nothing accepted; and when what was there as
// it opened ends on such drops.
//
// The record at which it stands may be lost while it sleeps, and another writer's may fill its
// place: then it would follow, or write, a chain of its own. So it verifies its head again when it
// drops something, and when it polls after a third of park_after without polling: nobody takes over
// sooner.
class JournalReader {
 public:
  struct Limits {
    Millis park_after = 3 * kMinute;   // three tick intervals
    std::uint64_t park_drops = 10000;  // running, of any kind
  };
  // Verifies that `head`'s record is where it says, by offset and hash. kCorrupt: it is not (the
  // log lost its tail): the caller discards what it derived and starts again from ChainHead{}.
  // kNotFound: no such topic. `clock` is only read to park, and must outlive it.
  static Result<std::unique_ptr<JournalReader>> Open(EventLog& log, std::string topic,
                                                     ChainHead head, const Clock& clock,
                                                     Limits limits);
  // The next accepted records, at most `most`; waits up to `wait` for something to come, and may
  // return none when only drops did. kCorrupt: parked, with the reason, or damaged in the log, or
  // the record at which it stands is no longer there. `own`: what the caller appended, if anything;
  // what is accepted of it is taken from there, for its bytes are the same.
  struct Own {
    Seq first = 0;
    std::vector<Message> messages;  // of which the values are the records
    std::vector<Accepted> records;  // of each
  };
  Result<std::vector<Accepted>> Poll(std::size_t most, Millis wait, Own* own = nullptr);
  const ChainHead& head() const { return head_; }
  std::uint64_t dropped() const { return dropped_; }  // since opened
  // The offset in the topic from which it reads on.
  std::int64_t Position() const { return reader_->Position(); }
  // Nothing lies beyond what was read: the end offset, asked now, is the reader's position.
  Result<bool> AtEnd();
  // kCorrupt: the log ends before what was read, so its tail was lost. A writer asks before each
  // batch: what it appended behind a lost tail would follow nothing, and stop whoever starts.
  Result<void> CheckEnd();

 private:
  JournalReader(EventLog& log, std::string topic, ChainHead head, const Clock& clock,
                Limits limits);
  void Take(const Record& record, Own* own, std::vector<Accepted>& out);
  bool TakeOwn(const Record& record, Own& own, Accepted& accepted);
  void Drop(const Record& record, Verdict verdict);
  void Judge();
  // Whether the journal still holds the head's record.
  Result<void> CheckStands();

  EventLog& log_;
  std::string topic_;
  ChainHead head_;
  const Clock& clock_;
  Limits limits_;
  std::unique_ptr<Reader> reader_;
  std::int64_t replay_end_ = 0;  // what was there when it opened ends here
  bool replaying_ = true;
  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_running_ = 0;  // since something was accepted
  // Since something was accepted: the hashes of the drops that are explained, and when the first
  // was met that is not.
  std::set<std::string, std::less<>> stale_;
  std::optional<Millis> higher_since_;
  std::optional<Millis> polled_;  // when it last read
  bool unsure_ = false;           // the head is to be verified
  std::optional<Error> parked_;
};

// Writes with one batch in flight: a batch stands when it is read back accepted. Threads: one
// (intake's). Log and reader must outlive it.
class JournalWriter {
 public:
  struct Limits {
    std::size_t records = 2000;
    std::size_t bytes = std::size_t{4} << 20;  // of the records as stored
    Millis read_back = 30 * kSecond;           // how long to wait for one's own batch
  };
  JournalWriter(EventLog& log, std::string topic, JournalReader& reader, Limits limits,
                Salt salt = RandomSalt);
  // Appends the drafts after the reader's head and reads on. What it returns was accepted: the
  // drafts' records if the batch stood; if not (`stood` false), what the journal holds instead, of
  // which there may be more: read on to the end, discard the drafts and decide again over that.
  // An error of the append (kUnavailable) leaves open whether a prefix of the batch was written:
  // the next write finds out, and then does not stand. kInvalid: more than the limits allow, or
  // what nobody could read; nothing written.
  struct Outcome {
    bool stood = false;
    std::vector<Accepted> accepted;
  };
  Result<Outcome> Write(std::vector<Draft> drafts);
  const Limits& limits() const { return limits_; }

 private:
  EventLog& log_;
  std::string topic_;
  JournalReader& reader_;
  Limits limits_;
  Salt salt_;
};

// What a walk over a whole journal found.
struct ChainSummary {
  std::uint64_t records = 0;         // accepted
  std::uint64_t erased_items = 0;    // among them
  std::uint64_t dropped = 0;         // repeats, strangers, damaged
  std::uint64_t dropped_at_end = 0;  // after the last accepted: not 0 where a reader would park
  std::optional<std::int64_t> first_dropped;  // its offset in the topic
  ChainHead head;
};

// Walks the journal from its start to the end that it has now. An error of the log (kCorrupt) is
// passed on, with the last seq that verified.
Result<ChainSummary> VerifyChain(EventLog& log, std::string_view topic);

// What a log that refuses to open cannot say of itself, for it knows no journals: completes its
// error (kCorrupt) with the last seq of the journal that verifies, if it is the journal that is
// damaged. `log` reads beside, what lies there.
Error WithLastGoodSeq(Error damage, EventLog& log, std::string_view journal);

}  // namespace throughline::log
