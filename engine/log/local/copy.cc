#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "engine/log/local/local_log.h"

namespace throughline::log {
namespace local {
namespace {

constexpr std::size_t kCopyBytes = std::size_t{1} << 20;

Result<void> CopyBytes(const std::string& from, const std::string& to, std::uint64_t bytes,
                       Disk& disk) {
  TL_ASSIGN(File source, File::Open(from, File::Mode::kRead));
  TL_ASSIGN(File target, File::Open(to, File::Mode::kCreate));
  std::string buffer;
  for (std::uint64_t at = 0; at < bytes; at += buffer.size()) {
    buffer.clear();
    TL_TRY(source.ReadAt(at, std::min<std::uint64_t>(kCopyBytes, bytes - at), buffer));
    if (buffer.empty()) {
      return Fail(Code::kCorrupt, "{} at position {}: ends before what was synced", from, at);
    }
    TL_TRY(target.WriteAt(at, buffer));
  }
  SyncOrAbort(disk, target);
  return {};
}

// A sealed segment never changes again, so one file may serve both.
Result<void> CopySealed(const std::string& from, const std::string& to, Disk& disk) {
  if (link(from.c_str(), to.c_str()) == 0) return {};
  if (errno != EXDEV && errno != EPERM && errno != EMLINK && errno != EOPNOTSUPP) {
    return FailErrno("link", from, errno);
  }
  TL_ASSIGN(File source, File::Open(from, File::Mode::kRead));
  TL_ASSIGN(std::uint64_t size, source.Size());
  return CopyBytes(from, to, size, disk);
}

struct Snapshot {
  const Topic* topic;
  Extent extent;
};

Result<void> CopyTopic(const Snapshot& snapshot, const std::string& folder, Disk& disk) {
  TL_TRY(MakeDirectory(folder));
  const Place& end = snapshot.extent.end;
  for (std::int64_t base : snapshot.topic->Bases()) {
    std::string from = snapshot.topic->folder() + "/" + SegmentName(base);
    std::string to = folder + "/" + SegmentName(base);
    if (base < end.segment) TL_TRY(CopySealed(from, to, disk));
    if (base == end.segment) TL_TRY(CopyBytes(from, to, end.position, disk));
  }
  TL_TRY(MarkFile::Create(folder, snapshot.topic->name(), snapshot.extent, disk));
  TL_ASSIGN(File directory, File::Open(folder, File::Mode::kDirectory));
  SyncOrAbort(disk, directory);
  return {};
}

Result<void> SyncDirectory(const std::string& path, Disk& disk) {
  TL_ASSIGN(File directory, File::Open(path, File::Mode::kDirectory));
  SyncOrAbort(disk, directory);
  return {};
}

}  // namespace
}  // namespace local

Result<void> LocalLog::CopyTo(const std::string& directory) {
  if (local::Exists(directory)) return Fail(Code::kExists, "{} is there already", directory);
  std::lock_guard maintenance(maintenance_);
  std::vector<local::Snapshot> snapshots;
  {
    std::lock_guard topics(topics_mutex_);
    std::lock_guard publish(publish_);
    for (const auto& [name, topic] : topics_) snapshots.push_back({topic.get(), topic->Now()});
  }
  std::string partial = directory + ".partial";
  TL_TRY(local::RemoveTree(partial));
  TL_TRY(local::MakeDirectory(partial));
  for (const local::Snapshot& snapshot : snapshots) {
    TL_TRY(local::CopyTopic(snapshot, partial + "/" + snapshot.topic->name(), disk_));
  }
  TL_TRY(local::SyncDirectory(partial, disk_));
  TL_TRY(local::Rename(partial, directory));
  std::string parent = std::filesystem::path(directory).parent_path().string();
  return local::SyncDirectory(parent.empty() ? "." : parent, disk_);
}

}  // namespace throughline::log
