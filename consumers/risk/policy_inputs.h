#pragma once

#include <google/protobuf/descriptor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What a rule may look at, and what may never raise concern. Internal to the folder. Pure.
namespace throughline::risk {

// Why a test that raises concern may not rest on this kind (or anything that none may rest on);
// nothing: it may.
std::optional<std::string_view> RefusedKind(std::string_view kind);
// Why no test at all may read this field of this kind; nothing: it may.
std::optional<std::string_view> RefusedField(std::string_view path);
// Why a test that raises concern may not look for this code of this field.
std::optional<std::string_view> RefusedCode(const google::protobuf::FieldDescriptor* field,
                                            std::string_view code);

// What is wrong with a concern: not on the list (with what may be meant), or context only. Empty:
// nothing.
std::string ConcernFault(std::string_view concern);
// What is wrong with comparing this field with this text. Empty: nothing.
std::string CodeFault(const google::protobuf::FieldDescriptor* field, std::string_view text);
// What is wrong with a code of a controlled list. Empty: nothing.
std::string ListFault(std::string_view list, std::string_view code);

// "; did you mean ...?" over owned candidates.
std::string Meant(std::string_view word, const std::vector<std::string>& candidates);
// The names of a message's fields, and of all kinds.
std::vector<std::string> FieldNames(const google::protobuf::Descriptor* message);
const std::vector<std::string>& KindNames();

}  // namespace throughline::risk
