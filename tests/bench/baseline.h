#pragma once

#include <vector>

#include "tests/bench/recording.h"

// What the machine does without logic: reads the journal, parses each record and its contact, and
// writes to RocksDB the very bytes that the folds would. Two threads, each with half of the batches
// and a store of its own, as the shards have.
namespace throughline::bench {

inline constexpr std::size_t kBatch = 1000;

// By WAL: a write for each batch.
Took RawLive(Recording& recording, const std::vector<Changes>& commits);
// By sorted files of 64 MiB, ingested into an empty store: what is left in the end of every key.
Took RawBulkLoad(Recording& recording, const std::vector<Changes>& last_writes);

// Of each key what was written last, in the batch that wrote it.
std::vector<Changes> LastWrites(const std::vector<Changes>& commits);

}  // namespace throughline::bench
