#pragma once

#include <future>
#include <map>
#include <memory>
#include <vector>

#include "engine/base/worker.h"
#include "engine/intake/batch.h"
#include "engine/intake/feed_reader.h"
#include "engine/projection/remembered.h"

namespace throughline::intake {

// Reads what decisions on the contacts will most likely ask of the state: whether each came before,
// whom its references name, and what is known of those. A row that is left out costs time alone.
void ReadFor(const std::vector<ExaminedRecord>& records, projection::Remembered& read);

// Has the worker read for chunks before it is their turn, also while a batch is written. What was
// read stands for the state as it is now, as long as whoever changes the state says so here.
// Threads: one. The worker must outlive it.
class ReadAhead {
 public:
  explicit ReadAhead(Worker& worker) : worker_(worker) {}
  ~ReadAhead() { Forget(); }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // Once for each chunk. `state`: all of it, which any thread may read while it changes, and which
  // lives until Forget. Nothing without a thread.
  void Begin(const std::shared_ptr<const Chunk>& chunk, const projection::Reads& state);
  // What was read for a chunk, once it is; nullptr if nothing was begun.
  std::shared_ptr<const projection::Remembered> Of(const Chunk& chunk) const;

  // The next change of the state is the batch's: what was read or is being read will stand for the
  // state after it. Chunks that nobody else holds any more are dropped.
  void Foresee(const std::shared_ptr<const Batch>& batch);
  // The state changed otherwise, or is about to end: nothing of what was read stands. Waits for
  // what is being read.
  void Forget();

 private:
  using Read = std::shared_ptr<projection::Remembered>;
  struct Begun {
    std::shared_ptr<const Chunk> chunk;  // as long as this lives, no other is taken for it
    std::shared_future<Read> read;
  };

  Worker& worker_;
  std::map<const Chunk*, Begun> begun_;
};

}  // namespace throughline::intake
