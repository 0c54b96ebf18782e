#include <fmt/format.h>

#include <sstream>

#include "engine/contact/checks.h"

namespace throughline::contact {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const Message& DetailOf(const Checked& checked) {
  return checked.contact.GetReflection()->GetMessage(checked.contact, checked.kind->field);
}

bool HasOneOf(const Message& detail, const std::string& names) {
  std::istringstream words(names);
  for (std::string name; words >> name;) {
    const FieldDescriptor* field = detail.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) continue;
    const auto* reflection = detail.GetReflection();
    if (field->is_repeated()) {
      if (reflection->FieldSize(detail, field) > 0) return true;
    } else if (reflection->HasField(detail, field)) {
      if (field->message_type() == nullptr) return true;
      if (Holds(reflection->GetMessage(detail, field))) return true;
    }
  }
  return false;
}

bool IsWord(const std::string& word, const std::string& words) {
  std::istringstream each(words);
  for (std::string one; each >> one;) {
    if (one == word) return true;
  }
  return false;
}

void CheckSight(const Checked& checked, Findings& findings) {
  const Path root;
  const v1::Contact& contact = checked.contact;
  if (contact.mode().empty()) findings.Warn(In(root, "mode"), "not given: this kind expects it");
  if (contact.subjects_size() > kMostSubjects) return;
  for (int i = 0; i < contact.subjects_size(); ++i) {
    const auto& subject = contact.subjects(i);
    if (subject.person_kind() != "child") continue;
    const bool has_entry =
        std::any_of(contact.seen().begin(), contact.seen().end(),
                    [&](const auto& seen) { return seen.child() == subject.label(); });
    if (!has_entry) {
      findings.Warn(In(root, "subjects", i), "not recorded whether this child was seen");
    }
  }
}

// Whether a decision rests on statements alone of which nobody has checked any.
bool RestsOnUnverified(const v1::Contact& contact) {
  const auto& decision = contact.decision();
  if (decision.rests_on_size() > 0 || decision.rests_on_statements_size() == 0) return false;
  return std::all_of(
      decision.rests_on_statements().begin(), decision.rests_on_statements().end(),
      [&](std::uint32_t number) {
        if (number < 1 || number > static_cast<std::uint32_t>(contact.statements_size())) {
          return true;
        }
        return contact.statements(static_cast<int>(number) - 1).verification() != "verified";
      });
}

void CheckDecision(const Checked& checked, Findings& findings) {
  const Path root;
  const v1::Contact& contact = checked.contact;
  const Path path = In(root, "decision");
  const auto& decision = contact.decision();
  if (!contact.has_decision()) {
    findings.Warn(path, "not given: this kind expects a decision with its reasons");
  } else if (decision.rests_on_size() == 0 && decision.rests_on_statements_size() == 0) {
    findings.Warn(path, "it rests on nothing");
  } else if (RestsOnUnverified(contact)) {
    findings.Warn(path, "it rests only on statements that nobody has verified");
  }
  if (contact.subjects_size() > kMostSubjects) return;
  const auto is_about_child = [&](const auto& action) {
    return std::any_of(contact.subjects().begin(), contact.subjects().end(),
                       [&](const auto& subject) {
                         return subject.label() == action.about() && NamesChild(subject);
                       });
  };
  const auto& actions = contact.actions();
  if (!actions.empty() && std::none_of(actions.begin(), actions.end(), is_about_child)) {
    findings.Warn(In(root, "actions"), "none of them is about a child");
  }
}

}  // namespace

void CheckKind(const Checked& checked, Findings& findings) {
  const Path root;
  const Path detail = In(root, "detail");
  if (checked.newer) {
    findings.Warn(detail, fmt::format("of a kind newer than this engine, field {}: kept as it is",
                                      NewerKind(checked.contact)));
  } else if (checked.kind == nullptr) {
    findings.Refuse(detail, "missing: it says which kind of contact this is");
  }
  if (checked.kind == nullptr) return;
  const v1::KindOptions& options = checked.kind->options;
  if (options.attested_only() && !checked.feed.attests) {
    findings.Refuse(detail, "taken only from a feed that attests");
  }
  if (!options.any_of().empty() && !HasOneOf(DetailOf(checked), options.any_of())) {
    findings.Refuse(detail, fmt::format("missing: at least one of {}", options.any_of()));
  }
  if (!options.authored_by().empty() &&
      !IsWord(checked.contact.author().role(), options.authored_by())) {
    findings.Refuse(In(In(root, "author"), "role"),
                    "may not decide this: only " + options.authored_by());
  }
  if (options.seen_expected()) CheckSight(checked, findings);
  if (options.decision_expected()) CheckDecision(checked, findings);
}

}  // namespace throughline::contact
