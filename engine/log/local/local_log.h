#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/log/event_log.h"
#include "engine/log/local/disk.h"
#include "engine/log/local/lock.h"
#include "engine/log/local/recovery.h"
#include "engine/log/local/topic.h"

namespace throughline::log {

// The embedded log: one machine, one directory, no broker. One process owns the directory; others
// read beside it. What is acknowledged is on the disk: a failed sync aborts the process.
// FORMAT.md has every byte. Threads: any, at once.
class LocalLog final : public EventLog {
 public:
  struct Options {
    std::uint64_t segment_bytes = std::uint64_t{64} << 20;  // a file is begun when one is so long
    // Appends are refused while less is free than the smaller of these two.
    std::uint64_t free_bytes = std::uint64_t{256} << 20;
    std::uint64_t free_percent = 5;
    std::size_t topics = 256;  // at most
  };

  // Takes the directory, making it if it is not there, and verifies all that is in it.
  // kConflict: another process has it, and which. kCorrupt: something that was synced is damaged or
  // missing: the text names file, position and last good offset. `clock` and `disk` must outlive
  // it.
  static Result<std::unique_ptr<LocalLog>> Open(const std::string& directory, const Clock& clock,
                                                const Options& options, local::Disk& disk);
  // The same on the machine's disk.
  static Result<std::unique_ptr<LocalLog>> Open(const std::string& directory, const Clock& clock,
                                                const Options& options);
  static Result<std::unique_ptr<LocalLog>> Open(const std::string& directory, const Clock& clock);
  // Reads beside an owner, or without one: what the owner vouched for and no more, verified as it
  // is read. Whatever writes is kInvalid. kNotFound: no such directory.
  static Result<std::unique_ptr<EventLog>> OpenForReading(const std::string& directory);

  ~LocalLog() override;

  Result<void> Create(std::string_view topic) override;
  Result<std::vector<std::string>> Topics() override;
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<Message>& messages) override;
  Result<std::unique_ptr<Reader>> Read(std::string_view topic, std::int64_t from) override;
  Result<std::int64_t> Start(std::string_view topic) override;
  Result<std::int64_t> End(std::string_view topic) override;
  // Drops whole segments; all of them when `before` is the end.
  Result<void> Trim(std::string_view topic, std::int64_t before) override;

  // Copies all topics as they are at one instant, while appends go on, into a directory that is not
  // there yet (kExists) and appears only once it is whole. Sealed segments become hard links where
  // the file system can. Trimming and making topics wait for it.
  Result<void> CopyTo(const std::string& directory);

  // How many appends to the topic wait for the disk, that being written apart.
  Result<std::size_t> Waiting(std::string_view topic);

  // The torn tails that were cut on opening: what a crash left unacknowledged. For the caller's
  // log.
  const std::vector<local::Cut>& cuts() const { return cuts_; }

 private:
  LocalLog(std::string directory, local::DirectoryLock lock, const Clock& clock,
           const Options& options, local::Disk& disk);
  Result<void> OpenTopics();
  Result<void> SyncNames();
  Result<void> OpenTopic(const std::string& name);
  Result<local::Topic*> Find(std::string_view topic);

  std::string directory_;
  local::DirectoryLock lock_;
  const Clock& clock_;
  Options options_;
  local::Disk& disk_;
  std::vector<local::Cut> cuts_;
  std::mutex maintenance_;  // held by Create, Trim and CopyTo; before all others
  std::mutex publish_;      // held while a topic's end moves, so that CopyTo sees one instant
  std::mutex topics_mutex_;
  std::map<std::string, std::unique_ptr<local::Topic>, std::less<>>
      topics_;  // none is ever removed
};

}  // namespace throughline::log
