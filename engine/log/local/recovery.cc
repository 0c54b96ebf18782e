#include "engine/log/local/recovery.h"

#include <algorithm>

#include "engine/log/local/segment.h"

namespace throughline::log::local {
namespace {

constexpr std::uint64_t kIndexBytes = std::uint64_t{64} << 10;

// One walk over a topic's segments.
class Walk {
 public:
  Walk(const std::string& folder, std::string_view topic, Disk& disk, MarkFile mark)
      : folder_(folder),
        topic_(topic),
        disk_(disk),
        vouched_(mark.extent()),
        out_{std::move(mark), {}, {}, {}} {
    out_.extent.start = vouched_.start;
    out_.extent.appended = vouched_.appended;
    out_.extent.end = {vouched_.start, kSegmentHeaderBytes, vouched_.start};
  }

  Result<Recovered> Run() {
    TL_ASSIGN(auto bases, SegmentBases(folder_));
    bool cut = false;
    for (std::int64_t base : bases) {
      if (base < vouched_.start) {
        // Trimmed, and the process ended before it was deleted.
        TL_TRY(Remove(PathOf(base)));
        continue;
      }
      if (!cut) {
        TL_ASSIGN(bool whole, Segment(base));
        cut = !whole;
      } else {
        TL_TRY(Drop(base));
      }
    }
    TL_TRY(MeetsMark());
    TL_TRY(Settle());
    return std::move(out_);
  }

 private:
  std::string PathOf(std::int64_t base) const { return folder_ + "/" + SegmentName(base); }

  // What should begin where the walk stands is not there.
  tl::unexpected<Error> Missing() const {
    const Place& end = out_.extent.end;
    if (out_.index.empty()) {
      return Fail(Code::kCorrupt, "{} at position 0, last good offset {}: missing",
                  PathOf(end.segment), end.offset - 1);
    }
    return Fail(Code::kCorrupt,
                "{} at position {}, last good offset {}: ends before what was synced",
                PathOf(end.segment), end.position, end.offset - 1);
  }

  void CutAt(const std::string& file, std::uint64_t position, std::uint64_t bytes) {
    if (!out_.cut) out_.cut = Cut{std::string(topic_), file, position, 0, out_.extent.end.offset};
    out_.cut->bytes += bytes;
  }

  Result<void> Drop(std::int64_t base) {
    TL_ASSIGN(File file, File::Open(PathOf(base), File::Mode::kRead));
    TL_ASSIGN(std::uint64_t size, file.Size());
    CutAt(file.path(), 0, size);
    return Remove(file.path());
  }

  // False: the tail from here on is cut.
  Result<bool> Segment(std::int64_t base) {
    std::int64_t expected = out_.extent.end.offset;
    bool vouched = base <= vouched_.end.segment;
    if (base != expected) {
      if (vouched || expected <= vouched_.end.segment) return Missing();
      TL_TRY(Drop(base));
      return false;
    }
    auto stream = SegmentStream::Open(folder_, topic_, base);
    if (!stream) {
      if (vouched || stream.error().code != Code::kCorrupt) return Fail(std::move(stream.error()));
      TL_TRY(Drop(base));
      return false;
    }
    TL_ASSIGN(std::uint64_t size, stream->file().Size());
    std::uint64_t vouched_to = 0;
    if (base < vouched_.end.segment) vouched_to = size;
    if (base == vouched_.end.segment) vouched_to = vouched_.end.position;
    return Records(*stream, size, vouched_to);
  }

  Result<bool> Records(SegmentStream& stream, std::uint64_t size, std::uint64_t vouched_to) {
    Record record;
    out_.index[stream.place().segment];
    for (;;) {
      Place before = stream.place();
      TL_ASSIGN(auto step, stream.Next(std::max(size, vouched_to), record));
      out_.extent.end = stream.place();
      if (step == SegmentStream::Step::kEnd) return true;
      if (step == SegmentStream::Step::kDamaged) break;
      AddToIndex(out_.index, before);
      out_.extent.appended = std::max(out_.extent.appended, record.appended);
    }
    if (stream.place().position < vouched_to) {
      return Fail(Code::kCorrupt, "{}: damaged below what was synced", DamageAt(stream));
    }
    CutAt(stream.file().path(), stream.place().position, size - stream.place().position);
    return false;
  }

  // The walk must have come by the mark, at the offset that it names.
  Result<void> MeetsMark() const {
    const Place& end = out_.extent.end;
    bool met = !out_.index.empty() && end.segment >= vouched_.end.segment &&
               end.offset >= vouched_.end.offset;
    if (met) return {};
    return Missing();
  }

  Result<void> Settle() {
    TL_ASSIGN(File active, File::Open(PathOf(out_.extent.end.segment), File::Mode::kWrite));
    TL_TRY(active.Truncate(out_.extent.end.position));
    // What was read here may so far have been in the kernel's memory alone.
    for (auto entry = out_.index.lower_bound(vouched_.end.segment); entry != out_.index.end();
         ++entry) {
      TL_ASSIGN(File file, File::Open(PathOf(entry->first), File::Mode::kWrite));
      SyncOrAbort(disk_, file);
    }
    TL_ASSIGN(File directory, File::Open(folder_, File::Mode::kDirectory));
    SyncOrAbort(disk_, directory);
    if (out_.extent != vouched_) out_.mark.Write(out_.extent);
    out_.mark.Sync(disk_);
    return {};
  }

  const std::string& folder_;
  std::string_view topic_;
  Disk& disk_;
  Extent vouched_;
  Recovered out_;
};

}  // namespace

void AddToIndex(Index& index, const Place& place) {
  auto& places = index[place.segment];
  if (places.empty() || place.position - places.back().position >= kIndexBytes) {
    places.push_back(place);
  }
}

Result<Recovered> Recover(const std::string& folder, std::string_view topic, Disk& disk) {
  TL_ASSIGN(MarkFile mark, MarkFile::Open(folder, topic));
  return Walk(folder, topic, disk, std::move(mark)).Run();
}

}  // namespace throughline::log::local
