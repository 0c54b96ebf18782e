#include "engine/log/local/mark.h"

#include <array>
#include <optional>

namespace throughline::log::local {
namespace {

constexpr std::uint64_t kSlots = 2;

struct Newest {
  Mark mark;
  std::uint64_t slot = 0;
};

Result<Newest> ReadNewest(const File& file, std::string_view topic) {
  std::optional<Newest> newest;
  for (std::uint64_t slot = 0; slot < kSlots; ++slot) {
    std::string bytes;
    TL_TRY(file.ReadAt(slot * kMarkSlotBytes, kMarkBytes, bytes));
    auto mark = ParseMark(bytes, topic);
    if (mark && (!newest || mark->generation > newest->mark.generation)) {
      newest = Newest{*mark, slot};
    }
  }
  if (!newest) return Fail(Code::kCorrupt, "{}: neither slot is whole", file.path());
  return *newest;
}

std::string PathIn(const std::string& folder) { return fmt::format("{}/{}", folder, kMarkFile); }

Result<File> OpenIn(const std::string& folder, File::Mode mode) {
  auto file = File::Open(PathIn(folder), mode);
  if (!file && file.error().code == Code::kNotFound) {
    return Fail(Code::kCorrupt, "{}: missing", PathIn(folder));
  }
  return file;
}

}  // namespace

Result<MarkFile> MarkFile::Create(const std::string& folder, std::string_view topic,
                                  const Extent& extent, Disk& disk) {
  TL_ASSIGN(File file, File::Open(PathIn(folder), File::Mode::kCreate));
  // Both slots have their blocks from the start: later syncs need not touch the file's metadata.
  TL_TRY(file.WriteAt(0, std::string(kSlots * kMarkSlotBytes, '\0')));
  Mark mark{1, extent};
  TL_TRY(file.WriteAt(0, EncodeMark(topic, mark)));
  SyncOrAbort(disk, file);
  return MarkFile(std::move(file), topic, mark, 0, /*dirty=*/false);
}

Result<MarkFile> MarkFile::Open(const std::string& folder, std::string_view topic) {
  TL_ASSIGN(File file, OpenIn(folder, File::Mode::kWrite));
  TL_ASSIGN(Newest newest, ReadNewest(file, topic));
  // Whoever wrote the newer slot may have ended before it was synced; the older is on the disk.
  return MarkFile(std::move(file), topic, newest.mark, newest.slot, /*dirty=*/true);
}

Result<Extent> MarkFile::Read(const std::string& folder, std::string_view topic) {
  TL_ASSIGN(File file, OpenIn(folder, File::Mode::kRead));
  TL_ASSIGN(Newest newest, ReadNewest(file, topic));
  return newest.mark.extent;
}

void MarkFile::Write(const Extent& extent) {
  if (!dirty_) slot_ = (slot_ + 1) % kSlots;
  dirty_ = true;
  mark_ = {mark_.generation + 1, extent};
  auto written = file_.WriteAt(slot_ * kMarkSlotBytes, EncodeMark(topic_, mark_));
  if (!written) AbortOn(written.error());
}

void MarkFile::Sync(Disk& disk) {
  if (!dirty_) return;
  SyncOrAbort(disk, file_);
  dirty_ = false;
}

}  // namespace throughline::log::local
