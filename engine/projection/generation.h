#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/log/journal.h"
#include "engine/projection/board.h"
#include "engine/projection/host_directory.h"
#include "engine/projection/shard_runner.h"

namespace throughline::projection {

// Where the stores of a host's generations lie: on disk (DirectoryStores), or in memory for a
// simulation. Threads: as the host's directory.
class StorePlace {
 public:
  virtual ~StorePlace() = default;
  // As Store::Open.
  virtual Result<std::unique_ptr<Store>> Open(std::uint32_t generation,
                                              std::uint32_t shard) const = 0;
  // Of a store that nobody has open: it goes, or is kept for inspection.
  virtual void Remove(std::uint32_t generation, std::uint32_t shard) const = 0;
  virtual Result<void> SetAside(std::uint32_t generation, std::uint32_t shard) const = 0;
  // The directory that goes with the generation; empty: none.
  virtual std::string Directory(std::uint32_t generation) const = 0;
};

class DirectoryStores final : public StorePlace {
 public:
  // The directory must outlive it.
  DirectoryStores(const HostDirectory& directory, const Store::Options& options)
      : directory_(directory), options_(options) {}
  Result<std::unique_ptr<Store>> Open(std::uint32_t generation, std::uint32_t shard) const override;
  void Remove(std::uint32_t generation, std::uint32_t shard) const override;
  Result<void> SetAside(std::uint32_t generation, std::uint32_t shard) const override;
  std::string Directory(std::uint32_t generation) const override;

 private:
  const HostDirectory& directory_;
  Store::Options options_;
};

// The stores of one generation and what follows the journal with them: one reader thread, one
// thread for each shard; or, in a simulation, their turns. Threads: Start, Stop and Turn belong to
// one; the rest to any.
class Generation {
 public:
  // What it needs of its host, and which outlives it.
  struct Host {
    log::EventLog& log;
    const Clock& clock;
    const StorePlace& place;
    const projection::Host::Options& options;
    const std::function<projection::Host::Folds()>& make;
    Signal& signal;
  };

  // Opens its stores; those that are not sound are discarded and opened empty. kUnavailable: the
  // log or the disk is.
  static Result<std::unique_ptr<Generation>> Open(const Host& host, std::uint32_t number,
                                                  const std::string& topic);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  void Start();
  void Stop();
  // Without a thread: hands what comes next in the journal to every shard, whose inboxes must have
  // room. Waits up to `wait` for it. True: something came. Errors, which the board shows too:
  // kUnavailable, try again; others are for good.
  Result<bool> Turn(Millis wait);

  Board& board() { return *board_; }
  const std::shared_ptr<StoreSet>& stores() const { return stores_; }
  ShardRunner& runner(std::uint32_t shard) { return *runners_[shard]; }
  std::uint32_t number() const { return number_; }
  const std::string& topic() const { return topic_; }
  // Every shard was empty when it was opened.
  bool from_nothing() const { return from_nothing_; }
  // The topic in which the journal goes on, once its record said so.
  std::optional<std::string> ContinuedLocked() const { return continued_; }
  Seq journal_seq() const { return journal_seq_; }
  std::int64_t journal_offset() const { return journal_offset_; }
  std::int64_t journal_end() const { return journal_end_; }
  std::uint64_t dropped() const { return dropped_; }

 private:
  Generation(const Host& host, std::uint32_t number, std::string topic);
  Result<std::unique_ptr<Store>> OpenSound(std::uint32_t shard) const;
  Result<void> Holds(const log::ChainHead& head) const;
  Result<void> OpenShards();
  void Read();
  // What comes next, up to a batch; empty when nothing came within `wait`.
  Result<Batch> Gather(Millis wait);
  void NoteContinued(const Batch& batch);
  // Waits until it is worth trying again. False: stopped meanwhile.
  bool Rest(const Error& error);

  Host host_;
  std::uint32_t number_;
  std::string topic_;
  std::shared_ptr<StoreSet> stores_;
  std::unique_ptr<Board> board_;
  std::vector<std::unique_ptr<ShardRunner>> runners_;
  std::unique_ptr<log::JournalReader> reader_;  // the reader's thread's
  bool reached_end_ = false;                    // the reader's thread's
  bool parked_ = false;                         // the reader's thread's
  bool from_nothing_ = true;
  std::atomic<Seq> journal_seq_{0};
  std::atomic<std::int64_t> journal_offset_{0};
  std::atomic<std::int64_t> journal_end_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::optional<std::string> continued_;  // guarded by the signal's mutex
  bool stopping_ = false;                 // guarded by the signal's mutex
  std::thread thread_;
};

// What the stores of a host's generation are built for.
Layout LayoutOf(const Host::Options& options, const std::string& topic, const Host::Folds& folds);

}  // namespace throughline::projection
