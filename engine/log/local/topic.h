#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/log/local/disk.h"
#include "engine/log/local/format.h"
#include "engine/log/local/mark.h"
#include "engine/log/local/reader.h"
#include "engine/log/local/recovery.h"

namespace throughline::log::local {

// What a topic works with; all of it outlives the topic.
struct Surroundings {
  const Clock& clock;
  Disk& disk;
  std::mutex& publish;  // held while the end moves
  std::uint64_t segment_bytes;
  std::uint64_t free_bytes;
  std::uint64_t free_percent;
};

// One topic of a log that this process owns. Threads: any, at once.
//
// Appends are grouped without a thread of their own: of the threads that wait, one writes for all
// that wait by then, syncs once, and wakes them, while the next ones queue. So a batch is as long
// as the sync before it took.
class Topic final : public View {
 public:
  // Makes the folder of an empty topic at `folder`, whole and synced but for its own name.
  static Result<void> Make(const std::string& folder, std::string_view topic, Disk& disk);
  static Result<std::unique_ptr<Topic>> Open(std::string folder, std::string_view topic,
                                             const Surroundings& around, std::optional<Cut>& cut);
  ~Topic() override;

  Result<std::vector<std::int64_t>> Append(const std::vector<Message>& messages);
  // Not while a copy runs: the caller sees to that.
  Result<void> Trim(std::int64_t before);
  Extent Now() const;
  // The appends, or parts of them, that are queued.
  std::size_t Queued() const;
  // The base offsets of the segments.
  std::vector<std::int64_t> Bases() const;

  const std::string& folder() const override { return folder_; }
  const std::string& name() const override { return name_; }
  Result<Extent> Look(std::int64_t seen, Millis wait) override;
  Result<Place> Near(std::int64_t offset) override;

 private:
  // An append, or a part of one, that waits for its turn.
  struct Waiting {
    std::span<const Message> messages;
    std::size_t bytes = 0;
    std::vector<std::int64_t> offsets;
    std::optional<Error> error;
    bool done = false;
  };

  Topic(std::string folder, std::string_view topic, const Surroundings& around, Recovered recovered,
        File active, File directory);
  Result<void> Await(Waiting& mine);
  void Lead(std::unique_lock<std::mutex>& lock);
  Result<void> Write(std::span<Waiting* const> batch, std::size_t bytes, Index& added);
  Result<void> CheckSpace(std::uint64_t bytes);
  Result<void> Rotate();
  Result<void> DropBefore(std::int64_t before);
  void SyncMark();
  void Publish(const Extent& extent, const Index& added);

  const std::string folder_;
  const std::string name_;
  const Surroundings around_;

  mutable std::mutex mutex_;
  std::condition_variable turn_;   // the disk is free, or somebody's append is done
  std::condition_variable grown_;  // the end or the start moved
  std::deque<Waiting*> waiting_;
  bool busy_ = false;  // a thread is at the disk: what follows is its alone
  Extent extent_;      // what readers may read: synced
  Index index_;

  // Only for the thread that set busy_.
  File active_;
  File directory_;
  MarkFile mark_;
  Extent tail_;  // up to where was written
  std::uint32_t unsynced_marks_ = 0;
  bool broken_ = false;  // the file's tail could not be put back after a failed write
  std::string buffer_;
};

}  // namespace throughline::log::local
