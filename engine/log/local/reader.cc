#include "engine/log/local/reader.h"

namespace throughline::log::local {
namespace {

// What one Poll hands out at most, unless its first record alone is more.
constexpr std::size_t kPollBytes = std::size_t{8} << 20;

}  // namespace

Result<std::unique_ptr<Reader>> LocalReader::Open(View& view, std::int64_t from) {
  TL_ASSIGN(Extent extent, view.Look(from, 0));
  if (from < extent.start || from > extent.end.offset) {
    return Fail(Code::kNotFound, "topic {} holds offsets {} to {}: not {}", view.name(),
                extent.start, extent.end.offset, from);
  }
  TL_ASSIGN(Place place, view.Near(from));
  return std::unique_ptr<Reader>(new LocalReader(view, from, place));
}

Result<std::vector<Record>> LocalReader::Poll(std::size_t most, Millis wait) {
  TL_ASSIGN(Extent extent, view_.Look(position_, wait));
  TL_TRY(CheckWithin(extent));
  std::vector<Record> out;
  std::size_t bytes = 0;
  while (out.size() < most && bytes < kPollBytes && place_.offset < extent.end.offset) {
    auto step = Step(extent, out, bytes);
    if (step) continue;
    // What was read before it is whole; the next Poll meets the fault again.
    if (!out.empty()) break;
    return Fail(std::move(step.error()));
  }
  return out;
}

Result<void> LocalReader::CheckWithin(const Extent& extent) const {
  if (position_ < extent.start) {
    return Fail(Code::kNotFound, "topic {} starts at {}: offset {} was removed", view_.name(),
                extent.start, position_);
  }
  if (position_ > extent.end.offset) {
    return Fail(Code::kNotFound, "topic {} ends at {}: offset {} was lost", view_.name(),
                extent.end.offset, position_);
  }
  return {};
}

Result<void> LocalReader::Step(const Extent& extent, std::vector<Record>& out, std::size_t& bytes) {
  TL_TRY(OpenStream());
  TL_ASSIGN(std::uint64_t limit, Limit(extent));
  Record record;
  TL_ASSIGN(auto step, stream_->Next(limit, record));
  // A segment without records is never followed by another.
  bool ends_early = step == SegmentStream::Step::kEnd && place_.offset == place_.segment;
  if (step == SegmentStream::Step::kDamaged || ends_early) {
    return Fail(Code::kCorrupt, "{}: damaged", DamageAt(*stream_));
  }
  if (step == SegmentStream::Step::kEnd) {
    stream_.reset();
    place_ = {place_.offset, kSegmentHeaderBytes, place_.offset};
    return {};
  }
  place_ = stream_->place();
  if (record.offset < position_) return {};
  position_ = place_.offset;
  bytes += record.message.value.size() + record.message.key.size();
  for (const Header& header : record.message.headers) {
    bytes += header.key.size() + header.value.size();
  }
  out.push_back(std::move(record));
  return {};
}

Result<void> LocalReader::OpenStream() {
  if (stream_) return {};
  auto stream = SegmentStream::Open(view_.folder(), view_.name(), place_.segment);
  if (!stream) {
    if (stream.error().code != Code::kNotFound) return Fail(std::move(stream.error()));
    // Deleted since: trimmed, or else lost.
    TL_ASSIGN(Extent extent, view_.Look(position_, 0));
    TL_TRY(CheckWithin(extent));
    return Fail(Code::kCorrupt, "{}/{} at position 0, last good offset {}: missing", view_.folder(),
                SegmentName(place_.segment), place_.offset - 1);
  }
  stream_ = std::make_unique<SegmentStream>(std::move(*stream));
  stream_->Seek(place_);
  sealed_size_.reset();
  return {};
}

Result<std::uint64_t> LocalReader::Limit(const Extent& extent) {
  if (place_.segment == extent.end.segment) return extent.end.position;
  if (sealed_size_) return *sealed_size_;
  TL_ASSIGN(std::uint64_t size, stream_->file().Size());
  sealed_size_ = size;
  return size;
}

}  // namespace throughline::log::local
