#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/projection/fold.h"

namespace throughline::projection {

// A shard's store on disk (RocksDB behind it). One process owns it. Threads: one writes, any read through Snapshot().
class Store {
 public:
  struct Options {
    std::size_t block_cache_bytes = std::size_t{64} << 20;
    std::size_t write_buffer_bytes = std::size_t{32} << 20;
    bool read_only = false;  // beside another process that owns it, or with none
  };
  // kCorrupt: a flipped bit in WAL, MANIFEST or SST was met: rebuild. A torn tail of the WAL is cut, silently and rightly.
  static Result<std::unique_ptr<Store>> Open(const std::string& directory, const Options& options);
  virtual ~Store() = default;
  // Reads as of now.
  virtual const Reads& Now() const = 0;
  // A stable view for one query; frees itself. It may not outlive the store.
  virtual std::unique_ptr<Reads> Snapshot() const = 0;
  // All changes or none; durable against a process crash (the journal makes a power cut harmless).
  virtual Result<void> Commit(const Overlay& changes) = 0;
  // Empty store only: the same by sorted files, without WAL. Keys in order.
  virtual Result<void> BulkLoad(const std::map<std::string, std::string, std::less<>>& sorted) = 0;
  // Reads everything and verifies checksums.
  virtual Result<void> Verify() const = 0;
  // Hard-linked copy in a new directory.
  virtual Result<void> CopyTo(const std::string& directory) const = 0;
};

// Where a shard stands: kept in the store under the host's own keys, committed with the state.
struct ShardPosition {
  log::ChainHead head;
  std::uint64_t folded = 0;   // records that every fold took
  std::uint64_t refused = 0;  // records that a fold refused; records read = folded + refused
  Millis last_tick = 0;
};

// The synchronous core of the host: applies accepted records in order to the folds, in memory over the store, and commits.
// Threads: one. Store and folds must outlive it.
class Shard {
 public:
  Shard(Writes* memory, Store* store, ShardOf shard, std::vector<Fold*> folds);  // exactly one of memory and store
  Result<ShardPosition> Position() const;
  // Applies one record: every fold in order, then at a tick what is due. Errors: the store's only.
  Result<void> Apply(const log::Accepted& record);
  // What was applied since the last commit becomes durable: state, timers, outbox, position, in one batch.
  Result<void> Commit();
  std::size_t pending_records() const { return pending_; }
  // What the folds read now, uncommitted changes included.
  const Writes& state() const { return *overlay_; }

 private:
  class Context;
  Writes* memory_;
  Store* store_;
  ShardOf shard_;
  std::vector<Fold*> folds_;
  std::unique_ptr<Overlay> overlay_;
  ShardPosition position_;
  std::size_t pending_ = 0;
};

// The outbox of one shard, oldest first; and removal once published.
struct OutboxRow {
  std::string key;
  Publication publication;
};
std::vector<OutboxRow> Outbox(const Reads& store, std::size_t most);

// SHA-256 over every key and value but the outbox, in key order.
Result<std::string> Digest(const Reads& store);

// Whether, and since which seq and why, a person's record here is incomplete.
struct Incomplete {
  Seq since = 0;
  std::string fold;
  std::string reason;
};
std::optional<Incomplete> IncompleteSince(const Reads& store, const PersonId& person);

}  // namespace throughline::projection
