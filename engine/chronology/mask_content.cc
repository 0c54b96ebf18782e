#include "engine/chronology/mask_content.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

#include "engine/chronology/handling.h"
#include "engine/contact/catalogue.h"
#include "throughline/v1/options.pb.h"

namespace throughline::chronology {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using v1::Contact;

bool IsText(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

bool IsLabel(const FieldDescriptor& field) {
  return IsText(field) && field.options().GetExtension(v1::label);
}

std::vector<const FieldDescriptor*> SetFields(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

// Every message within a message, itself first.
void EachWithin(Message& message, const std::function<void(Message&)>& visit) {
  visit(message);
  const auto* reflection = message.GetReflection();
  for (const FieldDescriptor* field : SetFields(message)) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      EachWithin(*reflection->MutableMessage(&message, field), visit);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      EachWithin(*reflection->MutableRepeatedMessage(&message, field, i), visit);
    }
  }
}

// What refers to a subject by its label refers to it by another.
void Rename(std::string_view from, const std::string& to, Message& message) {
  EachWithin(message, [&](Message& one) {
    const auto* reflection = one.GetReflection();
    for (const FieldDescriptor* field : SetFields(one)) {
      if (!IsLabel(*field)) continue;
      if (!field->is_repeated()) {
        if (reflection->GetString(one, field) == from) reflection->SetString(&one, field, to);
        continue;
      }
      for (int i = 0; i < reflection->FieldSize(one, field); ++i) {
        if (reflection->GetRepeatedString(one, field, i) == from) {
          reflection->SetRepeatedString(&one, field, i, to);
        }
      }
    }
  });
}

bool RefersTo(const Message& message, std::string_view label) {
  const auto fields = SetFields(message);
  return std::any_of(fields.begin(), fields.end(), [&](const FieldDescriptor* field) {
    return IsLabel(*field) && !field->is_repeated() &&
           message.GetReflection()->GetString(message, field) == label;
  });
}

template <typename Drop>
void RemoveItems(Message& message, const FieldDescriptor* field, const Drop& drop) {
  const auto* reflection = message.GetReflection();
  for (int i = reflection->FieldSize(message, field); i-- > 0;) {
    if (!drop(i)) continue;
    for (int j = i + 1; j < reflection->FieldSize(message, field); ++j) {
      reflection->SwapElements(&message, field, j - 1, j);
    }
    reflection->RemoveLast(&message, field);
  }
}

// What refers to a subject goes: an item of a list that is about it, else the reference.
void Unname(std::string_view label, Message& message) {
  const auto* reflection = message.GetReflection();
  for (const FieldDescriptor* field : SetFields(message)) {
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (IsLabel(*field) && field->is_repeated()) {
      RemoveItems(message, field,
                  [&](int i) { return reflection->GetRepeatedString(message, field, i) == label; });
    } else if (IsLabel(*field) && reflection->GetString(message, field) == label) {
      reflection->ClearField(&message, field);
    } else if (is_message && field->is_repeated()) {
      RemoveItems(message, field, [&](int i) {
        return RefersTo(reflection->GetRepeatedMessage(message, field, i), label);
      });
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        Unname(label, *reflection->MutableRepeatedMessage(&message, field, i));
      }
    } else if (is_message) {
      Message& one = *reflection->MutableMessage(&message, field);
      const bool is_kind = field->real_containing_oneof() != nullptr;
      if (!is_kind && RefersTo(one, label)) {
        reflection->ClearField(&message, field);
      } else {
        Unname(label, one);
      }
    }
  }
}

// `detail` stands for what the kind says.
void ClearField(std::string_view path, Message& message) {
  const std::size_t dot = path.find('.');
  const std::string name(path.substr(0, dot));
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (name == "detail" && message.GetDescriptor() == Contact::descriptor()) {
    const auto* kind = contact::Catalogue::Get().Of(static_cast<const Contact&>(message));
    field = kind == nullptr ? nullptr : kind->field;
  }
  if (field == nullptr) return;
  const auto* reflection = message.GetReflection();
  const auto* oneof = field->real_containing_oneof();
  const bool is_kind = oneof != nullptr && oneof->name() == "detail";
  if (dot == std::string_view::npos) {
    // The kind stays: that there is such a contact shows.
    if (is_kind) return reflection->MutableMessage(&message, field)->Clear();
    return reflection->ClearField(&message, field);
  }
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
  path.remove_prefix(dot + 1);
  if (!field->is_repeated()) {
    if (reflection->HasField(message, field)) {
      ClearField(path, *reflection->MutableMessage(&message, field));
    }
    return;
  }
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    ClearField(path, *reflection->MutableRepeatedMessage(&message, field, i));
  }
}

void KeepRoles(Contact::Subject& subject) {
  Contact::Subject kept;
  kept.set_label(subject.label());
  kept.set_person_kind(subject.person_kind());
  *kept.mutable_roles() = subject.roles();
  subject = std::move(kept);
}

void KeepExistence(Contact& contact) {
  Contact kept;
  kept.set_contact_id(contact.contact_id());
  for (Contact::Subject& subject : *contact.mutable_subjects()) {
    KeepRoles(subject);
    *kept.add_subjects() = std::move(subject);
  }
  if (contact.has_occurred()) *kept.mutable_occurred() = contact.occurred();
  if (contact.has_occurred_until()) *kept.mutable_occurred_until() = contact.occurred_until();
  kept.set_time_means(contact.time_means());
  if (contact.has_sequence()) kept.set_sequence(contact.sequence());
  if (contact.has_recorded()) *kept.mutable_recorded() = contact.recorded();
  kept.mutable_author()->set_role(contact.author().role());
  for (const Contact::Handling& mark : contact.handling()) {
    if (mark.of_case() == Contact::Handling::OF_NOT_SET) *kept.add_handling() = mark;
  }
  const auto* kind = contact::Catalogue::Get().Of(contact);
  if (kind != nullptr) kept.GetReflection()->MutableMessage(&kept, kind->field);
  contact = std::move(kept);
}

// One contact's masks, in its own place.
class Mask {
 public:
  Mask(const Marks& whole, const std::vector<PartMark>& parts, Contact& contact)
      : whole_(whole), contact_(contact) {
    const auto& own = contact.handling();
    const bool numbers = std::any_of(own.begin(), own.end(), HidesAStatement);
    for (const Contact::Handling& mark : MarksIn(contact, parts)) {
      if (numbers && mark.has_statement()) continue;
      if (mark.has_label() && contact::SubjectWith(contact, mark.label()) == nullptr) {
        // Somebody informs still, under whatever label.
        if (HidesWhat(mark.handling()) == Hides::kInformant) whole_.insert(mark.handling());
        continue;
      }
      const auto same = [&](const auto& one) { return MessageDifferencer::Equals(one, mark); };
      if (std::none_of(own.begin(), own.end(), same)) *contact.add_handling() = mark;
    }
  }

  Marks Apply() {
    const std::vector<Contact::Handling> own(contact_.handling().begin(),
                                             contact_.handling().end());
    for (const std::string& mark : whole_) {
      if (HidesWhat(mark) != Hides::kContent) continue;
      // Who is in it shows, but for whom another mark hides.
      for (const Contact::Handling& one : own) {
        if (one.has_label()) ApplyOne(one);
      }
      HideInformants();
      KeepExistence(contact_);
      return {mark};
    }
    for (const Contact::Handling& mark : own) ApplyOne(mark);
    HideInformants();
    RemoveStatements();
    DropFactMarks();
    return std::move(by_);
  }

 private:
  void ApplyOne(const Contact::Handling& mark) {
    const Hides hides = HidesWhat(mark.handling());
    if (hides == Hides::kNothing || hides == Hides::kAddress) return;
    switch (mark.of_case()) {
      case Contact::Handling::kField:
        ClearField(mark.field(), contact_);
        break;
      case Contact::Handling::kStatement:
        HideStatement(static_cast<int>(mark.statement()) - 1, hides);
        break;
      case Contact::Handling::kLabel:
        HideSubject(mark.label(), hides);
        break;
      default:
        return;
    }
    if (hides != Hides::kFact) by_.insert(mark.handling());
  }

  void HideStatement(int index, Hides hides) {
    if (index < 0 || index >= contact_.statements_size()) return;
    if (hides == Hides::kFact) {
      removed_.insert(index);
      return;
    }
    Contact::Statement& statement = *contact_.mutable_statements(index);
    statement.clear_text();
    statement.clear_source();
  }

  void HideSubject(const std::string& label, Hides hides) {
    auto& subjects = *contact_.mutable_subjects();
    const auto subject = std::find_if(subjects.begin(), subjects.end(),
                                      [&](const auto& one) { return one.label() == label; });
    if (subject == subjects.end()) return;
    if (hides == Hides::kInformant) return HideInformant(*subject);
    if (hides == Hides::kContent) return KeepRoles(*subject);
    subjects.erase(subject);
    for (int i = 0; i < contact_.statements_size(); ++i) {
      if (contact_.statements(i).source() != label) continue;
      removed_.insert(i);
      contact_.mutable_statements(i)->clear_source();
    }
    Unname(label, contact_);
  }

  void HideInformants() {
    for (const std::string& mark : whole_) {
      if (HidesWhat(mark) == Hides::kInformant) HideInformants(mark);
    }
  }

  void HideInformants(const std::string& mark) {
    for (Contact::Subject& subject : *contact_.mutable_subjects()) {
      if (contact::HasRole(subject, "informant")) HideInformant(subject);
    }
    for (Contact::Statement& statement : *contact_.mutable_statements()) {
      if (statement.basis() == "reported") statement.clear_source();
    }
    by_.insert(mark);
  }

  void HideInformant(Contact::Subject& subject) {
    std::string label = "informant";
    for (int n = 2; contact::SubjectWith(contact_, label) != nullptr; ++n) {
      label = "informant-" + std::to_string(n);
    }
    const std::string known_as = subject.label();
    KeepRoles(subject);
    subject.clear_roles();
    subject.add_roles("informant");
    subject.set_label(label);
    Rename(known_as, label, contact_);
  }

  // The marks of those that stay go on naming them.
  void RemoveStatements() {
    auto& marks = *contact_.mutable_handling();
    for (auto index = removed_.rbegin(); index != removed_.rend(); ++index) {
      contact_.mutable_statements()->DeleteSubrange(*index, 1);
      const auto number = static_cast<std::uint32_t>(*index) + 1;
      marks.erase(std::remove_if(marks.begin(), marks.end(),
                                 [&](const auto& mark) {
                                   return mark.has_statement() && mark.statement() == number;
                                 }),
                  marks.end());
      for (Contact::Handling& mark : marks) {
        if (mark.has_statement() && mark.statement() > number) {
          mark.set_statement(mark.statement() - 1);
        }
      }
    }
  }

  void DropFactMarks() {
    auto& marks = *contact_.mutable_handling();
    marks.erase(
        std::remove_if(marks.begin(), marks.end(),
                       [](const auto& mark) { return HidesWhat(mark.handling()) == Hides::kFact; }),
        marks.end());
  }

  static bool HidesAStatement(const Contact::Handling& mark) {
    const Hides hides = HidesWhat(mark.handling());
    return mark.has_statement() && (hides == Hides::kContent || hides == Hides::kFact);
  }

  Marks whole_;
  Contact& contact_;
  std::set<int> removed_;
  Marks by_;
};

}  // namespace

std::vector<Contact::Handling> MarksIn(const Contact& body, const std::vector<PartMark>& parts) {
  std::vector<Contact::Handling> marks;
  for (const PartMark& part : parts) {
    marks.push_back(part.mark);
    const bool here = contact::SubjectWith(body, part.mark.label()) != nullptr;
    if (!part.mark.has_label() || here) continue;
    const auto& own = body.handling();
    const bool anew = std::any_of(own.begin(), own.end(), [&](const auto& mark) {
      return mark.has_label() && mark.handling() == part.mark.handling();
    });
    if (anew) continue;
    const bool informs = HidesWhat(part.mark.handling()) == Hides::kInformant;
    for (const Contact::Subject& subject : body.subjects()) {
      if (part.named.contains(subject.label())) continue;
      if (informs && !contact::HasRole(subject, "informant")) continue;
      marks.push_back(part.mark);
      marks.back().set_label(subject.label());
    }
  }
  return marks;
}

Marks MaskContent(const Marks& whole, const std::vector<PartMark>& parts, Contact& contact) {
  Marks by = Mask(whole, parts, contact).Apply();
  if (contact.has_contact_corrected() && contact.contact_corrected().has_replaces()) {
    Contact& body = *contact.mutable_contact_corrected()->mutable_replaces();
    by.merge(Mask(whole, parts, body).Apply());
  }
  return by;
}

bool DropReferences(const std::set<contact::Target>& to, std::string_view agency,
                    Contact& contact) {
  const auto is_one = [&](const v1::ContactRef& ref) {
    return to.contains(contact::Resolve(ref, agency));
  };
  auto& links = *contact.mutable_links();
  const int before = links.size();
  links.erase(std::remove_if(links.begin(), links.end(),
                             [&](const auto& link) { return is_one(link.target()); }),
              links.end());
  bool any = links.size() != before;
  EachWithin(contact, [&](Message& message) {
    if (message.GetDescriptor() != v1::ContactRef::descriptor()) return;
    if (!is_one(static_cast<const v1::ContactRef&>(message))) return;
    message.Clear();
    any = true;
  });
  return any;
}

}  // namespace throughline::chronology
