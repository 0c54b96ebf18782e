#include <fmt/format.h>
#include <google/protobuf/unknown_field_set.h>

#include <span>

#include "engine/base/nearest.h"
#include "engine/contact/checks.h"
#include "engine/contact/identifiers.h"
#include "engine/contact/plan.h"

namespace throughline::contact {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Fields whose absence or content has rules of its own elsewhere.
bool HasOwnTimeRules(const FieldDescriptor* field) {
  return field->containing_type() == v1::Contact::descriptor();
}
bool HasOwnNeed(const FieldDescriptor* field) {
  const auto* type = field->containing_type();
  return (type == v1::Contact::Demographics::descriptor() &&
          field->number() == v1::Contact::Demographics::kDateOfBirthFieldNumber) ||
         (type == v1::Contact::Unknown::descriptor() &&
          field->number() == v1::Contact::Unknown::kDescriptionFieldNumber);
}

bool HasField(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  if (field->is_repeated() || field->type() == FieldDescriptor::TYPE_ENUM) return true;
  if (field->message_type() != nullptr) return Holds(reflection->GetMessage(message, field));
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return true;
  std::string scratch;
  return !reflection->GetStringReference(message, field, &scratch).empty();
}

// A reference to a contact that leaves its id out speaks of the contact itself.
bool NamesNoContact(const Message& message, const FieldPlan& plan) {
  return plan.field->message_type() == v1::ContactRef::descriptor() &&
         static_cast<const v1::ContactRef&>(message).contact_id().empty();
}

class FieldChecks {
 public:
  FieldChecks(const Checked& checked, Findings& findings)
      : checked_(checked), findings_(findings) {}

  void OfMessage(const Message& message, const MessagePlan& plan, const Path& path) {
    for (const FieldPlan& field : plan.fields) {
      if (field.repeated) {
        OfList(message, *plan.reflection, field, path);
      } else {
        OfSingle(message, *plan.reflection, field, path);
      }
    }
  }

 private:
  void OfList(const Message& message, const Reflection& reflection, const FieldPlan& plan,
              const Path& path) {
    const int size = reflection.FieldSize(message, plan.field);
    if (size == 0) Missing(plan, In(path, plan.field));
    std::string scratch;
    for (int i = 0; i < size; ++i) {
      const Path item = In(path, plan.field, i);
      if (plan.shape == FieldPlan::Shape::kText) {
        Text(reflection.GetRepeatedStringReference(message, plan.field, i, &scratch), plan, item);
      } else if (plan.shape == FieldPlan::Shape::kMessage) {
        const Message& below = reflection.GetRepeatedMessage(message, plan.field, i);
        if (plan.need == v1::NEED_REQUIRED && NamesNoContact(below, plan)) Missing(plan, item);
        if (plan.message != nullptr) OfMessage(below, *plan.message, item);
      }
    }
  }

  void OfSingle(const Message& message, const Reflection& reflection, const FieldPlan& plan,
                const Path& path) {
    const Path here = In(path, plan.field);
    switch (plan.shape) {
      case FieldPlan::Shape::kText:
      case FieldPlan::Shape::kBytes: {
        std::string scratch;
        const std::string& text = reflection.GetStringReference(message, plan.field, &scratch);
        if (text.empty()) {
          Missing(plan, here);
        } else if (plan.IsChecked()) {
          Text(text, plan, here);
        }
        return;
      }
      case FieldPlan::Shape::kTime:
      case FieldPlan::Shape::kMessage:
        return Below(message, reflection, plan, here);
      case FieldPlan::Shape::kEnum: {
        const int value = reflection.GetEnumValue(message, plan.field);
        if (value == 0) {
          Missing(plan, here);
        } else if (plan.field->enum_type()->FindValueByNumber(value) == nullptr) {
          findings_.Warn(here, "a value that is not known here: read as not recorded");
        }
        return;
      }
      case FieldPlan::Shape::kNumber:
        if (!reflection.HasField(message, plan.field)) Missing(plan, here);
        return;
    }
  }

  void Below(const Message& message, const Reflection& reflection, const FieldPlan& plan,
             const Path& here) {
    if (!reflection.HasField(message, plan.field)) return Missing(plan, here);
    const Message& below = reflection.GetMessage(message, plan.field);
    if (plan.shape == FieldPlan::Shape::kTime) {
      return Time(static_cast<const v1::UncertainTime&>(below), plan, here);
    }
    if (plan.need != v1::NEED_UNSPECIFIED && (!Holds(below) || NamesNoContact(below, plan))) {
      return Missing(plan, here);
    }
    if (plan.message != nullptr) OfMessage(below, *plan.message, here);
  }

  void Missing(const FieldPlan& plan, const Path& here) {
    if (plan.need == v1::NEED_UNSPECIFIED || HasOwnNeed(plan.field)) return;
    if (plan.need == v1::NEED_REQUIRED) {
      findings_.Refuse(here, "missing");
    } else {
      findings_.Warn(here, "not given");
    }
  }

  void Time(const v1::UncertainTime& time, const FieldPlan& plan, const Path& here) {
    if (!Holds(time)) return Missing(plan, here);
    if (HasOwnTimeRules(plan.field)) return;
    const auto interval = Implied(time);
    if (interval) return;
    if (plan.need == v1::NEED_REQUIRED) {
      findings_.Refuse(here, interval.error().text);
    } else {
      findings_.Warn(here, fmt::format("read as not known: {}", interval.error().text));
    }
  }

  void Text(const std::string& text, const FieldPlan& plan, const Path& here) {
    if (plan.list != nullptr && plan.list->contains(text)) return;
    if (!plan.values.empty() && plan.values.contains(text)) return;
    if (plan.label && checked_.HasLabel(text)) return;
    if (plan.agency && IsAgencyName(text)) return;
    if (!plan.IsChecked()) return;
    if (!plan.IsCoded() && !plan.agency) return UnknownLabel(here);
    findings_.Warn(here, UnknownCode(text, plan));
  }

  void UnknownLabel(const Path& here) {
    if (checked_.borrows_subjects) {
      findings_.Warn(here, "taken for a subject of the contact that this one links to");
    } else {
      findings_.Refuse(here, "a label that no subject has");
    }
  }

  std::string UnknownCode(const std::string& text, const FieldPlan& plan) const {
    if (!plan.IsCoded()) {
      return plan.label ? "neither a subject's label nor the name of an agency"
                        : "not the name of an agency: a-z, 0-9 and -, 64 at most";
    }
    if (findings_.IsFull()) return {};
    std::vector<std::string_view> known(plan.values.begin(), plan.values.end());
    if (plan.list != nullptr) known.insert(known.end(), plan.list->begin(), plan.list->end());
    return "a code that is not on the list: kept, and read as `other`" + DidYouMean(text, known);
  }

  const Checked& checked_;
  Findings& findings_;
};

}  // namespace

bool Holds(const v1::UncertainTime& time) {
  return time.precision() != v1::PRECISION_UNSPECIFIED || !time.at().empty() || !time.to().empty();
}

bool Holds(const google::protobuf::Message& message) {
  std::vector<const FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  return std::any_of(set.begin(), set.end(),
                     [&](const FieldDescriptor* field) { return HasField(message, field); }) ||
         !message.GetReflection()->GetUnknownFields(message).empty();
}

void CheckFields(const Checked& checked, Findings& findings) {
  const Path contact;
  FieldChecks checks(checked, findings);
  checks.OfMessage(checked.contact, Plans::Get().Envelope(), contact);
  if (checked.kind == nullptr) return;
  const MessagePlan* plan = Plans::Get().Of(checked.kind->field->message_type());
  const Message& detail =
      checked.contact.GetReflection()->GetMessage(checked.contact, checked.kind->field);
  if (plan != nullptr) checks.OfMessage(detail, *plan, In(contact, "detail"));
}

}  // namespace throughline::contact
