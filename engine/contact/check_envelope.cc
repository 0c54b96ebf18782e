#include <fmt/format.h>

#include "engine/contact/checks.h"
#include "engine/contact/identifiers.h"

namespace throughline::contact {
namespace {

constexpr std::size_t kMaxIdCharacters = 128;

// Of UTF-8. Control characters (C0, delete, C1) and the separators of lines are not printable.
bool IsPrintable(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return false;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      return false;
    }
    if (text.substr(i).starts_with("\u2028") || text.substr(i).starts_with("\u2029")) return false;
  }
  return true;
}

bool IsWeakInterpreter(std::string_view by) {
  return by == "family" || by == "child" || by == "needed_none";
}

std::string_view InterpreterFault(std::string_view by) {
  return by == "needed_none" ? "an interpreter was needed, and there was none"
                             : "interpreted by family or a child";
}

void CheckId(const Checked& checked, Findings& findings) {
  const Path root;
  const Path path = In(root, "contact_id");
  const std::string& id = checked.contact.contact_id();
  if (id.empty()) return;
  if (IsBlank(id) || !IsPrintable(id)) {
    findings.Refuse(path, "characters that cannot be printed");
  } else if (Characters(id) > kMaxIdCharacters) {
    findings.Refuse(path, fmt::format("more than {} characters", kMaxIdCharacters));
  }
  if (IsNhsNumber(id) || IsUpn(id)) {
    findings.Warn(path, "the id is an NHS number or a UPN, which identifies a person");
  }
}

void CheckAuthor(const Checked& checked, Findings& findings) {
  const auto& author = checked.contact.author();
  const bool needs_answerable = author.standing() == "student" || author.standing() == "delegated";
  if (needs_answerable && author.answerable().empty()) {
    const Path root;
    const Path path = In(root, "author");
    findings.Warn(In(path, "answerable"), "nobody answers for a student's or delegated work");
  }
}

void CheckPlace(const Checked& checked, Findings& findings) {
  const auto& place = checked.contact.place();
  if (place.place() == "home" && place.address().empty()) {
    const Path root;
    const Path path = In(root, "place");
    findings.Warn(In(path, "address"), "a home without its address");
  }
}

void CheckSeen(const Checked& checked, Findings& findings) {
  const Path root;
  const bool is_face_to_face = checked.contact.mode() == "face_to_face";
  for (int i = 0; i < checked.contact.seen_size(); ++i) {
    const auto& seen = checked.contact.seen(i);
    if (seen.seen() != v1::TRI_NO) continue;
    const Path path = In(root, "seen", i);
    if (seen.seen_alone() == v1::TRI_YES) {
      findings.Refuse(In(path, "seen_alone"), "a child who was not seen was not seen alone");
    }
    if (seen.spoken_to() == v1::TRI_YES && is_face_to_face) {
      findings.Refuse(In(path, "spoken_to"),
                      "a child who was not seen was not spoken to face to face");
    }
  }
}

void CheckVoice(const Checked& checked, Findings& findings) {
  const Path root;
  for (int i = 0; i < checked.contact.interpreting_size(); ++i) {
    const std::string& by = checked.contact.interpreting(i).by();
    const Path path = In(root, "interpreting", i);
    if (IsWeakInterpreter(by)) findings.Warn(In(path, "by"), InterpreterFault(by));
  }
  for (int i = 0; i < checked.contact.voice_size(); ++i) {
    const auto& voice = checked.contact.voice(i);
    const Path path = In(root, "voice", i);
    if (!voice.words().empty() && voice.others_present().empty()) {
      findings.Warn(In(path, "others_present"), "the child's words, and not who else was there");
    }
    if (IsWeakInterpreter(voice.interpreter())) {
      findings.Warn(In(path, "interpreter"), InterpreterFault(voice.interpreter()));
    }
  }
}

void CheckOccurrences(const Checked& checked, Findings& findings) {
  const auto& occurrences = checked.contact.occurrences();
  if (!occurrences.has_count()) return;
  const Path root;
  const Path path = In(root, "occurrences");
  const Path count = In(path, "count");
  if (occurrences.count() < 1) findings.Refuse(count, "under 1");
  if (occurrences.count() > 1 && !Holds(checked.contact.occurred_until())) {
    findings.Warn(count, "more than one, without the span in occurred_until");
  }
}

}  // namespace

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

std::size_t Characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

void CheckEnvelope(const Checked& checked, Findings& findings) {
  CheckId(checked, findings);
  CheckAuthor(checked, findings);
  CheckPlace(checked, findings);
  CheckSeen(checked, findings);
  CheckVoice(checked, findings);
  CheckOccurrences(checked, findings);
}

}  // namespace throughline::contact
