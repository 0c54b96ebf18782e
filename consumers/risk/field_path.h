#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Fields of a contact by dotted path, read through reflection. Pure.
namespace throughline::risk {

// What a path begins with that leads below the kind's own message.
inline constexpr std::string_view kDetail = "detail.";
// As a test's `link`: a link of any kind, or a reference in the contact's detail.
inline constexpr std::string_view kAnyLink = "any";
// As a test's `link`: it is of the same plan, by its agency and that agency's number of the plan.
inline constexpr std::string_view kSamePlan = "plan";

// From one message to a field below it; what is repeated on the way is read element by element.
using FieldChain = std::vector<const google::protobuf::FieldDescriptor*>;

// The chain of `path` from `from`, or where it breaks off.
struct Resolved {
  FieldChain chain;
  std::string missing;  // the part that no message has; empty: resolved
  const google::protobuf::Descriptor* within = nullptr;  // the message that lacks it
};
Resolved ResolvePath(const google::protobuf::Descriptor* from, std::string_view path);

// One value at the end of a chain.
struct FieldValue {
  std::string text;                    // a code, yes, no, a number in digits; empty for a message
  std::optional<std::int64_t> number;  // of a number
};
// Every value that says something: not empty, not `not_recorded`, no message in which nothing is
// set.
std::vector<FieldValue> ValuesAt(const google::protobuf::Message& message, const FieldChain& chain);

// As what the label of a person is to say: it is a label of the child on whose record this is.
inline constexpr std::string_view kThisChild = "this_child";

// Whether a rule may compare the field's value: a code of a list, a yes/no, a number, an agency;
// the label of a person, with kThisChild alone. Free text, ids, times and messages can only be
// present or absent.
bool IsComparable(const google::protobuf::FieldDescriptor* field);

// The field of Contact's detail that has this kind's name, or nullptr.
const google::protobuf::FieldDescriptor* KindField(std::string_view kind);

}  // namespace throughline::risk
