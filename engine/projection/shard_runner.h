#pragma once

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "engine/projection/board.h"
#include "engine/projection/inbox.h"

namespace throughline::projection {

// One shard and its thread, or, in a simulation, its turns. An empty store is first folded in
// memory and loaded in one go, at the journal's end or at the limit; from then on each batch is one
// commit. Threads: any may call what is public; Start and Stop belong to one.
class ShardRunner {
 public:
  struct Limits {
    std::size_t queue_bytes = 0;
    std::size_t memory_bytes = 0;
    std::size_t part_steps = 0;
    // How long it rests before it tries again to write what the disk had no room for.
    Millis before_trying_again = kSecond;
  };
  // Store and board must outlive it.
  ShardRunner(ShardOf shard, Store& store, Host::Folds folds, Board& board, const Limits& limits);
  ~ShardRunner();
  ShardRunner(const ShardRunner&) = delete;
  ShardRunner& operator=(const ShardRunner&) = delete;

  // Reads the store's position and puts it on the board. Before Start.
  Result<ShardPosition> Open();
  void Start();
  // Without a thread: does the next piece of work that waits. False: none does, or it has ended.
  bool Turn();
  // Gives up what it cannot write now, so that nobody waits for room. Before Stop.
  void Hurry() { inbox_.Hurry(); }
  // Takes no more, finishes what it has, and ends.
  void Stop();

  // Waits for room.
  void Push(std::shared_ptr<const Batch> batch) { inbox_.Push(std::move(batch)); }
  // These rows of the outbox were dealt with. They go in a commit of their own.
  void Published(std::vector<std::string> keys) { inbox_.Published(std::move(keys)); }

 private:
  void Run();
  // False: it goes no further.
  bool Do(const Inbox::Work& work);
  Result<void> Take(const Batch& batch);
  std::unique_ptr<Shard> MakeShard();
  // Commits what was applied; adds the rows of the outbox that are on disk with it.
  Result<void> Commit(std::size_t& rows);
  Result<void> Erase(const std::vector<std::string>& published);
  Result<void> BecomeLive();
  Result<void> Load();
  // Tries again while the disk is nearly full; kUnavailable once stopped meanwhile.
  Result<void> Patiently(const std::function<Result<void>()>& write);
  std::vector<Fold*> Folds() const;

  ShardOf shard_of_;
  Store& store_;
  Host::Folds folds_;
  Board& board_;
  Limits limits_;
  Inbox inbox_;
  std::unique_ptr<MemoryStore> memory_;  // until loaded
  std::unique_ptr<Shard> shard_;
  bool live_ = false;
  std::thread thread_;
};

}  // namespace throughline::projection
