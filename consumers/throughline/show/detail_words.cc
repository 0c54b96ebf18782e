#include "consumers/throughline/show/detail_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "consumers/throughline/show/words.h"
#include "engine/contact/catalogue.h"
#include "throughline/v1/options.pb.h"

namespace throughline::show {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

struct Where {
  const v1::Contact& contact;
  std::string_view sender;
};

// The fields that a reader looks for first, of kinds whose own order is another.
const std::vector<std::string_view>& FirstOf(std::string_view kind) {
  static const std::map<std::string_view, std::vector<std::string_view>> kFirst = {
      {"assessment_closed", {"outcome", "type"}},
      {"attendance", {"service", "reason", "explanation", "result"}},
      {"child_protection_conference", {"outcome", "type"}},
      {"domestic_abuse_callout", {"victim", "alleged_perpetrator", "outcome", "injury", "weapon"}},
      {"injury_noted", {"who", "injuries", "explanation", "explanation_fits", "mobile"}},
      {"police_incident", {"type", "arrest"}},
      {"referral_decided", {"outcome"}},
      {"referral_made", {"to", "urgency"}},
      {"referral_received", {"source", "received_at"}},
      {"school_absence", {"from", "until", "sessions", "authorised"}},
      {"strategy_discussion", {"outcome"}},
      {"triage_decided", {"outcome"}},
      {"was_not_brought", {"service", "appointment"}},
  };
  static const std::vector<std::string_view> kNone;
  const auto found = kFirst.find(kind);
  return found == kFirst.end() ? kNone : found->second;
}

// A field's name in words, and the unit that it ends in.
struct NameAndUnit {
  std::string name;
  std::string_view unit;
};

NameAndUnit NameOf(const FieldDescriptor& field) {
  static const std::map<std::string_view, std::string_view> kUnits = {
      {"_g", " g"}, {"_mm", " mm"}, {"_weeks", " weeks"}, {"_hours", " hours"}};
  const std::string& name = field.name();
  for (const auto& [ending, unit] : kUnits) {
    if (name.ends_with(ending)) {
      return {Words(name.substr(0, name.size() - ending.size())), unit};
    }
  }
  static const std::map<std::string_view, std::string_view> kNames = {
      {"la_code", "local authority"},
      {"la_told", "local authority told"},
      {"la_consent", "local authority consent"},
      {"host_la", "host authority"},
      {"responsible_la", "responsible authority"}};
  const auto known = kNames.find(name);
  return {known == kNames.end() ? Words(name) : std::string(known->second), ""};
}

std::string TextWords(const FieldDescriptor& field, const std::string& text, const Where& where) {
  const auto& options = field.options();
  if (options.GetExtension(v1::label)) {
    for (const auto& subject : where.contact.subjects()) {
      if (subject.label() == text) return SubjectName(where.contact, text);
    }
  }
  const bool code =
      !options.GetExtension(v1::list).empty() || !options.GetExtension(v1::values).empty();
  return code ? Words(text) : text;
}

std::string MessageWords(const Message& message, const Where& where);

// One value of a field, the index-th of a repeated one; empty for what says nothing.
std::string ValueWords(const Message& message, const FieldDescriptor& field, int index,
                       const Where& where) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      if (field.type() == FieldDescriptor::TYPE_BYTES) return "";
      return TextWords(field,
                       repeated ? reflection.GetRepeatedString(message, &field, index)
                                : reflection.GetString(message, &field),
                       where);
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int value = repeated ? reflection.GetRepeatedEnumValue(message, &field, index)
                                 : reflection.GetEnumValue(message, &field);
      if (field.enum_type() != v1::Tri_descriptor()) return "";
      return value == v1::TRI_YES ? "yes" : value == v1::TRI_NO ? "no" : "";
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageWords(repeated ? reflection.GetRepeatedMessage(message, &field, index)
                                   : reflection.GetMessage(message, &field),
                          where);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "yes" : "no";
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(repeated ? reflection.GetRepeatedUInt32(message, &field, index)
                                     : reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(repeated ? reflection.GetRepeatedUInt64(message, &field, index)
                                     : reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(repeated ? reflection.GetRepeatedInt32(message, &field, index)
                                     : reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(repeated ? reflection.GetRepeatedInt64(message, &field, index)
                                     : reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return fmt::format("{}", repeated ? reflection.GetRepeatedDouble(message, &field, index)
                                        : reflection.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return fmt::format("{}", repeated ? reflection.GetRepeatedFloat(message, &field, index)
                                        : reflection.GetFloat(message, &field));
  }
  return "";
}

bool IsMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

std::string FieldValue(const Message& message, const FieldDescriptor& field, const Where& where) {
  const std::string_view unit = NameOf(field).unit;
  if (!field.is_repeated()) {
    std::string value = ValueWords(message, field, 0, where);
    return value.empty() ? value : value.append(unit);
  }
  std::string all;
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) {
    const std::string value = ValueWords(message, field, i, where);
    if (value.empty()) continue;
    if (!all.empty()) all += IsMessage(field) ? "; " : ", ";
    all.append(value).append(unit);
  }
  return all;
}

std::vector<const FieldDescriptor*> SetFields(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

std::string MessageWords(const Message& message, const Where& where) {
  const auto& name = message.GetDescriptor()->full_name();
  if (name == v1::UncertainTime::descriptor()->full_name()) {
    return TimeWords(static_cast<const v1::UncertainTime&>(message));
  }
  if (name == v1::ContactRef::descriptor()->full_name()) {
    return RefWords(static_cast<const v1::ContactRef&>(message), where.sender);
  }
  if (name == v1::Recipient::descriptor()->full_name()) {
    return RecipientWords(static_cast<const v1::Recipient&>(message), where.contact);
  }
  if (name == v1::Reference::descriptor()->full_name()) {
    const auto& reference = static_cast<const v1::Reference&>(message);
    return reference.scheme() + " " + reference.value();
  }
  // The first text says which one it is; the rest say their names.
  std::string named;
  std::string all;
  for (const FieldDescriptor* field : SetFields(message)) {
    const std::string value = FieldValue(message, *field, where);
    if (value.empty()) continue;
    if (named.empty() && all.empty() && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      named = value;
      continue;
    }
    if (!all.empty()) all += ", ";
    all += NameOf(*field).name + " " + value;
  }
  if (named.empty() || all.empty()) return named + all;
  return named + ": " + all;
}

}  // namespace

std::string DetailWords(const v1::Contact& contact, std::string_view sender) {
  const contact::Kind* kind = contact::Catalogue::Get().Of(contact);
  if (kind == nullptr) return "";
  const Message& detail = contact.GetReflection()->GetMessage(contact, kind->field);
  const Where where{contact, sender};
  std::vector<const FieldDescriptor*> fields = SetFields(detail);
  const auto& first = FirstOf(kind->name);
  std::stable_sort(fields.begin(), fields.end(), [&](const auto* a, const auto* b) {
    return std::find(first.begin(), first.end(), a->name()) <
           std::find(first.begin(), first.end(), b->name());
  });
  std::string all;
  for (const FieldDescriptor* field : fields) {
    const std::string value = FieldValue(detail, *field, where);
    if (value.empty()) continue;
    if (!all.empty()) all += all.ends_with('.') ? " " : ". ";
    all += Capital(NameOf(*field).name) + ": " + value;
  }
  return all;
}

std::string PartWords(const Message& message, const v1::Contact& contact, std::string_view sender) {
  return MessageWords(message, {contact, sender});
}

std::string RecipientWords(const v1::Recipient& recipient, const v1::Contact& contact) {
  switch (recipient.recipient_case()) {
    case v1::Recipient::kAgency:
      return recipient.agency();
    case v1::Recipient::kOutsideBody:
      return recipient.outside_body().name() + " (not on the system)";
    case v1::Recipient::kLabel:
      return SubjectName(contact, recipient.label());
    case v1::Recipient::RECIPIENT_NOT_SET:
      break;
  }
  return "nobody named";
}

}  // namespace throughline::show
