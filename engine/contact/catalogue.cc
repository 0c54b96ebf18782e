#include "engine/contact/catalogue.h"

#include <google/protobuf/unknown_field_set.h>

#include <algorithm>

#include "embedded/lists_yaml.h"
#include "engine/base/check.h"
#include "engine/base/yaml.h"

namespace throughline::contact {
namespace {

constexpr std::string_view kListsFile = "lists.yaml";
// Below it are the fields of the envelope, today's and those to come.
constexpr int kFirstDetailNumber = 100;

bool IsYes(const yaml::Node& code, std::string_view mark) {
  const yaml::Node* node = code.Find(mark);
  CHECK(node == nullptr || node->scalar == "yes" || node->scalar == "no");
  return node != nullptr && node->scalar == "yes";
}

}  // namespace

bool Kind::Flows(v1::Flow flow) const {
  return std::find(options.flow().begin(), options.flow().end(), flow) != options.flow().end();
}

bool Kind::FlowsOwn() const { return Flows(v1::FLOW_OWN); }

const Catalogue& Catalogue::Get() {
  static const Catalogue catalogue;
  return catalogue;
}

Catalogue::Catalogue() {
  ReadKinds();
  ReadLists();
}

void Catalogue::ReadKinds() {
  const google::protobuf::OneofDescriptor* detail =
      v1::Contact::descriptor()->FindOneofByName("detail");
  CHECK(detail != nullptr);
  for (int i = 0; i < detail->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = detail->field(i);
    const google::protobuf::MessageOptions& options = field->message_type()->options();
    CHECK(options.HasExtension(v1::kind));
    Kind kind{field->name(), field, options.GetExtension(v1::kind)};
    const auto [at, added] = kinds_.emplace(field->name(), std::move(kind));
    CHECK(added);
    by_number_.emplace(field->number(), &at->second);
  }
}

void Catalogue::ReadLists() {
  const auto root = yaml::Parse(embedded::lists_yaml, kListsFile);
  CHECK(root.has_value());
  const yaml::Node* lists = root->Find("lists");
  CHECK(lists != nullptr && lists->kind == yaml::Node::Kind::kMap);
  for (const auto& [list, node] : lists->entries) {
    const yaml::Node* codes = node.Find("codes");
    CHECK(codes != nullptr && codes->kind == yaml::Node::Kind::kMap);
    contact::Codes& known = lists_[list];
    known = {"not_recorded", "other"};
    for (const auto& [code, marks] : codes->entries) {
      known.insert(code);
      if (list == "concern" && IsYes(marks, "counts")) counted_.insert(code);
      if (list == "scheme" && IsYes(marks, "strong")) strong_.insert(code);
      if (list == "placement_type" && IsYes(marks, "temporary")) temporary_.insert(code);
      if (list == "placement_type" && IsYes(marks, "own_home")) own_home_.insert(code);
      if (list == "episode_ceased" && marks.Find("leaves") != nullptr) {
        leaves_[code] = IsYes(marks, "leaves");
      }
    }
  }
}

const Kind* Catalogue::Find(std::string_view name) const {
  const auto at = kinds_.find(name);
  return at == kinds_.end() ? nullptr : &at->second;
}

const Kind* Catalogue::Of(const v1::Contact& contact) const {
  const auto at = by_number_.find(contact.detail_case());
  return at == by_number_.end() ? nullptr : at->second;
}

bool Catalogue::Has(std::string_view list, std::string_view code) const {
  return Codes(list).contains(code);
}

const contact::Codes& Catalogue::Codes(std::string_view list) const {
  const auto at = lists_.find(list);
  CHECK(at != lists_.end());
  return at->second;
}

bool Catalogue::Counts(std::string_view concern) const { return counted_.contains(concern); }

bool Catalogue::IsStrong(std::string_view scheme) const { return strong_.contains(scheme); }

bool Catalogue::IsTemporary(std::string_view placement_type) const {
  return temporary_.contains(placement_type);
}

bool Catalogue::IsOwnHome(std::string_view placement_type) const {
  return own_home_.contains(placement_type);
}

std::optional<bool> Catalogue::Leaves(std::string_view episode_ceased) const {
  const auto at = leaves_.find(episode_ceased);
  return at == leaves_.end() ? std::nullopt : std::optional(at->second);
}

int NewerKind(const v1::Contact& contact) {
  if (contact.detail_case() != v1::Contact::DETAIL_NOT_SET) return 0;
  const google::protobuf::UnknownFieldSet& unknown =
      contact.GetReflection()->GetUnknownFields(contact);
  // As in a oneof, the last one on the wire stands.
  for (int i = unknown.field_count() - 1; i >= 0; --i) {
    const google::protobuf::UnknownField& field = unknown.field(i);
    if (field.number() > kFirstDetailNumber &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      return field.number();
    }
  }
  return 0;
}

std::string KindName(const v1::Contact& contact) {
  if (const Kind* kind = Catalogue::Get().Of(contact)) return kind->name;
  const int newer = NewerKind(contact);
  return newer == 0 ? std::string() : "newer_kind_" + std::to_string(newer);
}

}  // namespace throughline::contact
