#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/log/event_log.h"
#include "engine/log/journal.h"
#include "engine/projection/fold.h"
#include "engine/projection/shard.h"
#include "engine/projection/view.h"

namespace throughline::projection {

enum class State {
  kRebuilding,  // it has not reached the journal's end since it was opened
  kLive,
  kParked,  // it goes no further, for the reason given; what it holds is sound and served
  kFailed,  // its store is damaged or cannot be written: not served; a restart rebuilds it
};
std::string_view Name(State state);

struct ShardStatus {
  State state = State::kRebuilding;
  std::string reason;        // of kParked and kFailed
  ShardPosition position;    // as committed; records read = folded + refused
  std::uint64_t outbox = 0;  // rows that wait to be published
};

struct PublisherStatus {
  std::uint64_t published = 0;  // since the host started; those below are counted since then too
  std::uint64_t repeats = 0;    // were in the topic already
  std::uint64_t late = 0;       // found missing by a rebuild, still open, published
  std::uint64_t withheld = 0;   // found missing by a rebuild, no longer open, not published
  // Publications of the topics that the last rebuild did not make; nothing while that is not known.
  std::optional<std::uint64_t> surplus;
  std::uint64_t kept =
      0;                 // rows that wait for the writer's host to publish them, or for this to be
  bool standby = false;  // another instance's host publishes
  std::string trouble;   // why it cannot publish now; empty when it can
};

struct HostStatus {
  std::string name;
  std::uint32_t generation = 0;
  std::string topic;
  Seq journal_seq = 0;              // the last record accepted
  std::int64_t journal_offset = 0;  // the next to be read
  std::int64_t journal_end = 0;     // as far as it is known: asked at the start, raised by reading
  std::uint64_t dropped = 0;        // records that were not accepted
  std::vector<ShardStatus> shards;
  PublisherStatus publisher;
  // A rebuild beside the live generation: how far each of its shards is. Empty when none runs.
  std::vector<ShardStatus> rebuild;
};

// Keeps the folds of one host in step with one journal: one thread reads, one for each shard folds
// and commits, one publishes. On disk: <directory>/<name>/{LOCK, CURRENT, g<N>/{LAYOUT,
// shard-<i>/}}.
//
// A store that is damaged, stands on a record that the journal does not hold, or was laid out for
// other folds or another number of shards is discarded at Start and built again. Nothing is lost by
// it: the journal is the record.
//
// Threads: any may call anything but the constructor, Start and the destructor, which belong to
// one. The log and the clock must outlive the host.
class Host {
 public:
  using Folds = std::vector<std::unique_ptr<Fold>>;

  struct Options {
    std::string directory;
    std::string name;                  // [a-z0-9-]{1,64}
    std::string topic;                 // the journal's; a Continued record is followed from it
    std::uint32_t shards = 1;          // 1 to 256; another number is a rebuild
    std::size_t batch_records = 1000;  // committed at most together
    std::size_t queue_bytes = std::size_t{4} << 20;  // of records waiting for a shard
    std::size_t memory_bytes = std::size_t{2}
                               << 30;  // of a shard that is folded in memory before its first load
    // How long a shard rests before it writes again what the disk had no room for.
    Millis before_trying_again = kSecond;
    // A record that concerns more persons than this is committed in parts.
    std::size_t part_steps = 1000;
    bool verify_at_start = true;  // read every store whole before it is trusted
    Store::Options store;
    log::JournalReader::Limits limits;
    std::vector<std::string> publishes;  // the topics that the folds publish to
    // Publishes only while the journal's last Took names this instance; until then it keeps its
    // outbox and drops from it what another published. Empty: it alone publishes.
    std::string instance;
    // Whether what a rebuild finds missing from its topic should still go out. Called on the
    // publisher's thread once the journal's end was reached. Absent: nothing missing goes out.
    std::function<bool(const Publication&)> still_open;
    // Told once when nothing can be published, why, and when it goes on; and that a topic was made
    // anew. Called on the publisher's thread. May be empty.
    std::function<void(std::string_view)> note;
  };

  // `make` gives fresh folds, in the order in which they apply; called once for each shard of each
  // generation.
  Host(log::EventLog& log, const Clock& clock, Options options, std::function<Folds()> make);
  ~Host();  // stops
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Opens, verifies, discards what is not sound, and follows. kConflict: another process owns the
  // directory. kUnavailable: the log or the disk is. Once.
  Result<void> Start();
  // Commits what was read and ends every thread; what waits in the outbox stays there. Views stay
  // readable.
  void Stop();

  // The generation that was replaced and the one that replaced it, as that was done: at the same
  // record, unless the journal never rested. `before` is nothing where nothing of it was served.
  struct Rebuilt {
    std::shared_ptr<const View> before;
    std::shared_ptr<const View> after;
  };
  // Builds a new generation beside the live one and puts it in its place; returns when it has. The
  // old one goes when the last View of it does. kConflict: one is running. kUnavailable: stopped,
  // or the log is. Others: the old one stays.
  Result<Rebuilt> Rebuild();

  // The newest state that every shard has reached. Those that are being rebuilt or failed are not
  // served in it, the others are. kUnavailable: none is served yet.
  Result<std::shared_ptr<const View>> Open() const;

  // Until every shard has reached the journal's end, as it was when it was opened, and is served.
  // False: not in time; one failed; or, as all that waits here, it was stopped.
  bool WaitUntilLive(Millis timeout) const;
  // Until what a feed's record at `offset`, or a later one, brought about can be seen in Open(). As
  // in those below no shard that failed is waited for. False: not in time; or all failed.
  bool WaitFor(std::string_view feed, std::int64_t offset, Millis timeout) const;
  bool WaitForSeq(Seq seq, Millis timeout) const;
  // Until the outbox of everything up to `seq` is published or withheld. Where another publishes,
  // what was due before this one was live is not waited for: that one may withhold it.
  bool WaitForPublished(Seq seq, Millis timeout) const;

  HostStatus Status() const;
  // Why the journal is read no further, whatever comes; nothing: it is.
  std::optional<Error> Failure() const;
  // Reads every shard whole.
  struct Digests {
    Seq seq = 0;
    std::vector<std::string> shards;  // hex
    std::string combined;             // hex; of the shards' in order
  };
  Result<Digests> Digest() const;
  static Result<Digests> DigestOf(const View& view);
  // The live generation of a host that no process owns, or beside one that does; read-only.
  // kNotFound: there is none. kUnavailable: its shards stand at different records, or one within a
  // record, because it was killed: starting it once mends that.
  static Result<std::shared_ptr<const View>> OpenReadOnly(const std::string& directory,
                                                          const std::string& name);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace throughline::projection
