#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/log/event_log.h"

// The bytes of the embedded log, as FORMAT.md describes them. Writer and reader share these.
namespace throughline::log::local {

inline constexpr std::string_view kSegmentMagic = "TLSEGMNT";
inline constexpr std::string_view kMarkMagic = "TLSYNCED";
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::string_view kMarkFile = "SYNCED";
inline constexpr std::string_view kCreating =
    "CREATING";  // a topic's folder before it has its name

// magic 8, version 4, topic 8, base offset 8, crc 4
inline constexpr std::size_t kSegmentHeaderBytes = 32;
// crc 4, length 4
inline constexpr std::size_t kRecordPrefixBytes = 8;
// offset 8, appended 8, lengths of key and value 4 each, number of headers 4
inline constexpr std::size_t kMinRecordLength = 28;
inline constexpr std::size_t kMaxRecordLength =
    kMinRecordLength + kMaxValueBytes + kMaxOverheadBytes;
// magic 8, version 4, topic 8, generation 8, start 8, segment 8, position 8, offset 8, appended 8,
// crc 4
inline constexpr std::size_t kMarkBytes = 72;
// Apart by what a disk may write at once, so that a torn write spoils one of them.
inline constexpr std::uint64_t kMarkSlotBytes = 4096;

// Where a record begins: the segment by its base offset, the position in its file, the offset.
struct Place {
  std::int64_t segment = 0;
  std::uint64_t position = kSegmentHeaderBytes;
  std::int64_t offset = 0;
  bool operator==(const Place&) const = default;
};

// What of a topic is there: from the offset `start` up to the place `end`.
struct Extent {
  std::int64_t start = 0;
  Place end;
  Millis appended = 0;  // of the last record; 0 when there never was one
  bool operator==(const Extent&) const = default;
};

struct Mark {
  std::uint64_t generation = 0;  // rises with each write: the higher of two slots is the newer
  Extent extent;
};

// The base offset in 20 digits, so that names sort as offsets do.
std::string SegmentName(std::int64_t base);
std::optional<std::int64_t> SegmentBase(std::string_view name);

std::string EncodeSegmentHeader(std::string_view topic, std::int64_t base);
// kCorrupt: not that segment's header. kInvalid: of another version of the format.
Result<void> CheckSegmentHeader(std::string_view bytes, std::string_view topic, std::int64_t base);

// Appends prefix and body.
void AppendRecord(std::string& out, std::int64_t offset, Millis appended, const Message& message);
// The length that a prefix names; nothing if no record can have it.
std::optional<std::size_t> RecordLength(std::string_view prefix);
// A record from its prefix and body; nothing if its bytes are not those that were written.
std::optional<Record> ParseRecord(std::string_view bytes);

std::string EncodeMark(std::string_view topic, const Mark& mark);
std::optional<Mark> ParseMark(std::string_view bytes, std::string_view topic);

}  // namespace throughline::log::local
