#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/projection/board.h"

namespace throughline::projection {

// What the reader hands to every shard at once: records to be committed together, and then a
// boundary.
struct Batch {
  std::vector<log::Accepted> records;
  Feeds feeds;            // of the records
  std::size_t bytes = 0;  // about
  bool at_end = false;    // nothing lay beyond it when it was read
};

// A shard's work, bounded by its bytes and by its batches, for each of which a faster shard keeps a
// snapshot until this one has passed it. Threads: any.
class Inbox {
 public:
  struct Work {
    std::shared_ptr<const Batch> batch;
    std::vector<std::string> published;  // keys of the outbox
  };

  explicit Inbox(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Waits for room. One batch always finds room in an empty inbox. After Close or Abandon it is
  // dropped.
  void Push(std::shared_ptr<const Batch> batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || HasRoom(); });
    if (closed_) return;
    bytes_ += batch->bytes;
    batches_.push_back(std::move(batch));
    changed_.notify_all();
  }

  // Keys that the shard's thread shall erase: each row of the outbox once, so never more than it
  // holds.
  void Published(std::vector<std::string> keys) {
    const std::scoped_lock lock(mutex_);
    if (abandoned_) return;
    published_.insert(published_.end(), std::make_move_iterator(keys.begin()),
                      std::make_move_iterator(keys.end()));
    changed_.notify_all();
  }

  // Waits; nothing once it is closed and empty.
  std::optional<Work> Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !batches_.empty() || !published_.empty(); });
    return NextLocked();
  }

  // The same without waiting: nothing if there is none now.
  std::optional<Work> TakeIfAny() {
    const std::scoped_lock lock(mutex_);
    return NextLocked();
  }

  // No more batches come; what is in it is still taken.
  void Close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  // Nothing is tried again any more.
  void Hurry() {
    const std::scoped_lock lock(mutex_);
    hurried_ = true;
    changed_.notify_all();
  }

  // The shard gave up: what is in it and what comes is dropped.
  void Abandon() {
    const std::scoped_lock lock(mutex_);
    closed_ = abandoned_ = true;
    batches_.clear();
    published_.clear();
    bytes_ = 0;
    changed_.notify_all();
  }

  // Waits for a moment before something is tried again. False: closed or hurried meanwhile.
  bool Pause(std::chrono::milliseconds moment) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, moment, [&] { return closed_ || hurried_; });
  }

 private:
  std::optional<Work> NextLocked() {
    if (batches_.empty() && published_.empty()) return std::nullopt;
    Work work;
    work.published = std::exchange(published_, {});
    if (!batches_.empty()) {
      work.batch = std::move(batches_.front());
      batches_.pop_front();
      bytes_ -= work.batch->bytes;
    }
    changed_.notify_all();
    return work;
  }

  static constexpr std::size_t kMostBatches = 64;

  bool HasRoom() const {
    return batches_.empty() || (bytes_ < most_bytes_ && batches_.size() < kMostBatches);
  }

  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<const Batch>> batches_;
  std::vector<std::string> published_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
  bool abandoned_ = false;
  bool hurried_ = false;
};

}  // namespace throughline::projection
