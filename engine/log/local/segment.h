#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/log/local/file.h"
#include "engine/log/local/format.h"

namespace throughline::log::local {

// The base offsets of the segments in a topic's folder, rising.
Result<std::vector<std::int64_t>> SegmentBases(const std::string& folder);

// Reads the records of one segment in order and verifies each. Threads: one.
class SegmentStream {
 public:
  enum class Step {
    kRecord,
    kEnd,      // at the limit
    kDamaged,  // what is at place() up to the limit is not the next record
  };
  // Verifies the header and stands at the first record. kNotFound: no such file. kCorrupt: not its
  // header.
  static Result<SegmentStream> Open(const std::string& folder, std::string_view topic,
                                    std::int64_t base);
  // Goes on from a place of this segment at which a record begins.
  void Seek(const Place& place);
  // The next record, if it ends at or before the position `limit`. Nothing beyond it is read: what
  // is there may still change.
  Result<Step> Next(std::uint64_t limit, Record& record);
  // Where the next record begins.
  const Place& place() const { return place_; }
  const File& file() const { return file_; }

 private:
  SegmentStream(File file, std::int64_t base) : file_(std::move(file)) {
    place_.segment = base;
    place_.offset = base;
  }
  // Has the bytes [position, position + count) in the buffer, if the file has them before `limit`.
  Result<bool> Have(std::size_t count, std::uint64_t limit);

  File file_;
  Place place_;
  std::string buffer_;
  std::uint64_t buffer_position_ = 0;  // of its first byte in the file
};

// "<file> at position <n>, last good offset <n>": for texts that name damage.
std::string DamageAt(const SegmentStream& stream);

}  // namespace throughline::log::local
