#include "consumers/risk/field_path.h"

#include <span>

#include "engine/base/check.h"
#include "throughline/v1/contact.pb.h"
#include "throughline/v1/options.pb.h"

namespace throughline::risk {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kNotRecorded = "not_recorded";

std::string EnumText(const google::protobuf::EnumValueDescriptor* value) {
  if (value->type() != v1::Tri_descriptor()) return value->number() == 0 ? "" : value->name();
  if (value->number() == v1::TRI_YES) return "yes";
  if (value->number() == v1::TRI_NO) return "no";
  return "";
}

// The two accessors of reflection, for a field and for one element of a repeated field, told apart
// by `index` < 0.
class Reader {
 public:
  Reader(const Message& message, const FieldDescriptor* field, int index)
      : message_(message), reflection_(*message.GetReflection()), field_(field), index_(index) {}

  const Message& Sub() const {
    return index_ < 0 ? reflection_.GetMessage(message_, field_)
                      : reflection_.GetRepeatedMessage(message_, field_, index_);
  }

  FieldValue Value() const {
    switch (field_->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return {index_ < 0 ? reflection_.GetString(message_, field_)
                           : reflection_.GetRepeatedString(message_, field_, index_),
                std::nullopt};
      case FieldDescriptor::CPPTYPE_ENUM:
        return {EnumText(index_ < 0 ? reflection_.GetEnum(message_, field_)
                                    : reflection_.GetRepeatedEnum(message_, field_, index_)),
                std::nullopt};
      case FieldDescriptor::CPPTYPE_UINT32:
        return Number(index_ < 0 ? reflection_.GetUInt32(message_, field_)
                                 : reflection_.GetRepeatedUInt32(message_, field_, index_));
      case FieldDescriptor::CPPTYPE_INT64:
        return Number(index_ < 0 ? reflection_.GetInt64(message_, field_)
                                 : reflection_.GetRepeatedInt64(message_, field_, index_));
      case FieldDescriptor::CPPTYPE_UINT64:
        return Number(static_cast<std::int64_t>(
            index_ < 0 ? reflection_.GetUInt64(message_, field_)
                       : reflection_.GetRepeatedUInt64(message_, field_, index_)));
      case FieldDescriptor::CPPTYPE_INT32:
        return Number(index_ < 0 ? reflection_.GetInt32(message_, field_)
                                 : reflection_.GetRepeatedInt32(message_, field_, index_));
      default:
        return {};
    }
  }

 private:
  static FieldValue Number(std::int64_t number) { return {std::to_string(number), number}; }

  const Message& message_;
  const google::protobuf::Reflection& reflection_;
  const FieldDescriptor* field_;
  int index_;
};

void Collect(const Message& message, std::span<const FieldDescriptor* const> chain,
             std::vector<FieldValue>& values);

void CollectOne(const Reader& reader, std::span<const FieldDescriptor* const> chain,
                std::vector<FieldValue>& values) {
  if (chain.front()->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    const Message& sub = reader.Sub();
    if (chain.size() > 1) return Collect(sub, chain.subspan(1), values);
    if (sub.ByteSizeLong() > 0) values.push_back({});
    return;
  }
  FieldValue value = reader.Value();
  if (!value.text.empty() && value.text != kNotRecorded) values.push_back(std::move(value));
}

void Collect(const Message& message, std::span<const FieldDescriptor* const> chain,
             std::vector<FieldValue>& values) {
  const FieldDescriptor* field = chain.front();
  const auto& reflection = *message.GetReflection();
  if (field->is_repeated()) {
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      CollectOne(Reader(message, field, i), chain, values);
    }
    return;
  }
  if (reflection.HasField(message, field)) CollectOne(Reader(message, field, -1), chain, values);
}

}  // namespace

Resolved ResolvePath(const google::protobuf::Descriptor* from, std::string_view path) {
  Resolved resolved;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const std::string part(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    const FieldDescriptor* field = from == nullptr ? nullptr : from->FindFieldByName(part);
    if (field == nullptr || (dot != std::string_view::npos && path.empty())) {
      resolved.missing = part;
      resolved.within = from;
      return resolved;
    }
    resolved.chain.push_back(field);
    from = field->message_type();
  }
  if (resolved.chain.empty()) resolved.missing = "(nothing)";
  return resolved;
}

std::vector<FieldValue> ValuesAt(const Message& message, const FieldChain& chain) {
  CHECK(!chain.empty());
  std::vector<FieldValue> values;
  Collect(message, chain, values);
  return values;
}

bool IsComparable(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return field->enum_type() == v1::Tri_descriptor();
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return true;
    case FieldDescriptor::CPPTYPE_STRING: {
      if (field->type() == FieldDescriptor::TYPE_BYTES) return false;
      const auto& options = field->options();
      return options.HasExtension(v1::list) || options.HasExtension(v1::values) ||
             options.GetExtension(v1::agency) || options.GetExtension(v1::label);
    }
    default:
      return false;
  }
}

const FieldDescriptor* KindField(std::string_view kind) {
  static const auto* detail = v1::Contact::descriptor()->FindOneofByName("detail");
  CHECK(detail != nullptr);
  const FieldDescriptor* field = v1::Contact::descriptor()->FindFieldByName(std::string(kind));
  return field != nullptr && field->containing_oneof() == detail ? field : nullptr;
}

}  // namespace throughline::risk
