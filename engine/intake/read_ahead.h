#pragma once

#include <future>
#include <map>
#include <memory>

#include "engine/base/worker.h"
#include "engine/intake/feed_reader.h"
#include "engine/projection/remembered.h"

namespace throughline::intake {

// Reads what decisions on the contacts will most likely ask of the state: whether each came before,
// whom its references name, and what is known of those. A row that is left out costs time alone.
void ReadFor(const std::vector<ExaminedRecord>& records, projection::Remembered& read);

// Has the worker read for chunks before it is their turn, while the state stays as it is: it waits
// for the worker before it ends. Threads: one. Worker and state must outlive it; any thread may
// read the state meanwhile.
class ReadAhead {
 public:
  ReadAhead(const projection::Reads& state, Worker& worker) : state_(state), worker_(worker) {}
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // Once for each chunk. Nothing without a thread.
  void Begin(const std::shared_ptr<const Chunk>& chunk);
  // What was read for a chunk, once it is; nullptr if nothing was begun.
  std::shared_ptr<const projection::Remembered> Of(const Chunk& chunk) const;

 private:
  struct Begun {
    std::shared_ptr<const Chunk> chunk;  // as long as this lives, no other is taken for it
    std::shared_future<std::shared_ptr<const projection::Remembered>> read;
  };

  const projection::Reads& state_;
  Worker& worker_;
  std::map<const Chunk*, Begun> begun_;
};

}  // namespace throughline::intake
