#include "engine/contact/plan.h"

#include <sstream>

#include "engine/base/check.h"

namespace throughline::contact {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldOptions;

FieldPlan::Shape ShapeOf(const FieldDescriptor* field) {
  switch (field->type()) {
    case FieldDescriptor::TYPE_STRING:
      return FieldPlan::Shape::kText;
    case FieldDescriptor::TYPE_BYTES:
      return FieldPlan::Shape::kBytes;
    case FieldDescriptor::TYPE_ENUM:
      return FieldPlan::Shape::kEnum;
    case FieldDescriptor::TYPE_MESSAGE:
      return field->message_type() == v1::UncertainTime::descriptor() ? FieldPlan::Shape::kTime
                                                                      : FieldPlan::Shape::kMessage;
    default:
      return FieldPlan::Shape::kNumber;
  }
}

Codes SplitValues(const std::string& text) {
  Codes values;
  std::istringstream words(text);
  for (std::string word; words >> word;) values.insert(word);
  if (!values.empty()) values.insert({"not_recorded", "other"});
  return values;
}

FieldPlan Planned(const FieldDescriptor* field) {
  const FieldOptions& options = field->options();
  FieldPlan plan;
  plan.field = field;
  plan.shape = ShapeOf(field);
  plan.repeated = field->is_repeated();
  plan.need = options.GetExtension(v1::need);
  const std::string& list = options.GetExtension(v1::list);
  if (!list.empty()) plan.list = &Catalogue::Get().Codes(list);
  plan.values = SplitValues(options.GetExtension(v1::values));
  plan.label = options.GetExtension(v1::label);
  plan.agency = options.GetExtension(v1::agency);
  CHECK(plan.shape == FieldPlan::Shape::kText || !plan.IsChecked());
  return plan;
}

bool AsksNothing(const FieldPlan& plan) {
  return plan.need == v1::NEED_UNSPECIFIED && !plan.IsChecked() &&
         plan.shape != FieldPlan::Shape::kEnum && plan.shape != FieldPlan::Shape::kTime &&
         plan.message == nullptr;
}

}  // namespace

const Plans& Plans::Get() {
  static const Plans plans;
  return plans;
}

Plans::Plans() {
  Add(v1::Contact::descriptor());
  for (const auto& [name, kind] : Catalogue::Get().kinds()) Add(kind.field->message_type());
}

const MessagePlan* Plans::Add(const Descriptor* type) {
  if (const auto at = plans_.find(type); at != plans_.end()) return at->second.get();
  auto plan = std::make_unique<MessagePlan>();
  plan->reflection =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->GetReflection();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const bool is_detail = type == v1::Contact::descriptor() && field->real_containing_oneof();
    if (is_detail) continue;
    FieldPlan planned = Planned(field);
    // A contact within a contact is validated as one.
    const bool is_contact = field->message_type() == v1::Contact::descriptor();
    if (planned.shape == FieldPlan::Shape::kMessage && !is_contact) {
      planned.message = Add(field->message_type());
    }
    if (!AsksNothing(planned)) plan->fields.push_back(std::move(planned));
  }
  const auto at = plans_.emplace(type, plan->fields.empty() ? nullptr : std::move(plan)).first;
  return at->second.get();
}

const MessagePlan* Plans::Of(const Descriptor* type) const {
  const auto at = plans_.find(type);
  return at == plans_.end() ? nullptr : at->second.get();
}

}  // namespace throughline::contact
