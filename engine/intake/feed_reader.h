#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "engine/log/event_log.h"

namespace throughline::intake {

// Reads one feed, from where the chain's decisions on it end. Threads: one. The log must outlive
// it.
class FeedReader {
 public:
  FeedReader(log::EventLog& log, std::string topic) : log_(log), topic_(std::move(topic)) {}

  // Goes to `position`, the next offset to be decided on; absent: nothing of it is in the chain, it
  // is read from its start. What was read ahead is dropped.
  void Reset(std::optional<std::int64_t> position);
  // The next record, read ahead if need be without waiting; nullptr if none is there, or it cannot
  // be read: trouble() says. Lives until the next call of anything but a const function.
  const log::Record* Front();
  // The front record is decided on.
  void Pop();

  // The next offset to be decided on.
  std::int64_t position() const;
  // Why the last attempt to read failed; empty when it did not. Every call of Front tries again.
  const std::string& trouble() const { return trouble_; }
  // When the log took the last record that was seen; 0: none was.
  Millis last_received() const { return last_received_; }

 private:
  Result<void> Open();
  Result<void> Gap(std::int64_t start);
  Result<void> Fill();

  log::EventLog& log_;
  std::string topic_;
  std::optional<std::int64_t> from_;
  std::unique_ptr<log::Reader> reader_;
  std::deque<log::Record> ahead_;
  std::string trouble_;
  Millis last_received_ = 0;
};

}  // namespace throughline::intake
