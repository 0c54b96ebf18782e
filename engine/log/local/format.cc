#include "engine/log/local/format.h"

#include <algorithm>
#include <charconv>

#include "engine/base/bytes.h"

namespace throughline::log::local {
namespace {

constexpr std::size_t kNameDigits = 20;
constexpr std::string_view kSuffix = ".segment";
constexpr std::size_t kTopicHashBytes = 8;
constexpr std::size_t kCrcBytes = 4;

std::string TopicHash(std::string_view topic) { return Sha256(topic).substr(0, kTopicHashBytes); }

void AppendSigned(std::string& out, std::int64_t value) {
  AppendU64(out, static_cast<std::uint64_t>(value));
}

void AppendText(std::string& out, std::string_view text) {
  AppendU32(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

void AppendCrc(std::string& out) { AppendU32(out, Crc32c(out)); }

// Reads fields one after the other; once one is missing, all are.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}
  std::uint32_t U32() { return Or(TakeU32(rest_)); }
  std::uint64_t U64() { return Or(TakeU64(rest_)); }
  std::int64_t Signed() { return static_cast<std::int64_t>(U64()); }
  std::string_view Bytes(std::size_t count) {
    if (!whole_ || rest_.size() < count) {
      whole_ = false;
      return {};
    }
    std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  std::string Text() { return std::string(Bytes(U32())); }
  bool whole() const { return whole_; }
  bool AtEnd() const { return whole_ && rest_.empty(); }

 private:
  template <typename T>
  T Or(std::optional<T> value) {
    whole_ = whole_ && value.has_value();
    return whole_ ? *value : T{0};
  }

  std::string_view rest_;
  bool whole_ = true;
};

bool CrcAtEndHolds(std::string_view bytes) {
  Fields crc(bytes.substr(bytes.size() - kCrcBytes));
  return crc.U32() == Crc32c(bytes.substr(0, bytes.size() - kCrcBytes));
}

}  // namespace

std::string SegmentName(std::int64_t base) {
  return fmt::format("{:0{}}{}", base, kNameDigits, kSuffix);
}

std::optional<std::int64_t> SegmentBase(std::string_view name) {
  if (name.size() != kNameDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  std::int64_t base = 0;
  const char* end = name.data() + kNameDigits;
  auto [stop, error] = std::from_chars(name.data(), end, base);
  if (error != std::errc() || stop != end || base < 0) return std::nullopt;
  return base;
}

std::string EncodeSegmentHeader(std::string_view topic, std::int64_t base) {
  std::string out(kSegmentMagic);
  AppendU32(out, kVersion);
  out += TopicHash(topic);
  AppendSigned(out, base);
  AppendCrc(out);
  return out;
}

Result<void> CheckSegmentHeader(std::string_view bytes, std::string_view topic, std::int64_t base) {
  if (bytes.size() != kSegmentHeaderBytes || !bytes.starts_with(kSegmentMagic) ||
      !CrcAtEndHolds(bytes)) {
    return Fail(Code::kCorrupt, "not a segment's header");
  }
  Fields fields(bytes.substr(kSegmentMagic.size()));
  std::uint32_t version = fields.U32();
  if (version != kVersion) {
    return Fail(Code::kInvalid, "format version {}, this program reads {}", version, kVersion);
  }
  if (fields.Bytes(kTopicHashBytes) != TopicHash(topic)) {
    return Fail(Code::kCorrupt, "a segment of another topic");
  }
  if (fields.Signed() != base) return Fail(Code::kCorrupt, "a segment of another base offset");
  return {};
}

void AppendRecord(std::string& out, std::int64_t offset, Millis appended, const Message& message) {
  std::size_t begin = out.size();
  out.append(kRecordPrefixBytes, '\0');
  AppendSigned(out, offset);
  AppendSigned(out, appended);
  AppendText(out, message.key);
  AppendU32(out, static_cast<std::uint32_t>(message.headers.size()));
  for (const Header& header : message.headers) {
    AppendText(out, header.key);
    AppendText(out, header.value);
  }
  AppendText(out, message.value);

  std::string prefix;
  AppendU32(prefix, static_cast<std::uint32_t>(out.size() - begin - kRecordPrefixBytes));
  out.replace(begin + kCrcBytes, prefix.size(), prefix);
  std::string crc;
  AppendU32(crc, Crc32c(std::string_view(out).substr(begin + kCrcBytes)));
  out.replace(begin, kCrcBytes, crc);
}

std::optional<std::size_t> RecordLength(std::string_view prefix) {
  Fields fields(prefix);
  fields.U32();
  std::size_t length = fields.U32();
  if (!fields.whole() || length < kMinRecordLength || length > kMaxRecordLength) {
    return std::nullopt;
  }
  return length;
}

std::optional<Record> ParseRecord(std::string_view bytes) {
  Fields fields(bytes);
  std::uint32_t crc = fields.U32();
  if (!fields.whole() || crc != Crc32c(bytes.substr(kCrcBytes))) return std::nullopt;
  if (fields.U32() != bytes.size() - kRecordPrefixBytes) return std::nullopt;
  Record record;
  record.offset = fields.Signed();
  record.appended = fields.Signed();
  record.message.key = fields.Text();
  std::uint32_t headers = fields.U32();
  if (headers > kMaxOverheadBytes / kHeaderCost) return std::nullopt;
  record.message.headers.reserve(headers);
  for (std::uint32_t i = 0; i < headers; ++i) {
    std::string key = fields.Text();
    std::string value = fields.Text();
    record.message.headers.push_back({std::move(key), std::move(value)});
  }
  record.message.value = fields.Text();
  if (!fields.AtEnd()) return std::nullopt;
  return record;
}

std::string EncodeMark(std::string_view topic, const Mark& mark) {
  std::string out(kMarkMagic);
  AppendU32(out, kVersion);
  out += TopicHash(topic);
  AppendU64(out, mark.generation);
  AppendSigned(out, mark.extent.start);
  AppendSigned(out, mark.extent.end.segment);
  AppendU64(out, mark.extent.end.position);
  AppendSigned(out, mark.extent.end.offset);
  AppendSigned(out, mark.extent.appended);
  AppendCrc(out);
  return out;
}

std::optional<Mark> ParseMark(std::string_view bytes, std::string_view topic) {
  if (bytes.size() != kMarkBytes || !bytes.starts_with(kMarkMagic) || !CrcAtEndHolds(bytes)) {
    return std::nullopt;
  }
  Fields fields(bytes.substr(kMarkMagic.size()));
  if (fields.U32() != kVersion || fields.Bytes(kTopicHashBytes) != TopicHash(topic)) {
    return std::nullopt;
  }
  Mark mark;
  mark.generation = fields.U64();
  mark.extent.start = fields.Signed();
  mark.extent.end.segment = fields.Signed();
  mark.extent.end.position = fields.U64();
  mark.extent.end.offset = fields.Signed();
  mark.extent.appended = fields.Signed();
  return mark;
}

}  // namespace throughline::log::local
