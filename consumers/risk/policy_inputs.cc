#include "consumers/risk/policy_inputs.h"

#include <fmt/core.h>

#include <algorithm>

#include "consumers/risk/field_path.h"
#include "engine/base/nearest.h"
#include "engine/contact/catalogue.h"
#include "throughline/v1/options.pb.h"

namespace throughline::risk {
namespace {

using google::protobuf::FieldDescriptor;

struct Refusal {
  std::string_view what;
  std::string_view why;
};

constexpr Refusal kKinds[] = {
    {"adult_service_contact", "the use of adult services raises no concern by itself"},
    {"advance_care_plan", "planning care for an illness raises no concern"},
    {"cancelled_by_service", "what a service cancelled never counts against a family"},
    {"complaint_made", "a complaint never counts against the one who complains"},
    {"consent_recorded", "a refusal of consent is no concern by itself"},
    {"health_need_known", "an illness, a disability or a need opens duties and raises no concern"},
    {"housing_application", "poverty and housing raise no concern by themselves"},
};

constexpr Refusal kPaths[] = {
    {"detail.ethnicity", "ethnicity is in no rule"},
    {"detail.disability", "disability is in no rule"},
    {"detail.language", "language is in no rule"},
};

struct CodeRefusal {
  std::string_view field;  // full name without the package
  std::string_view codes;  // separated by spaces
  std::string_view why;
};

constexpr CodeRefusal kCodes[] = {
    {"Attendance.service", "mental_health", "the use of mental-health services raises no concern"},
    {"ReferralReceived.primary_need", "N2 N3 N6",
     "disability, illness and low income raise no concern"},
    {"AssessmentClosed.factors", "4A 4B 4C 5A 5B 5C 6A 6B 6C",
     "mental ill-health and disability as factors raise no concern"},
};

bool HasWord(std::string_view words, std::string_view word) {
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    if (words.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

std::vector<std::string> Words(std::string_view words) {
  std::vector<std::string> list;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    list.emplace_back(words.substr(at, end - at));
    at = end + 1;
  }
  return list;
}

template <std::size_t kSize>
std::optional<std::string_view> Find(const Refusal (&table)[kSize], std::string_view what) {
  for (const Refusal& refusal : table) {
    if (refusal.what == what) return refusal.why;
  }
  return std::nullopt;
}

std::vector<std::string> CodesOf(std::string_view list) {
  const auto& codes = contact::Catalogue::Get().Codes(list);
  return {codes.begin(), codes.end()};
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin() + (text.front() == '-' && text.size() > 1 ? 1 : 0), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::string_view> RefusedKind(std::string_view kind) { return Find(kKinds, kind); }

std::optional<std::string_view> RefusedField(std::string_view path) { return Find(kPaths, path); }

std::optional<std::string_view> RefusedCode(const FieldDescriptor* field, std::string_view code) {
  const std::string name = field->containing_type()->name() + "." + field->name();
  for (const CodeRefusal& refusal : kCodes) {
    if (refusal.field == name && HasWord(refusal.codes, code)) return refusal.why;
  }
  return std::nullopt;
}

std::string ConcernFault(std::string_view concern) {
  const auto& catalogue = contact::Catalogue::Get();
  if (catalogue.Counts(concern)) return "";
  if (catalogue.Has("concern", concern)) {
    return fmt::format("`{}` is context only: it never raises concern", concern);
  }
  return fmt::format("no concern is named `{}`{}", concern, Meant(concern, CodesOf("concern")));
}

std::string ListFault(std::string_view list, std::string_view code) {
  if (contact::Catalogue::Get().Has(list, code)) return "";
  return fmt::format("`{}` is no code of the list {}{}", code, list, Meant(code, CodesOf(list)));
}

std::string CodeFault(const FieldDescriptor* field, std::string_view text) {
  if (!IsComparable(field)) {
    return fmt::format("`{}` is text or a time: it can only be `present` or `absent`",
                       field->name());
  }
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    if (text == "yes" || text == "no" || text == "not_recorded") return "";
    return fmt::format("`{}` takes yes, no or not_recorded, not `{}`", field->name(), text);
  }
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    if (IsNumber(text)) return "";
    return fmt::format("`{}` is a number, not `{}`", field->name(), text);
  }
  const auto& options = field->options();
  if (text == "not_recorded" || text == "other" || options.GetExtension(v1::agency)) return "";
  const std::string list = options.GetExtension(v1::list);
  const std::string values = options.GetExtension(v1::values);
  if (!list.empty() && contact::Catalogue::Get().Has(list, text)) return "";
  if (HasWord(values, text)) return "";
  std::vector<std::string> candidates = Words(values);
  if (options.GetExtension(v1::label)) {
    if (text == kThisChild) return "";
    candidates.emplace_back(kThisChild);
  }
  if (!list.empty()) {
    const auto codes = CodesOf(list);
    candidates.insert(candidates.end(), codes.begin(), codes.end());
  }
  return fmt::format("`{}` is no code of `{}`{}", text, field->name(), Meant(text, candidates));
}

std::string Meant(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  return DidYouMean(word, views);
}

std::vector<std::string> FieldNames(const google::protobuf::Descriptor* message) {
  std::vector<std::string> names;
  for (int i = 0; message != nullptr && i < message->field_count(); ++i) {
    names.push_back(message->field(i)->name());
  }
  return names;
}

const std::vector<std::string>& KindNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, kind] : contact::Catalogue::Get().kinds()) all.push_back(name);
    return all;
  }();
  return names;
}

}  // namespace throughline::risk
