#include <fmt/format.h>

#include "engine/contact/checks.h"

namespace throughline::contact {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::size_t kMaxStatementCharacters = 20'000;

// Kinds that are themselves what happened to a child. A step of a process says it in its detail.
bool ExpectsNarrative(const Checked& checked) {
  if (checked.kind == nullptr || checked.kind->options.flow().empty()) return false;
  const v1::Flow main = checked.kind->options.flow(0);
  return main != v1::FLOW_LINKED && main != v1::FLOW_REVIEW && main != v1::FLOW_NONE;
}

void CheckStatements(const Checked& checked, Findings& findings) {
  const Path root;
  const auto& statements = checked.contact.statements();
  if (statements.empty() && ExpectsNarrative(checked)) {
    findings.Warn(In(root, "statements"), "none");
  }
  for (int i = 0; i < statements.size(); ++i) {
    const Path path = In(root, "statements", i);
    if (Characters(statements[i].text()) > kMaxStatementCharacters) {
      findings.Refuse(In(path, "text"),
                      fmt::format("more than {} characters", kMaxStatementCharacters));
    }
    if (statements[i].basis() == "reported" && statements[i].source().empty()) {
      findings.Warn(In(path, "source"), "reported, and not by whom");
    }
  }
}

void CheckConcerns(const Checked& checked, Findings& findings) {
  const Path root;
  for (int i = 0; i < checked.contact.concerns_size(); ++i) {
    const std::string& concern = checked.contact.concerns(i).concern();
    const bool is_injury = concern == "injury" || concern == "injury_not_mobile";
    const Path path = In(root, "concerns", i);
    if (is_injury && !checked.Is("injury_noted")) {
      findings.Warn(In(path, "concern"), "an injury: send it as injury_noted too");
    } else if (concern == "growth_faltering" && !checked.Is("growth_measured")) {
      findings.Warn(In(path, "concern"), "a weight: send it as growth_measured too");
    }
  }
}

void CheckAttachments(const Checked& checked, Findings& findings) {
  const Path root;
  const auto& attachments = checked.contact.attachments();
  for (int i = 0; i < attachments.size(); ++i) {
    const Path path = In(root, "attachments", i);
    if (!attachments[i].sha256().empty() && !IsSha256(attachments[i].sha256())) {
      findings.Refuse(In(path, "sha256"), "not 64 hexadecimal digits");
    }
  }
  if (attachments.empty() && checked.Is("injury_noted")) {
    findings.Warn(In(root, "attachments"), "none, such as a body map, with an injury");
  }
}

// Whether a dotted path names a field of the contact or of its detail.
bool IsField(const Checked& checked, std::string_view path) {
  const Descriptor* type = v1::Contact::descriptor();
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string name(path.substr(0, dot));
    if (type == nullptr) return false;
    if (type == v1::Contact::descriptor() && name == "detail") {
      if (checked.newer) return true;
      type = checked.kind == nullptr ? nullptr : checked.kind->field->message_type();
    } else {
      const FieldDescriptor* field = type->FindFieldByName(name);
      if (field == nullptr) return false;
      type = field->message_type();
    }
    if (dot == std::string_view::npos) return true;
    path.remove_prefix(dot + 1);
  }
}

void CheckHandling(const Checked& checked, Findings& findings) {
  const Path root;
  bool is_privileged = false;
  for (int i = 0; i < checked.contact.handling_size(); ++i) {
    const auto& handling = checked.contact.handling(i);
    is_privileged = is_privileged || handling.handling() == "privileged_legal_advice";
    const Path path = In(root, "handling", i);
    if (handling.of_case() == v1::Contact::Handling::kField &&
        !IsField(checked, handling.field())) {
      findings.Refuse(In(path, "field"), "it points at nothing: no such field");
    }
    const auto statements = static_cast<std::uint32_t>(checked.contact.statements_size());
    if (handling.of_case() == v1::Contact::Handling::kStatement &&
        (handling.statement() < 1 || handling.statement() > statements)) {
      findings.Refuse(In(path, "statement"), "it points at nothing: no statement of that number");
    }
    if (handling.of_case() == v1::Contact::Handling::kLabel && handling.label().empty()) {
      findings.Refuse(In(path, "label"), "it points at nothing");
    }
  }
  const bool is_legal_advice =
      checked.Is("legal_advice_sought") || checked.Is("legal_advice_received");
  if (is_legal_advice && !is_privileged) {
    findings.Warn(In(root, "handling"), "legal advice without the mark privileged_legal_advice");
  }
}

void CheckRestsOn(const Checked& checked, Findings& findings) {
  const Path root;
  const Path decision = In(root, "decision");
  const auto& numbers = checked.contact.decision().rests_on_statements();
  for (int i = 0; i < numbers.size(); ++i) {
    if (numbers[i] < 1 ||
        numbers[i] > static_cast<std::uint32_t>(checked.contact.statements_size())) {
      findings.Warn(In(decision, "rests_on_statements", i), "no statement of that number");
    }
  }
}

}  // namespace

bool IsSha256(std::string_view text) {
  return text.size() == 64 &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

void CheckEvidence(const Checked& checked, Findings& findings) {
  CheckStatements(checked, findings);
  CheckConcerns(checked, findings);
  CheckRestsOn(checked, findings);
  CheckAttachments(checked, findings);
  CheckHandling(checked, findings);
}

}  // namespace throughline::contact
