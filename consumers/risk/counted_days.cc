#include "consumers/risk/counted_days.h"

#include <google/protobuf/message.h>

#include <vector>

#include "consumers/risk/deadline.h"

namespace throughline::risk {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Lengths of time stand in many places of a rule, and each counts by the same calendar.
void AddLengths(const Message& message, CountedDays& counted) {
  if (message.GetDescriptor() == v1::Span::descriptor()) {
    const auto unit = UnitOf(static_cast<const v1::Span&>(message).unit());
    counted.working |= unit == Unit::kWorkingDays;
    counted.school |= unit == Unit::kSchoolDays;
    return;
  }
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      AddLengths(reflection.GetMessage(message, field), counted);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      AddLengths(reflection.GetRepeatedMessage(message, field, i), counted);
    }
  }
}

}  // namespace

std::map<std::string, CountedDays, std::less<>> CountedDaysOf(const CompiledPolicy& policy) {
  std::map<std::string, CountedDays, std::less<>> counted;
  for (const auto& rule : policy.rules()) {
    AddLengths(rule.rule, counted[rule.rule.jurisdiction()]);
  }
  return counted;
}

}  // namespace throughline::risk
