#include "consumers/risk/policy_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "consumers/risk/deadline.h"
#include "consumers/risk/policy_inputs.h"
#include "engine/base/check.h"

namespace throughline::risk {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Kind = yaml::Node::Kind;

constexpr int kDeepestName = 8;

std::optional<std::int64_t> NumberIn(std::string_view text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

std::vector<std::string> SplitAtSpaces(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// "10 working days", "1 school day by 08:45".
bool ParseSpan(std::string_view text, v1::Span* span) {
  std::vector<std::string> words = SplitAtSpaces(text);
  if (words.size() > 2 && words[words.size() - 2] == "by") {
    span->set_by(words.back());
    words.resize(words.size() - 2);
  }
  if (words.size() != 2 && words.size() != 3) return false;
  const auto count = NumberIn(words.front());
  if (!count || *count < 1 || *count > std::numeric_limits<int>::max()) return false;
  span->set_count(static_cast<std::uint32_t>(*count));
  std::string unit = words[1];
  if (words.size() == 3) unit += "_" + words[2];
  if (!unit.ends_with('s')) unit += 's';
  span->set_unit(unit);
  return LengthOf(*span).has_value();
}

std::vector<std::string> KeysOf(const google::protobuf::Descriptor* message) {
  std::vector<std::string> keys = FieldNames(message);
  if (message == v1::ContactTest::descriptor()) keys.emplace_back("is");
  return keys;
}

}  // namespace

const yaml::Place& PlaceOf(const yaml::Node& node, std::string_view key) {
  const yaml::Node* value = node.kind == Kind::kMap ? node.Find(key) : nullptr;
  return value == nullptr ? node.place : value->place;
}

std::vector<std::pair<std::string, yaml::Place>> TextsOf(const yaml::Node* node) {
  std::vector<std::pair<std::string, yaml::Place>> texts;
  if (node == nullptr) return texts;
  if (node->kind == Kind::kScalar) texts.emplace_back(node->scalar, node->place);
  for (const auto& item : node->items) {
    if (item.kind == Kind::kScalar) texts.emplace_back(item.scalar, item.place);
  }
  return texts;
}

void PolicyReader::Fault(const yaml::Place& place, std::string text) {
  faults_.push_back({file_, place, std::move(text)});
}

v1::ContactTest PolicyReader::ReadTest(const yaml::Node& node, const TestUse& use) {
  v1::ContactTest test;
  const auto outer = std::pair(std::exchange(test_use_, use), std::exchange(in_test_, true));
  // What lies below inherits the kinds of this test, where it has any.
  const auto kinds = TextsOf(node.Find("kinds"));
  if (!kinds.empty()) test_use_.kinds.clear();
  for (const auto& [kind, place] : kinds) test_use_.kinds.push_back(kind);
  const std::size_t faults = faults_.size();
  ReadMap(node, &test);
  if (node.kind == Kind::kMap) CheckTest(node, test_use_, test, faults_.size() == faults);
  std::tie(test_use_, in_test_) = outer;
  return test;
}

void PolicyReader::ReadMap(const yaml::Node& node, Message* message) {
  if (node.kind != Kind::kMap) return Fault(node.place, "a map of keys is wanted here");
  const auto* descriptor = message->GetDescriptor();
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    const auto& [key, value] = node.entries[i];
    if (descriptor == v1::ContactTest::descriptor()) {
      auto* test = dynamic_cast<v1::ContactTest*>(message);
      if (key == "fields") {
        ReadFields(value, test_use_, test);
        continue;
      }
      if (key == "is") {
        ReadNamed(value, test_use_, test);
        continue;
      }
    }
    const FieldDescriptor* field = descriptor->FindFieldByName(key);
    if (field == nullptr) {
      Fault(node.key_places[i],
            fmt::format("no key is named `{}` here{}", key, Meant(key, KeysOf(descriptor))));
      continue;
    }
    ReadField(value, field, message);
  }
}

void PolicyReader::ReadField(const yaml::Node& node, const FieldDescriptor* field,
                             Message* message) {
  const auto& reflection = *message->GetReflection();
  const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (!field->is_repeated()) {
    if (node.kind == Kind::kList) {
      return Fault(node.place, fmt::format("`{}` takes one, not a list", field->name()));
    }
    if (is_message) return ReadMessage(node, field, reflection.MutableMessage(message, field));
    return ReadScalar(node, field, message);
  }
  const auto one = [&](const yaml::Node& item) {
    if (is_message) {
      ReadMessage(item, field, reflection.AddMessage(message, field));
    } else {
      ReadScalar(item, field, message);
    }
  };
  if (node.kind != Kind::kList) return one(node);
  if (node.items.empty()) Fault(node.place, fmt::format("`{}` is empty", field->name()));
  for (const auto& item : node.items) one(item);
}

void PolicyReader::ReadScalar(const yaml::Node& node, const FieldDescriptor* field,
                              Message* message) {
  const auto& reflection = *message->GetReflection();
  if (node.kind != Kind::kScalar || node.scalar.empty()) {
    return Fault(node.place, fmt::format("`{}` wants a text or a number", field->name()));
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field->is_repeated()) return reflection.AddString(message, field, node.scalar);
      return reflection.SetString(message, field, node.scalar);
    case FieldDescriptor::CPPTYPE_BOOL:
      if (node.scalar != "yes" && node.scalar != "no" && node.scalar != "true" &&
          node.scalar != "false") {
        return Fault(node.place, fmt::format("`{}` takes yes or no", field->name()));
      }
      return reflection.SetBool(message, field, node.scalar == "yes" || node.scalar == "true");
    case FieldDescriptor::CPPTYPE_UINT32: {
      const auto number = NumberIn(node.scalar);
      if (!number || *number < 0 || *number > 100000) {
        return Fault(node.place, fmt::format("`{}` takes a whole number", field->name()));
      }
      return reflection.SetUInt32(message, field, static_cast<std::uint32_t>(*number));
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      CHECK(field->enum_type() == v1::RuleFamily_descriptor());
      const auto family = node.scalar == "clock"     ? v1::RULE_FAMILY_CLOCK
                          : node.scalar == "process" ? v1::RULE_FAMILY_PROCESS
                          : node.scalar == "pattern" ? v1::RULE_FAMILY_PATTERN
                                                     : v1::RULE_FAMILY_UNSPECIFIED;
      if (family == v1::RULE_FAMILY_UNSPECIFIED) {
        return Fault(node.place, "`family` takes clock, process or pattern");
      }
      return reflection.SetEnumValue(message, field, family);
    }
    default:
      CHECK(false);
  }
}

void PolicyReader::ReadMessage(const yaml::Node& node, const FieldDescriptor* field, Message* sub) {
  if (auto* span = dynamic_cast<v1::Span*>(sub)) return ReadSpan(node, field, span);
  if (auto* test = dynamic_cast<v1::ContactTest*>(sub)) {
    *test = ReadTest(node, UseOf(field));
    return;
  }
  // A pattern's tests may link to its anchor only if it has one, whatever comes first in the file.
  if (field->message_type() == v1::Pattern::descriptor()) {
    const auto texts = TextsOf(node.Find("anchored"));
    anchored_ = !texts.empty() && (texts[0].first == "yes" || texts[0].first == "true");
  }
  if (field->message_type() == v1::Process::descriptor()) {
    anchor_kinds_.clear();
    if (const auto* anchor = node.Find("anchor"); anchor != nullptr) {
      for (const auto& [kind, place] : TextsOf(anchor->Find("kinds"))) {
        anchor_kinds_.push_back(kind);
      }
    }
  }
  ReadMap(node, sub);
}

void PolicyReader::ReadSpan(const yaml::Node& node, const FieldDescriptor* field, v1::Span* span) {
  if (node.kind != Kind::kScalar || !ParseSpan(node.scalar, span)) {
    span->Clear();
    return Fault(node.place,
                 fmt::format("`{}` wants a length of time such as `1 working day`, `48 hours`, "
                             "`12 months`, `1 school day by 08:45` (minutes, hours, days, weeks, "
                             "months, years, working days, school days)",
                             field->name()));
  }
  const bool is_deadline = field->name() == "within" || field->name() == "absent_within";
  if (!span->by().empty() && !is_deadline) {
    Fault(node.place, fmt::format("`{}` is no deadline: it takes no `by`", field->name()));
  }
}

void PolicyReader::ReadFields(const yaml::Node& node, const TestUse& use, v1::ContactTest* test) {
  if (node.kind != Kind::kMap) {
    return Fault(node.place, "`fields` wants a map from a field's path to what it must say");
  }
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    const auto& [path, value] = node.entries[i];
    v1::FieldTest* field = test->add_fields();
    field->set_path(path);
    ReadCondition(value, field);
    CheckField(value, node.key_places[i], use, *field);
  }
}

void PolicyReader::ReadCondition(const yaml::Node& node, v1::FieldTest* field) {
  if (node.kind == Kind::kScalar && node.scalar == "absent") return field->set_absent(true);
  if (node.kind == Kind::kScalar && node.scalar == "present") return field->set_present(true);
  if (node.kind != Kind::kMap) {
    for (const auto& [text, place] : TextsOf(&node)) field->add_in(text);
    if (field->in().empty()) {
      Fault(node.place, "wanted: a code, a list of codes, `present`, `absent`, or {at_least: n}");
    }
    return;
  }
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    const auto& [key, value] = node.entries[i];
    const auto number = NumberIn(value.scalar);
    if ((key != "at_least" && key != "at_most") || !number) {
      Fault(node.key_places[i], "wanted: at_least or at_most, each with a whole number");
    } else if (key == "at_least") {
      field->set_at_least(*number);
    } else {
      field->set_at_most(*number);
    }
  }
}

void PolicyReader::ReadNamed(const yaml::Node& node, const TestUse& use, v1::ContactTest* test) {
  if (depth_of_names_ >= kDeepestName) return Fault(node.place, "names within names, too deep");
  for (const auto& [name, place] : TextsOf(&node)) {
    const auto named = named_.find(name);
    if (named == named_.end()) {
      std::vector<std::string> names;
      for (const auto& [known, one] : named_) names.push_back(known);
      Fault(place, fmt::format("no test is named `{}`{}", name, Meant(name, names)));
      continue;
    }
    // Its own faults are told once, at its own place, where it is checked by itself; what only this
    // use refuses is told here.
    std::vector<yaml::Fault> own;
    PolicyReader apart(named->second.file, named_, own);
    apart.depth_of_names_ = depth_of_names_ + 1;
    *test->add_any_of() = apart.ReadTest(named->second.node, {false, true, {}});
    if (!own.empty()) continue;
    apart.ReadTest(named->second.node, use);
    for (const auto& fault : own) {
      Fault(place, fmt::format("`{}` cannot be used here: {}", name, fault.text));
    }
  }
}

TestUse PolicyReader::UseOf(const FieldDescriptor* field) const {
  const std::string& name = field->name();
  if (in_test_) {
    TestUse use = test_use_;
    if (name != "any_of") use.raises = false;
    if (name == "linked_to") use.kinds.clear();
    return use;
  }
  const auto* in = field->containing_type();
  if (in == v1::Step::descriptor()) return {true, false, {}};
  if (in == v1::Shortfall::descriptor()) return {true, true, anchor_kinds_};
  if (in == v1::Pattern::descriptor()) return {false, name == "absent" && anchored_, {}};
  if (name == "anchor" || name == "known") return {true, false, {}};
  if (name == "not_known") return {false, false, {}};
  return {name == "opened_by", true, {}};
}

}  // namespace throughline::risk
