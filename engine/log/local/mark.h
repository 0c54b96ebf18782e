#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/log/local/disk.h"
#include "engine/log/local/file.h"
#include "engine/log/local/format.h"

namespace throughline::log::local {

// The file SYNCED of a topic: up to where its records were synced. It is written only after they
// were, so it can lag behind them but never run ahead. Two slots take turns, and a slot is written
// only while the other is known to be on the disk, so a torn write spoils at most the newer one.
// Threads: one.
class MarkFile {
 public:
  // Makes the file with that extent, and syncs it (the caller syncs its folder).
  static Result<MarkFile> Create(const std::string& folder, std::string_view topic,
                                 const Extent& extent, Disk& disk);
  // kCorrupt: neither slot is whole, or there is no such file.
  static Result<MarkFile> Open(const std::string& folder, std::string_view topic);
  // The newer slot, for a process beside the writer.
  static Result<Extent> Read(const std::string& folder, std::string_view topic);

  const Extent& extent() const { return mark_.extent; }
  // Other processes see it at once; it is on the disk after the next Sync. Aborts on failure.
  void Write(const Extent& extent);
  void Sync(Disk& disk);
  bool dirty() const { return dirty_; }

 private:
  MarkFile(File file, std::string_view topic, Mark mark, std::uint64_t slot, bool dirty)
      : file_(std::move(file)), topic_(topic), mark_(mark), slot_(slot), dirty_(dirty) {}

  File file_;
  std::string topic_;
  Mark mark_;
  std::uint64_t slot_;  // that of the last write
  bool dirty_;          // that slot may not be on the disk yet
};

}  // namespace throughline::log::local
