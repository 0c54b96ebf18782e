#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/nearest.h"
#include "engine/base/utf8.h"
#include "engine/contact/compact.h"
#include "engine/contact/validate.h"

namespace throughline::contact {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::json;

constexpr std::size_t kMaxLineBytes = std::size_t{4} << 20;

// Finds what in a JSON object the schema has no place for: all of it, where the library's own
// conversion stops at the first.
class JsonCheck {
 public:
  JsonCheck(std::string_view file, int line, std::vector<yaml::Fault>& faults)
      : file_(file), line_(line), faults_(faults) {}

  void OfMessage(const json& value, const Descriptor* type, const std::string& path, int depth) {
    if (!value.is_object()) return Expected(path, "an object");
    if (depth > kMaxContactDepth)
      return Fault(path, fmt::format("nested deeper than {}", kMaxContactDepth));
    for (const auto& [name, below] : value.items()) {
      const std::string here = path.empty() ? name : fmt::format("{}.{}", path, name);
      const FieldDescriptor* field = FieldNamed(type, name);
      if (field == nullptr) {
        Fault(here, "no such field" + Guess(name, type));
      } else if (field->is_repeated() && !below.is_null()) {
        OfList(below, field, here, depth);
      } else if (!below.is_null()) {
        OfValue(below, field, here, depth);
      }
    }
  }

  void Fault(const std::string& path, std::string_view text, int column = 0) {
    faults_.push_back({std::string(file_),
                       {line_, column},
                       path.empty() ? std::string(text) : fmt::format("{}: {}", path, text)});
  }

 private:
  static const FieldDescriptor* FieldNamed(const Descriptor* type, const std::string& name) {
    const FieldDescriptor* field = type->FindFieldByName(name);
    return field != nullptr ? field : type->FindFieldByCamelcaseName(name);
  }

  static std::string Guess(const std::string& name, const Descriptor* type) {
    std::vector<std::string_view> names;
    names.reserve(static_cast<std::size_t>(type->field_count()));
    for (int i = 0; i < type->field_count(); ++i) names.push_back(type->field(i)->name());
    return DidYouMean(name, names);
  }

  void OfList(const json& value, const FieldDescriptor* field, const std::string& path, int depth) {
    if (!value.is_array()) return Expected(path, "an array");
    for (std::size_t i = 0; i < value.size(); ++i) {
      OfValue(value[i], field, fmt::format("{}[{}]", path, i), depth);
    }
  }

  void OfValue(const json& value, const FieldDescriptor* field, const std::string& path,
               int depth) {
    switch (field->type()) {
      case FieldDescriptor::TYPE_MESSAGE:
        return OfMessage(value, field->message_type(), path, depth + 1);
      case FieldDescriptor::TYPE_STRING:
      case FieldDescriptor::TYPE_BYTES:
        if (!value.is_string()) Expected(path, "a string");
        return;
      case FieldDescriptor::TYPE_ENUM:
        return OfEnum(value, field, path);
      case FieldDescriptor::TYPE_BOOL:
        if (!value.is_boolean()) Expected(path, "true or false");
        return;
      default:
        if (!value.is_number() && !value.is_string()) Expected(path, "a number");
        return;
    }
  }

  void OfEnum(const json& value, const FieldDescriptor* field, const std::string& path) {
    if (value.is_number_integer()) return;
    if (!value.is_string()) return Expected(path, "the name of a value");
    const auto* type = field->enum_type();
    if (type->FindValueByName(value.get<std::string>()) != nullptr) return;
    std::string known;
    for (int i = 0; i < type->value_count(); ++i) {
      known += (i == 0 ? "" : ", ") + type->value(i)->name();
    }
    Fault(path, "not one of " + known);
  }

  void Expected(const std::string& path, std::string_view what) {
    Fault(path, fmt::format("expected {}", what));
  }

  std::string_view file_;
  int line_;
  std::vector<yaml::Fault>& faults_;
};

// Where the library's conversion stopped: only the path of its text, which may quote the content.
std::string PathIn(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.find(')', open);
  const bool has_path = open == 0 && close != std::string_view::npos;
  return has_path ? std::string(text.substr(1, close - 1)) : std::string();
}

void Convert(std::string_view line, JsonCheck& check, v1::Contact& contact) {
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(line.data(), line.size()), &contact);
  if (!status.ok()) {
    const std::string_view message(status.message().data(), status.message().size());
    return check.Fault(PathIn(message), "a value that the schema has no place for");
  }
  if (contact.ByteSizeLong() > kMaxContactBytes) {
    check.Fault({}, fmt::format("longer than {} bytes", kMaxContactBytes));
  }
}

void ReadLine(std::string_view line, std::string_view file, JsonLine& out) {
  JsonCheck check(file, out.line, out.faults);
  if (line.size() > kMaxLineBytes) {
    return check.Fault({}, fmt::format("a line longer than {} bytes", kMaxLineBytes));
  }
  json value;
  // The parser keeps the last of a name, and what came before would be lost unsaid.
  std::vector<std::set<std::string>> names;
  const auto look = [&](int, json::parse_event_t event, const json& parsed) {
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end) names.pop_back();
    if (event == json::parse_event_t::key &&
        !names.back().insert(parsed.get<std::string>()).second) {
      check.Fault(parsed.get<std::string>(), "twice in one object");
    }
    return true;
  };
  try {
    value = json::parse(line, look);
  } catch (const json::parse_error& error) {
    // Its text quotes what it read.
    const std::size_t well_formed = Utf8Prefix(line);
    if (well_formed < std::min(error.byte, line.size())) {
      return check.Fault({}, "not UTF-8: write the file in UTF-8",
                         static_cast<int>(well_formed) + 1);
    }
    return check.Fault({}, "not JSON", static_cast<int>(error.byte));
  } catch (const json::exception&) {
    return check.Fault({}, "not JSON that can be read: a number out of range");
  }
  check.OfMessage(value, v1::Contact::descriptor(), {}, 0);
  if (out.faults.empty()) Convert(line, check, out.contact);
}

bool IsBlankLine(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

std::vector<JsonLine> FromJsonLines(std::string_view text, std::string_view file) {
  std::vector<JsonLine> lines;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (IsBlankLine(line)) continue;
    JsonLine& out = lines.emplace_back();
    out.line = number;
    ReadLine(line, file, out);
  }
  return lines;
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json_text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json_text, options);
  // It fails only on what no parser lets in, such as text that is not UTF-8.
  CHECK(status.ok());
  return json_text;
}

}  // namespace throughline::contact
