#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/projection/host.h"

namespace throughline::projection {

// After a trouble that may mend by itself.
inline constexpr std::chrono::milliseconds kBeforeTryingAgain{1000};

// One for each host: guards every board of it, and says when any of them changed.
struct Signal {
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t version = 0;  // raised with each commit and each change of state
};

// The open stores of a generation. Whoever reads one of them holds this.
class StoreSet {
 public:
  StoreSet(std::string directory, std::vector<std::unique_ptr<Store>> stores)
      : directory_(std::move(directory)), stores_(std::move(stores)) {}
  ~StoreSet();
  StoreSet(const StoreSet&) = delete;
  StoreSet& operator=(const StoreSet&) = delete;

  Store& At(std::uint32_t shard) const { return *stores_[shard]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(stores_.size()); }
  // The generation's directory goes with the last that holds it. Threads: any.
  void RemoveAtTheEnd() { remove_ = true; }

 private:
  std::string directory_;
  std::vector<std::unique_ptr<Store>> stores_;
  std::atomic<bool> remove_{false};
};

// The last offset of each feed.
using Feeds = std::map<std::string, std::int64_t, std::less<>>;

// Where every shard of a generation stands, and the newest view of those that are served. Threads:
// any; what ends in Locked wants the signal's mutex held.
class Board {
 public:
  Board(Signal& signal, std::shared_ptr<StoreSet> stores);

  // A shard's store was opened. One that stands at no record is not served before it is live; one
  // that stands within a record, not before it is `whole` again.
  void Opened(std::uint32_t shard, const ShardPosition& position, Feeds feeds, std::uint64_t outbox,
              bool whole);
  // How far a shard is that is folded in memory.
  void Folded(std::uint32_t shard, const ShardPosition& position);
  // A shard committed everything up to the boundary `position.head.seq`. All shards pass the same
  // boundaries, so the newest that all have passed is a view.
  void Committed(std::uint32_t shard, const ShardPosition& position, const Feeds& feeds,
                 std::uint64_t new_rows);
  void Erased(std::uint32_t shard, std::uint64_t rows);
  void Live(std::uint32_t shard);
  void Failed(std::uint32_t shard, const Error& error);
  // Why a shard, or the reader of them all, goes no further; nothing: it does.
  void Parked(std::uint32_t shard, const std::optional<Error>& reason);
  void ReaderParked(const std::optional<Error>& reason);
  // Every row of the outbox up to a seq was dealt with.
  void Drained(std::uint32_t shard, Seq through);

  Result<std::shared_ptr<const View>> NewestLocked() const;
  std::vector<ShardStatus> StatusLocked() const;
  bool AllLiveLocked() const;
  // Why a shard failed, or why the reader goes no further for good.
  std::optional<Error> FailureLocked() const;
  // The latter alone.
  std::optional<Error> ReaderFailureLocked() const;
  // What every shard has committed; 0 while one is folded in memory.
  Seq CommittedLocked() const;
  bool AllFailedLocked() const;
  // Those that failed are not asked of these.
  bool ReachedLocked(std::string_view feed, std::int64_t offset) const;
  bool SeenLocked(Seq seq) const;
  bool DrainedLocked(Seq seq) const;
  // Every shard that did not fail has been live and is part of the newest view.
  bool Settled() const;

 private:
  struct Boundary {
    Seq seq = 0;
    Millis last_tick = 0;
    std::shared_ptr<const Reads> reads;
  };
  struct Entry {
    ShardPosition position;
    Feeds feeds;
    std::uint64_t outbox = 0;
    Seq drained = 0;
    bool served = false;
    bool within = false;  // a record, since it was opened
    bool live = false;
    std::optional<Error> failed;
    std::optional<Error> parked;
    std::deque<Boundary> boundaries;  // no older than the view
  };
  void PassLocked(std::uint32_t shard);
  void AlignLocked();

  Signal& signal_;
  std::shared_ptr<StoreSet> stores_;
  std::vector<Entry> entries_;
  std::optional<Error> reader_parked_;
  std::shared_ptr<const View> newest_;
};

}  // namespace throughline::projection
