#include "engine/publish/read_file.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>

#include "engine/contact/compact.h"
#include "engine/contact/validate.h"

namespace throughline::publish {
namespace {

using google::protobuf::io::CodedInputStream;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kMaxVarintBytes = 5;

constexpr std::string_view kSpace = " \t\r\n";

std::string_view WithoutMark(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  return bytes;
}

// A delimited file begins with a length, which may be the byte of `{`; the tag that follows then
// tells the two apart.
bool IsJson(std::string_view bytes) {
  bytes = WithoutMark(bytes);
  const std::size_t start = bytes.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return true;
  if (bytes[start] != '{') return false;
  return start + 1 == bytes.size() ||
         std::string_view(" \t\"}").find(bytes[start + 1]) != std::string_view::npos;
}

// The tags of what every contact has (when it occurred, was recorded) are control characters.
bool IsText(std::string_view bytes) {
  constexpr std::size_t kLooked = 4096;
  constexpr unsigned char kAscii = 0x7f;
  bytes = WithoutMark(bytes).substr(0, kLooked);
  if (!bytes.empty() && static_cast<unsigned char>(bytes.front()) > kAscii) return false;
  return std::none_of(bytes.begin(), bytes.end(), [](unsigned char c) {
    return c < ' ' && kSpace.find(static_cast<char>(c)) == std::string_view::npos;
  });
}

bool IsArray(std::string_view text) {
  for (const char next : std::string_view("[{\"")) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
    if (text.empty() || text.front() != next) return false;
    text.remove_prefix(1);
  }
  return true;
}

bool IsLaidOut(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  if (!text.starts_with('{')) return false;
  const std::size_t next = text.find_first_not_of(" \t\r", 1);
  return next != std::string_view::npos && text[next] == '\n';
}

// What exports often are, and what is not taken; empty: neither.
std::string_view NotTaken(std::string_view bytes, Format format) {
  constexpr std::string_view kBigEndian("\xfe\xff\0{", 4);
  if (bytes.starts_with("\xff\xfe{") || bytes.starts_with(kBigEndian)) {
    return "UTF-16: write it in UTF-8";
  }
  if (bytes.starts_with("\x1f\x8b\x08") || bytes.starts_with("PK\x03\x04")) {
    return "compressed, or a workbook: write JSON lines";
  }
  if (!IsText(bytes)) return {};
  const std::string_view text = WithoutMark(bytes);
  if (IsArray(text)) {
    return "a JSON array: write one object a line, without the array (jq -c '.[]' does)";
  }
  if (IsLaidOut(text)) {
    return "JSON over several lines: write one object a line (jq -c . does)";
  }
  if (format == Format::kJsonLines || IsJson(text)) return {};
  return "text that is not JSON lines: CSV and XML are not taken, and YAML only when it is said "
         "to be YAML (--format yaml, or its name)";
}

ReadContact FromJsonLine(std::string_view line, std::string_view name, int number) {
  ReadContact read{.number = number, .contact_id = {}, .bytes = {}, .faults = {}};
  for (contact::JsonLine& json : contact::FromJsonLines(line, name)) {
    read.contact_id = json.contact.contact_id();
    read.faults = std::move(json.faults);
    for (yaml::Fault& fault : read.faults) fault.place.line = number;
    if (read.faults.empty()) read.bytes = json.contact.SerializeAsString();
  }
  return read;
}

std::vector<ReadContact> FromJsonLines(std::string_view bytes, std::string_view name) {
  bytes = WithoutMark(bytes);
  std::vector<ReadContact> contacts;
  for (int number = 1; !bytes.empty(); ++number) {
    const std::size_t end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    contacts.push_back(FromJsonLine(line, name, number));
  }
  return contacts;
}

Result<std::vector<ReadContact>> FromYaml(std::string_view bytes, std::string_view name) {
  TL_ASSIGN(const yaml::Node root, yaml::Parse(bytes, name));
  std::vector<ReadContact> contacts;
  const bool is_list = root.kind == yaml::Node::Kind::kList;
  const std::size_t count = is_list ? root.items.size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const yaml::Node& node = is_list ? root.items[i] : root;
    contact::Compact compact = contact::FromCompact(node, name);
    ReadContact& read = contacts.emplace_back();
    read.number = node.place.line;
    read.contact_id = compact.contact.contact_id();
    read.faults = std::move(compact.faults);
    if (read.faults.empty()) read.bytes = compact.contact.SerializeAsString();
  }
  return contacts;
}

std::vector<ReadContact> FromDelimited(std::string_view bytes, std::string_view name) {
  std::vector<ReadContact> contacts;
  while (!bytes.empty()) {
    ReadContact& read = contacts.emplace_back();
    read.number = static_cast<int>(contacts.size());
    const auto fault = [&](std::string text) {
      read.faults.push_back({std::string(name), {read.number, 0}, std::move(text)});
    };
    CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                        static_cast<int>(std::min(bytes.size(), kMaxVarintBytes)));
    std::uint32_t length = 0;
    if (!in.ReadVarint32(&length)) {
      fault("not a length: the file is cut short or malformed from here on");
      break;
    }
    bytes.remove_prefix(static_cast<std::size_t>(in.CurrentPosition()));
    if (length > bytes.size()) {
      fault("longer than the rest of the file: it is cut short or malformed from here on");
      break;
    }
    const std::string_view one = bytes.substr(0, length);
    bytes.remove_prefix(length);
    const auto contact = contact::Decode(one);
    if (contact) {
      read.contact_id = contact->contact_id();
      read.bytes = std::string(one);
    } else {
      fault(contact.error().text);
    }
  }
  return contacts;
}

}  // namespace

Result<std::vector<ReadContact>> ReadContacts(std::string_view bytes, std::string_view name,
                                              Format format) {
  if (bytes.size() > kMaxFileBytes) {
    return Fail(Code::kInvalid, "{}: longer than {} bytes: {}", name, kMaxFileBytes, bytes.size());
  }
  const bool is_yaml =
      format == Format::kYaml ||
      (format == Format::kDetect && (name.ends_with(".yaml") || name.ends_with(".yml")));
  if (is_yaml) return FromYaml(bytes, name);
  if (const auto what = NotTaken(bytes, format); !what.empty() && format != Format::kDelimited) {
    return Fail(Code::kInvalid, "{}: {}", name, what);
  }
  const bool is_json = format == Format::kJsonLines || (format == Format::kDetect && IsJson(bytes));
  return is_json ? FromJsonLines(bytes, name) : FromDelimited(bytes, name);
}

}  // namespace throughline::publish
