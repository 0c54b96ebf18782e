#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/projection/fold.h"

namespace rocksdb {
class Env;
}

namespace throughline::projection {

// A shard's store on disk (RocksDB behind it). One process owns it. Threads: one writes; any may
// call the rest, and read what it gives. No error bears a key or a value.
class Store {
 public:
  struct Options {
    std::size_t block_cache_bytes = std::size_t{64} << 20;
    // Where in its files a key lies is kept in memory beside the cache: some three bytes for each
    // key, and fewer searches for each read. Otherwise it lies in the cache, in pieces, as far as
    // it is used.
    bool keeps_indexes = false;
    std::size_t write_buffer_bytes = std::size_t{32} << 20;
    // So many files of what was written gather before they are merged into the first level, and so
    // large that is. A shard's keys come all over it, so each time all of it is rewritten: half as
    // often with twice as many files, through which reads look until then.
    int files_to_merge = 8;
    std::uint64_t first_level_bytes = std::uint64_t{512} << 20;
    // A commit that would find less free space than this on the disk is refused with kUnavailable,
    // because RocksDB may abort on a full disk.
    std::uint64_t low_water_bytes = std::uint64_t{512} << 20;
    // A bulk load is cut into files of about this.
    std::uint64_t bulk_file_bytes = std::uint64_t{64} << 20;
    rocksdb::Env* env = nullptr;  // the files; nullptr: the machine's. Outlives the store
    bool read_only = false;       // beside another process that owns it, or with none
  };
  // kCorrupt: a flipped bit in WAL, MANIFEST or SST was met: rebuild. A torn tail of the WAL is
  // cut, silently and rightly. kConflict: another process owns it. kNotFound: read-only, and
  // nothing is there.
  static Result<std::unique_ptr<Store>> Open(const std::string& directory, const Options& options);
  virtual ~Store() = default;
  // Reads as of now: each read by itself.
  virtual const Reads& Now() const = 0;
  // A stable view that frees itself and may be read by several threads at once. It may not outlive
  // the store.
  virtual std::unique_ptr<Reads> Snapshot() const = 0;
  // All changes or none; durable against a process crash (the journal makes a power cut harmless).
  // kUnavailable with no Fault(): the disk is nearly full, try again later.
  virtual Result<void> Commit(const Overlay& changes) = 0;
  // Empty store only: the same by sorted files, without WAL. Keys in order.
  virtual Result<void> BulkLoad(const ByKey<std::string>& sorted) = 0;
  // Reads everything and verifies checksums.
  virtual Result<void> Verify() const = 0;
  // Hard-linked copy in a new directory.
  virtual Result<void> CopyTo(const std::string& directory) const = 0;
  // The first fault met by any read, write or background work. It stays: the store is not to be
  // served any more.
  virtual std::optional<Error> Fault() const = 0;
};

// Where a shard stands: kept in the store under the host's own keys, committed with the state.
struct ShardPosition {
  log::ChainHead head;
  std::uint64_t folded = 0;      // records that every fold took
  std::uint64_t refused = 0;     // records that a fold refused; records read = folded + refused
  std::uint64_t incomplete = 0;  // persons marked incomplete
  Millis last_tick = 0;
  std::string writer;  // the instance of the last Took; empty: nobody took over yet
  bool operator==(const ShardPosition&) const = default;
};
// The position committed in a store; a fresh one if there is none. kCorrupt: it cannot be read.
Result<ShardPosition> PositionIn(const Reads& store);

// A record that was applied, but not to everyone whom it concerns: its visits or timers go on. Kept
// under the host's own keys between its parts.
struct Unfinished {
  log::ChainHead head;              // of that record
  bool folded = false;              // every fold took it
  std::uint64_t visits = 0;         // a bit for each fold that has somebody left to visit
  std::optional<PersonId> visited;  // the last, by the first of those folds
  std::uint32_t rows = 0;           // of the outbox so far
};
// What a store holds of the kind; nothing when it stands at the end of a record. kCorrupt: it
// cannot be read.
Result<std::optional<Unfinished>> UnfinishedIn(const Reads& store);

// The synchronous core of the host: applies accepted records in order to the folds, in memory over
// the store, and commits. Threads: one. Store and folds must outlive it.
class Shard {
 public:
  // Exactly one of memory and store. The folds' names and prefixes are checked. A record is applied
  // in parts of at most `part_steps` visits and timers.
  Shard(MemoryStore* memory, Store* store, ShardOf shard, std::vector<Fold*> folds,
        std::size_t part_steps = std::numeric_limits<std::size_t>::max());
  ~Shard();
  // Where it stands now, uncommitted records included: at the last that is at its end. kCorrupt:
  // the store's cannot be read.
  Result<ShardPosition> Position() const;
  // Applies one record: every fold in order, then whom they visit, then at a tick what is due. A
  // record at or below the position is passed over, kCorrupt if it is the position's own, or one
  // that was applied in part, with another hash. Errors: the store's only; then nothing may be
  // committed.
  Result<void> Apply(const log::Accepted& record);
  // The record that is not at its end: commit, and apply it again. It goes on where it was, in this
  // process or the next, and leaves the same bytes however it was cut. 0: there is none.
  Seq unfinished() const { return unfinished_ ? unfinished_->head.seq : 0; }
  // What was applied since the last commit becomes durable: state, timers, outbox, position, in one
  // batch. After kUnavailable it may be called again.
  Result<void> Commit();
  std::size_t pending_records() const { return pending_; }
  // Outbox rows that the next commit writes.
  std::size_t pending_publications() const { return publications_; }
  // What the folds read now, uncommitted changes included.
  const Writes& state() const { return *overlay_; }

 private:
  class Context;
  class Firing;
  Result<void> Check() const;
  bool ApplyFolds(const log::Accepted& record);
  bool ApplyTheRest(const log::Accepted& record);
  bool VisitEach(const log::Accepted& record);
  void Visit(std::size_t fold, const PersonId& person, const log::Accepted& record);
  bool TakeStep();
  void End(const log::Accepted& record);
  void MarkIncomplete(const std::vector<PersonId>& persons, Seq since, const Fold& fold,
                      const Error& error);
  bool FireDue(const log::Accepted& tick, Millis at);
  void Forget();

  MemoryStore* memory_;
  Store* store_;
  ShardOf shard_;
  std::vector<Fold*> folds_;
  std::size_t part_steps_;
  std::unique_ptr<Overlay> overlay_;
  std::optional<Error>
      broken_;  // the store's position could not be read, or does not fit the records
  ShardPosition position_;
  std::optional<Unfinished> unfinished_;
  bool keeps_unfinished_ = false;  // the store, with its uncommitted changes, holds one
  std::size_t steps_ = 0;          // visits and timers since the last commit
  std::map<std::string, std::int64_t, std::less<>> feeds_;  // read since the last commit
  std::optional<Millis> earliest_;  // no timer is due before; nothing: not known
  std::uint32_t rows_ = 0;          // of the outbox, in the record being applied
  std::size_t publications_ = 0;
  std::size_t pending_ = 0;
};

// The outbox of one shard, oldest first; and removal once published.
struct OutboxRow {
  std::string key;
  Seq seq = 0;
  Publication publication;
};
// At most `most` rows after the row with that key (empty: from the first).
std::vector<OutboxRow> Outbox(const Reads& store, std::size_t most, std::string_view after = {});

// The topic in which the journal goes on, if the store holds the record that says so.
std::optional<std::string> ContinuedIn(const Reads& store);

// SHA-256 over every key and value but the outbox, in key order.
Result<std::string> Digest(const Reads& store);

// Whether, and since which seq and why, a person's record here is incomplete: because a record
// naming the person was refused, or one that concerns everyone.
struct Incomplete {
  Seq since = 0;
  std::string fold;
  std::string reason;
};
std::optional<Incomplete> IncompleteSince(const Reads& store, const PersonId& person);

}  // namespace throughline::projection
