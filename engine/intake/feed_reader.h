#pragma once

#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/worker.h"
#include "engine/intake/examine.h"
#include "engine/log/event_log.h"

namespace throughline::intake {

struct ExaminedRecord {
  log::Record record;
  Examined examined;
};

// Records of one feed that lie behind one another, which the worker examines. Once they are, they
// stay as they are.
struct Chunk {
  Terms terms;
  std::vector<ExaminedRecord> records;
  std::shared_future<void> done;
};

// Reads one feed, from where the chain's decisions on it end, and has its records examined ahead.
// Threads: one. The log and the worker must outlive it.
class FeedReader {
 public:
  FeedReader(log::EventLog& log, std::string topic, Worker& worker)
      : log_(log), topic_(std::move(topic)), worker_(worker) {}

  // Goes to `position`, the next offset to be decided on; absent: nothing of it is in the chain, it
  // is read from its start. What was read ahead is dropped.
  void Reset(std::optional<std::int64_t> position);
  // The next record, read ahead if need be without waiting for the log, and examined on those
  // terms; nullptr if none is there, or it cannot be read: trouble() says. Lives until the next
  // call of anything but a const function.
  const ExaminedRecord* Front(const Terms& terms);
  // Reads on until so many chunks are there, as far as the log holds them by now. That it cannot be
  // read is said when it is its turn. Nothing without a thread, or where nothing is read yet.
  void ReadOn(std::size_t chunks);
  // The front record is decided on.
  void Pop();

  // What was read ahead: the front record lies in the first.
  const std::deque<std::shared_ptr<const Chunk>>& chunks() const { return chunks_; }
  // The next offset to be decided on.
  std::int64_t position() const;
  // Why the last attempt to read failed; empty when it did not. Every call of Front tries again.
  const std::string& trouble() const { return trouble_; }
  // When the log took the last record that was seen; 0: none was.
  Millis last_received() const { return last_received_; }

 private:
  Result<void> Open();
  Result<void> Gap(std::int64_t start);
  Result<void> Fill(const Terms& terms);
  std::shared_ptr<const Chunk> Begin(std::vector<ExaminedRecord> records, const Terms& terms);

  log::EventLog& log_;
  std::string topic_;
  Worker& worker_;
  std::optional<std::int64_t> from_;
  std::unique_ptr<log::Reader> reader_;
  std::deque<std::shared_ptr<const Chunk>> chunks_;  // none of them empty
  std::size_t at_ = 0;                               // of the front record, in the first
  bool read_on_ = false;  // to the end of what the log held, since the last chunk was done
  std::string trouble_;
  Millis last_received_ = 0;
};

}  // namespace throughline::intake
