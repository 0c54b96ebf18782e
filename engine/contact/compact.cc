#include "engine/contact/compact.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>

#include "engine/base/nearest.h"
#include "engine/base/uk_time.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/identifiers.h"

namespace throughline::contact {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using yaml::Node;

std::string_view Named(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return "a single value";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  return "";
}

// The field that a message's short form, a single text, fills in.
const FieldDescriptor* ShortField(const Descriptor* type) {
  using v1::Contact;
  if (type == Contact::Concern::descriptor()) return type->FindFieldByName("concern");
  if (type == Contact::Strength::descriptor()) return type->FindFieldByName("strength");
  if (type == Contact::Handling::descriptor()) return type->FindFieldByName("handling");
  if (type == v1::Recipient::descriptor()) return type->FindFieldByName("agency");
  return nullptr;
}

// yes of TRI_YES, about of PRECISION_ABOUT.
std::string WordOf(const EnumDescriptor* type, const google::protobuf::EnumValueDescriptor& value) {
  if (value.number() == 0) return "not_recorded";
  std::string word = value.name().substr(type->name().size() + 1);
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return word;
}

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

class Reader {
 public:
  Reader(std::string_view file, std::vector<yaml::Fault>& faults) : file_(file), faults_(faults) {}

  void OfContact(const Node& node, const std::string& path, v1::Contact& contact) {
    if (node.kind != Node::Kind::kMap) return Expected(node, path, "a map with kind and detail");
    const Kind* kind = OfKind(node, path);
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
      const auto& [key, value] = node.entries[i];
      if (key == "kind" || key == "detail") continue;
      const FieldDescriptor* field = v1::Contact::descriptor()->FindFieldByName(key);
      if (field == nullptr || field->real_containing_oneof() != nullptr) {
        UnknownKey(node, i, path, v1::Contact::descriptor());
      } else {
        OfEntry(node, i, path, contact, field);
      }
    }
    if (kind == nullptr) return;
    Message* detail = contact.GetReflection()->MutableMessage(&contact, kind->field);
    if (const Node* given = node.Find("detail")) OfMessage(*given, Below(path, "detail"), *detail);
  }

 private:
  const Kind* OfKind(const Node& node, const std::string& path) {
    const Node* given = node.Find("kind");
    if (given == nullptr) {
      Fault(node.place, Below(path, "kind"), "missing: it says which kind of contact this is");
      return nullptr;
    }
    if (given->kind != Node::Kind::kScalar) {
      Expected(*given, Below(path, "kind"), "the name of a kind");
      return nullptr;
    }
    const Kind* kind = Catalogue::Get().Find(given->scalar);
    if (kind == nullptr) {
      std::vector<std::string_view> names;
      for (const auto& [name, each] : Catalogue::Get().kinds()) names.push_back(name);
      Fault(given->place, Below(path, "kind"), "no such kind" + Guess(given->scalar, names));
    }
    return kind;
  }

  void OfMessage(const Node& node, const std::string& path, Message& message) {
    const Descriptor* type = message.GetDescriptor();
    if (type == v1::UncertainTime::descriptor() && node.kind == Node::Kind::kScalar) {
      return OfTime(node, path, static_cast<v1::UncertainTime&>(message));
    }
    if (type == v1::ContactRef::descriptor() && node.kind == Node::Kind::kScalar) {
      return OfRef(node, path, static_cast<v1::ContactRef&>(message));
    }
    if (type == v1::Contact::descriptor()) {
      return OfContact(node, path, static_cast<v1::Contact&>(message));
    }
    if (type == v1::Contact::Link::descriptor() && IsShortLink(node)) {
      return OfLink(node, path, static_cast<v1::Contact::Link&>(message));
    }
    if (const FieldDescriptor* field = ShortField(type);
        field && node.kind == Node::Kind::kScalar) {
      return OfValue(node, path, message, field);
    }
    if (node.kind != Node::Kind::kMap) return Expected(node, path, "a map");
    OfMap(node, path, message);
    if (type == v1::UncertainTime::descriptor()) {
      const auto interval = Implied(static_cast<v1::UncertainTime&>(message));
      if (!interval) Fault(node.place, path, interval.error().text);
    }
  }

  void OfMap(const Node& node, const std::string& path, Message& message) {
    const Descriptor* type = message.GetDescriptor();
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
      const auto& [key, value] = node.entries[i];
      const FieldDescriptor* field = type->FindFieldByName(key);
      if (field == nullptr) {
        UnknownKey(node, i, path, type);
        continue;
      }
      const auto* oneof = field->real_containing_oneof();
      if (oneof != nullptr && message.GetReflection()->HasOneof(message, oneof)) {
        Fault(node.key_places[i], Below(path, key),
              "only one of the fields that exclude each other can be given");
        continue;
      }
      OfEntry(node, i, path, message, field);
    }
  }

  // An entry without a value has a place of its own nowhere: its key's is meant.
  void OfEntry(const Node& node, std::size_t at, const std::string& path, Message& message,
               const FieldDescriptor* field) {
    const auto& [key, value] = node.entries[at];
    if (value.kind == Node::Kind::kNull) {
      return Fault(node.key_places[at], Below(path, key), "expected a value, found nothing");
    }
    OfField(value, Below(path, key), message, field);
  }

  void OfField(const Node& node, const std::string& path, Message& message,
               const FieldDescriptor* field) {
    if (!field->is_repeated()) return OfValue(node, path, message, field);
    if (node.kind != Node::Kind::kList) return OfItem(node, path, message, field);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      OfItem(node.items[i], fmt::format("{}[{}]", path, i), message, field);
    }
  }

  // One value of a field that is no list.
  void OfValue(const Node& node, const std::string& path, Message& message,
               const FieldDescriptor* field) {
    const Reflection& reflection = *message.GetReflection();
    if (field->message_type() != nullptr) {
      return OfMessage(node, path, *reflection.MutableMessage(&message, field));
    }
    if (const auto text = ScalarOf(node, path, field)) {
      Set(*text, node, path, message, field);
    }
  }

  // One item of a list.
  void OfItem(const Node& node, const std::string& path, Message& message,
              const FieldDescriptor* field) {
    const Reflection& reflection = *message.GetReflection();
    if (node.kind == Node::Kind::kNull) return Expected(node, path, "a value");
    if (field->message_type() != nullptr) {
      return OfMessage(node, path, *reflection.AddMessage(&message, field));
    }
    const auto text = ScalarOf(node, path, field);
    if (!text) return;
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      reflection.AddString(&message, field, *text);
    } else if (const auto number = ParseNumber<std::uint32_t>(*text);
               number && field->type() == FieldDescriptor::TYPE_UINT32) {
      reflection.AddUInt32(&message, field, *number);
    } else {
      Fault(node.place, path, "not a whole number");
    }
  }

  // A text, a number or a code; {other: text} is that text.
  std::optional<std::string> ScalarOf(const Node& node, const std::string& path,
                                      const FieldDescriptor* field) {
    if (node.kind == Node::Kind::kScalar) return node.scalar;
    const bool is_other = node.kind == Node::Kind::kMap && node.entries.size() == 1 &&
                          node.entries[0].first == "other" &&
                          node.entries[0].second.kind == Node::Kind::kScalar;
    if (is_other && field->type() == FieldDescriptor::TYPE_STRING) {
      return node.entries[0].second.scalar;
    }
    Expected(node, path, "a single value");
    return std::nullopt;
  }

  void Set(const std::string& text, const Node& node, const std::string& path, Message& message,
           const FieldDescriptor* field) {
    const Reflection& reflection = *message.GetReflection();
    switch (field->type()) {
      case FieldDescriptor::TYPE_STRING:
      case FieldDescriptor::TYPE_BYTES:
        return reflection.SetString(&message, field, text);
      case FieldDescriptor::TYPE_ENUM:
        return SetEnum(text, node, path, message, field);
      case FieldDescriptor::TYPE_UINT32:
        if (const auto number = ParseNumber<std::uint32_t>(text)) {
          return reflection.SetUInt32(&message, field, *number);
        }
        return Fault(node.place, path, "not a whole number from 0");
      case FieldDescriptor::TYPE_UINT64:
        if (const auto number = ParseNumber<std::uint64_t>(text)) {
          return reflection.SetUInt64(&message, field, *number);
        }
        return Fault(node.place, path, "not a whole number from 0");
      case FieldDescriptor::TYPE_SINT64:
      case FieldDescriptor::TYPE_INT64:
        if (const auto number = ParseNumber<std::int64_t>(text)) {
          return reflection.SetInt64(&message, field, *number);
        }
        return Fault(node.place, path, "not a whole number");
      default:
        return Fault(node.place, path, "it cannot be written in this form");
    }
  }

  void SetEnum(const std::string& text, const Node& node, const std::string& path, Message& message,
               const FieldDescriptor* field) {
    const EnumDescriptor* type = field->enum_type();
    std::string known;
    for (int i = 0; i < type->value_count(); ++i) {
      const std::string word = WordOf(type, *type->value(i));
      if (word == text) {
        return message.GetReflection()->SetEnumValue(&message, field, type->value(i)->number());
      }
      known += (known.empty() ? "" : ", ") + word;
    }
    Fault(node.place, path, "not one of " + known);
  }

  void OfTime(const Node& node, const std::string& path, v1::UncertainTime& time) {
    auto parsed = ParseUncertain(node.scalar);
    if (!parsed) return Fault(node.place, path, parsed.error().text);
    time = *std::move(parsed);
  }

  void OfRef(const Node& node, const std::string& path, v1::ContactRef& ref) {
    const std::string_view text = node.scalar;
    const std::size_t space = text.find(' ');
    const std::string_view first = text.substr(0, space);
    if (text.empty()) return Fault(node.place, path, "no id of a contact");
    if (space == std::string_view::npos || !IsAgencyName(first)) {
      ref.set_contact_id(std::string(text));
      return;
    }
    const std::size_t id = text.find_first_not_of(' ', space);
    if (id == std::string_view::npos) return Fault(node.place, path, "no id of a contact");
    ref.set_agency(std::string(first));
    ref.set_contact_id(std::string(text.substr(id)));
  }

  static bool IsShortLink(const Node& node) {
    return node.kind == Node::Kind::kMap && node.Find("link") == nullptr;
  }

  // {answers: REF, state: S}: the key that is no field is the link.
  void OfLink(const Node& node, const std::string& path, v1::Contact::Link& link) {
    const Descriptor* type = link.GetDescriptor();
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
      const auto& [key, value] = node.entries[i];
      if (Catalogue::Get().Has("link", key)) {
        if (!link.link().empty()) {
          Fault(node.key_places[i], Below(path, key), "a second link: write it as its own item");
          continue;
        }
        link.set_link(key);
        OfMessage(value, Below(path, key), *link.mutable_target());
      } else if (key == "unit" || key == "item") {
        OfValue(value, Below(path, key), *link.mutable_target(),
                v1::ContactRef::descriptor()->FindFieldByName(key));
      } else if (const FieldDescriptor* field = type->FindFieldByName(key)) {
        OfEntry(node, i, path, link, field);
      } else {
        const auto& codes = Catalogue::Get().Codes("link");
        Fault(node.key_places[i], Below(path, key),
              "no such link or field" + Guess(key, {codes.begin(), codes.end()}));
      }
    }
  }

  void UnknownKey(const Node& node, std::size_t at, const std::string& path,
                  const Descriptor* type) {
    std::vector<std::string_view> names;
    for (int i = 0; i < type->field_count(); ++i) {
      const bool is_detail =
          type == v1::Contact::descriptor() && type->field(i)->real_containing_oneof() != nullptr;
      if (!is_detail) names.push_back(type->field(i)->name());
    }
    if (type == v1::Contact::descriptor()) names.insert(names.end(), {"kind", "detail"});
    const std::string& key = node.entries[at].first;
    Fault(node.key_places[at], Below(path, key), "no such field" + Guess(key, names));
  }

  static std::string Guess(std::string_view word, const std::vector<std::string_view>& known) {
    constexpr std::size_t kMaxGuessedFrom = 64;
    return word.size() > kMaxGuessedFrom ? std::string() : DidYouMean(word, known);
  }

  static std::string Below(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
  }

  void Expected(const Node& node, const std::string& path, std::string_view what) {
    Fault(node.place, path, fmt::format("expected {}, found {}", what, Named(node.kind)));
  }

  void Fault(yaml::Place place, const std::string& path, std::string_view text) {
    faults_.push_back({std::string(file_), place,
                       path.empty() ? std::string(text) : fmt::format("{}: {}", path, text)});
  }

  std::string_view file_;
  std::vector<yaml::Fault>& faults_;
};

}  // namespace

Compact FromCompact(const Node& node, std::string_view file) {
  Compact compact;
  Reader(file, compact.faults).OfContact(node, {}, compact.contact);
  return compact;
}

}  // namespace throughline::contact
