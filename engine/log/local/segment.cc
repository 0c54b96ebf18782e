#include "engine/log/local/segment.h"

#include <algorithm>

namespace throughline::log::local {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10;

}  // namespace

Result<std::vector<std::int64_t>> SegmentBases(const std::string& folder) {
  TL_ASSIGN(auto names, Names(folder));
  std::vector<std::int64_t> bases;
  for (const std::string& name : names) {
    if (auto base = SegmentBase(name)) bases.push_back(*base);
  }
  return bases;
}

Result<SegmentStream> SegmentStream::Open(const std::string& folder, std::string_view topic,
                                          std::int64_t base) {
  TL_ASSIGN(File file, File::Open(folder + "/" + SegmentName(base), File::Mode::kRead));
  std::string header;
  TL_TRY(file.ReadAt(0, kSegmentHeaderBytes, header));
  if (auto checked = CheckSegmentHeader(header, topic, base); !checked) {
    return Fail(checked.error().code, "{} at position 0, last good offset {}: {}", file.path(),
                base - 1, checked.error().text);
  }
  return SegmentStream(std::move(file), base);
}

void SegmentStream::Seek(const Place& place) {
  place_ = place;
  buffer_.clear();
}

Result<bool> SegmentStream::Have(std::size_t count, std::uint64_t limit) {
  if (limit - place_.position < count) return false;
  std::uint64_t buffered_to = buffer_position_ + buffer_.size();
  bool inside = place_.position >= buffer_position_ && place_.position + count <= buffered_to;
  if (inside) return true;
  std::uint64_t most = limit - place_.position;
  buffer_.clear();
  buffer_position_ = place_.position;
  TL_TRY(file_.ReadAt(
      place_.position,
      static_cast<std::size_t>(std::min<std::uint64_t>(most, std::max(count, kReadBytes))),
      buffer_));
  return buffer_.size() >= count;
}

Result<SegmentStream::Step> SegmentStream::Next(std::uint64_t limit, Record& record) {
  if (place_.position >= limit) {
    return place_.position == limit ? Step::kEnd : Step::kDamaged;
  }
  TL_ASSIGN(bool prefix, Have(kRecordPrefixBytes, limit));
  if (!prefix) return Step::kDamaged;
  auto at = [&] { return std::string_view(buffer_).substr(place_.position - buffer_position_); };
  auto length = RecordLength(at().substr(0, kRecordPrefixBytes));
  if (!length) return Step::kDamaged;
  std::size_t whole = kRecordPrefixBytes + *length;
  TL_ASSIGN(bool body, Have(whole, limit));
  if (!body) return Step::kDamaged;
  auto parsed = ParseRecord(at().substr(0, whole));
  if (!parsed || parsed->offset != place_.offset) return Step::kDamaged;
  record = std::move(*parsed);
  place_.position += whole;
  ++place_.offset;
  return Step::kRecord;
}

std::string DamageAt(const SegmentStream& stream) {
  return fmt::format("{} at position {}, last good offset {}", stream.file().path(),
                     stream.place().position, stream.place().offset - 1);
}

}  // namespace throughline::log::local
