#pragma once

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

#include "engine/log/local/disk.h"

namespace throughline::log {

// A disk that is as full, as slow and as broken as a test wants it.
class FaultDisk : public local::Disk {
 public:
  Result<Space> SpaceAt(const std::string& /*directory*/) override {
    std::lock_guard lock(mutex_);
    return space_;
  }
  int Sync(const local::File& file) override {
    if (fail_.load()) return EIO;
    if (file.path().ends_with(".segment")) {
      ++segment_syncs_;
      std::unique_lock lock(mutex_);
      ++held_;
      changed_.notify_all();
      changed_.wait(lock, [&] { return !hold_; });
      --held_;
    }
    return 0;
  }

  void SetSpace(Space space) {
    std::lock_guard lock(mutex_);
    space_ = space;
  }
  void FailSyncs() { fail_ = true; }
  // Syncs of segments wait until they are let go.
  void Hold(bool hold) {
    std::lock_guard lock(mutex_);
    hold_ = hold;
    changed_.notify_all();
  }
  void AwaitHeld() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return held_ > 0; });
  }
  int segment_syncs() const { return segment_syncs_.load(); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Space space_{.free = std::uint64_t{1} << 40, .total = std::uint64_t{1} << 41};
  bool hold_ = false;
  int held_ = 0;
  std::atomic<bool> fail_ = false;
  std::atomic<int> segment_syncs_ = 0;
};

}  // namespace throughline::log
