#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/contact/catalogue.h"
#include "throughline/v1/options.pb.h"

// What the schema's options ask of each field, worked out once for all messages of a contact, so
// that validation does not read options. Immutable; threads: any.
namespace throughline::contact {

struct MessagePlan;

struct FieldPlan {
  enum class Shape { kText, kTime, kMessage, kEnum, kNumber, kBytes };

  const google::protobuf::FieldDescriptor* field = nullptr;
  Shape shape = Shape::kText;
  bool repeated = false;
  v1::Need need = v1::NEED_UNSPECIFIED;
  // Of a text: what it may be. Any of these that is there.
  const Codes* list = nullptr;
  Codes values;
  bool label = false;
  bool agency = false;
  // Of a message other than a time; nullptr where there is nothing to check in it.
  const MessagePlan* message = nullptr;

  bool IsCoded() const { return list != nullptr || !values.empty(); }
  bool IsChecked() const { return IsCoded() || label || agency; }
};

struct MessagePlan {
  // Of every message of the type; to ask each message for it costs more than the checks.
  const google::protobuf::Reflection* reflection = nullptr;
  // Only those that something is asked of.
  std::vector<FieldPlan> fields;
};

class Plans {
 public:
  static const Plans& Get();

  // Of the contact without its detail.
  const MessagePlan& Envelope() const { return *Of(v1::Contact::descriptor()); }
  // nullptr: nothing is asked of any field.
  const MessagePlan* Of(const google::protobuf::Descriptor* type) const;

 private:
  Plans();
  const MessagePlan* Add(const google::protobuf::Descriptor* type);

  std::map<const google::protobuf::Descriptor*, std::unique_ptr<MessagePlan>> plans_;
};

}  // namespace throughline::contact
