#include "engine/contact/read_contact.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <map>

#include "engine/base/check.h"
#include "engine/contact/catalogue.h"

namespace throughline::contact {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// For each message below a detail, the fields that are or hold references to contacts.
class RefFields {
 public:
  static const RefFields& Get() {
    static const RefFields fields;
    return fields;
  }
  const std::vector<const FieldDescriptor*>& Of(const Descriptor* type) const {
    static const std::vector<const FieldDescriptor*> none;
    const auto at = fields_.find(type);
    return at == fields_.end() ? none : at->second;
  }

 private:
  RefFields() {
    for (const auto& [name, kind] : Catalogue::Get().kinds()) Add(kind.field->message_type());
  }
  // Whether there is a reference in it.
  bool Add(const Descriptor* type) {
    // A corrected contact is read as a contact.
    if (type == v1::ContactRef::descriptor() || type == v1::Contact::descriptor()) return true;
    const auto [at, added] = fields_.try_emplace(type);
    for (int i = 0; added && i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (field->message_type() != nullptr && Add(field->message_type())) {
        at->second.push_back(field);
      }
    }
    return !at->second.empty();
  }

  std::map<const Descriptor*, std::vector<const FieldDescriptor*>> fields_;
};

void AddTarget(const v1::ContactRef& ref, std::string_view agency, std::vector<Target>& targets) {
  if (!ref.contact_id().empty()) targets.push_back(Resolve(ref, agency));
}

void AddTargets(const v1::Contact& contact, std::string_view agency, std::vector<Target>& targets);

void AddTargetsIn(const Message& message, std::string_view agency, std::vector<Target>& targets) {
  if (message.GetDescriptor() == v1::ContactRef::descriptor()) {
    AddTarget(static_cast<const v1::ContactRef&>(message), agency, targets);
    return;
  }
  if (message.GetDescriptor() == v1::Contact::descriptor()) {
    AddTargets(static_cast<const v1::Contact&>(message), agency, targets);
    return;
  }
  const auto* reflection = message.GetReflection();
  for (const FieldDescriptor* field : RefFields::Get().Of(message.GetDescriptor())) {
    if (!field->is_repeated()) {
      if (reflection->HasField(message, field)) {
        AddTargetsIn(reflection->GetMessage(message, field), agency, targets);
      }
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      AddTargetsIn(reflection->GetRepeatedMessage(message, field, i), agency, targets);
    }
  }
}

void AddTargets(const v1::Contact& contact, std::string_view agency, std::vector<Target>& targets) {
  for (const v1::Contact::Link& link : contact.links()) AddTarget(link.target(), agency, targets);
  if (const Kind* kind = Catalogue::Get().Of(contact)) {
    AddTargetsIn(contact.GetReflection()->GetMessage(contact, kind->field), agency, targets);
  }
}

}  // namespace

Interval Occurred(const v1::Contact& contact) {
  Interval interval = Implied(contact.occurred()).value_or(Interval{});
  const v1::UncertainTime& until = contact.occurred_until();
  if (contact.has_occurred_until() && until.precision() != v1::PRECISION_UNKNOWN) {
    if (const auto end = Implied(until)) interval.latest = std::max(interval.latest, end->latest);
  }
  return interval;
}

Millis RecordedInstant(const v1::Contact& contact, Millis received) {
  const v1::UncertainTime& recorded = contact.recorded();
  const auto stated = Implied(recorded);
  if (!stated || recorded.precision() == v1::PRECISION_UNKNOWN) {
    const auto occurred = Implied(contact.occurred());
    return occurred ? std::min(occurred->latest, received) : received;
  }
  if (stated->latest - stated->earliest < kMinute) return stated->earliest;
  return std::max(stated->earliest, std::min(stated->latest, std::min(received, kLatest) + kDay));
}

const v1::Contact::Subject* SubjectWith(const v1::Contact& contact, std::string_view label) {
  const auto& subjects = contact.subjects();
  const auto at = std::find_if(subjects.begin(), subjects.end(),
                               [&](const auto& subject) { return subject.label() == label; });
  return at == subjects.end() ? nullptr : &*at;
}

bool HasRole(const v1::Contact::Subject& subject, std::string_view role) {
  return std::find(subject.roles().begin(), subject.roles().end(), role) != subject.roles().end();
}

std::vector<std::string> OpenRoles(const v1::Contact::Subject& subject) {
  std::vector<std::string> roles;
  for (const std::string& role : subject.roles()) {
    if (role != "informant") roles.push_back(role);
  }
  return roles;
}

std::vector<Target> Targets(const v1::Contact& contact, std::string_view agency) {
  std::vector<Target> targets;
  AddTargets(contact, agency, targets);
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  return targets;
}

Target Resolve(const v1::ContactRef& ref, std::string_view agency) {
  return {ref.agency().empty() ? std::string(agency) : ref.agency(), ref.contact_id()};
}

}  // namespace throughline::contact
