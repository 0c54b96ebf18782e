#include <fmt/format.h>

#include "engine/contact/checks.h"
#include "engine/contact/identifiers.h"

namespace throughline::contact {
namespace {

using Subject = v1::Contact::Subject;

constexpr int kManySubjects = 20;
constexpr Day kLongestPregnancy = 280;
constexpr int kMonthsOfChildhood = 18 * 12;
constexpr std::size_t kMostInitials = 3;

bool HasDateOfBirth(const Subject& subject) {
  return Holds(subject.demographics().date_of_birth());
}

// J, J.S., J S or JS: matches too many, and hides too little.
bool IsInitials(std::string_view name) {
  std::size_t letters = 0;
  std::size_t in_word = 0;
  std::size_t longest = 0;
  for (const char c : name) {
    if (c == ' ' || c == '.') {
      in_word = 0;
    } else if (c >= 'A' && c <= 'Z') {
      ++letters;
      longest = std::max(longest, ++in_word);
    } else {
      return false;
    }
  }
  return letters > 0 && (longest == 1 || letters <= kMostInitials);
}

class SubjectChecks {
 public:
  SubjectChecks(const Checked& checked, const Subject& subject, const Path& path,
                Findings& findings)
      : checked_(checked), subject_(subject), path_(path), findings_(findings) {}

  void All() {
    Forms();
    NationalNumber();
    Demographics();
    Unborn();
    Unknown();
    const bool is_also_present = std::find(subject_.roles().begin(), subject_.roles().end(),
                                           "also_present_child") != subject_.roles().end();
    if (subject_.has_stated_relation() && !subject_.label().empty() &&
        subject_.stated_relation().to() == subject_.label()) {
      findings_.Refuse(In(In(path_, "stated_relation"), "to"), "a relation to oneself");
    }
    if (is_also_present && subject_.present() == v1::TRI_NO) {
      findings_.Warn(In(path_, "present"), "no, in the role also_present_child");
    }
  }

 private:
  bool HasOtherForm() const {
    const bool unborn = !subject_.unborn().mother().empty();
    return Holds(subject_.demographics()) || unborn || Holds(subject_.unknown());
  }

  void Forms() {
    int sound = 0;
    for (const v1::Reference& reference : subject_.references()) {
      if (!ReferenceFault(reference)) ++sound;
    }
    const bool is_known = sound > 0 || HasOtherForm();
    for (int i = 0; i < subject_.references_size(); ++i) {
      const auto fault = ReferenceFault(subject_.references(i));
      if (!fault) continue;
      const Path reference = In(path_, "references", i);
      const Path value = In(reference, "value");
      if (is_known) {
        findings_.Warn(value, fmt::format("kept, not used to link: {}", *fault));
      } else {
        findings_.Refuse(value,
                         fmt::format("{}; and nothing else says who the subject is", *fault));
      }
    }
    if (!is_known && subject_.references_size() == 0 && !subject_.has_unknown()) {
      findings_.Refuse(path_,
                       "nothing says who it is: references, demographics, unborn or unknown");
    }
  }

  void NationalNumber() {
    bool has_number = false;
    for (int i = 0; i < subject_.references_size(); ++i) {
      const v1::Reference& reference = subject_.references(i);
      const bool is_upn = reference.scheme() == "upn" || reference.scheme() == "former-upn";
      if (ReferenceFault(reference) || (!is_upn && reference.scheme() != "nhs-number")) continue;
      has_number = has_number || reference.scheme() != "former-upn";
      if (is_upn && !HasKnownUpnAuthority(reference.value())) {
        const Path at = In(path_, "references", i);
        findings_.Warn(In(at, "value"), "a UPN of an authority that is not known here");
      }
    }
    const bool is_named = subject_.demographics().names_size() > 0 || HasDateOfBirth(subject_);
    if (has_number && !is_named && !IsNamedInDetail()) {
      findings_.Warn(In(path_, "demographics"),
                     "an NHS number or UPN with neither name nor date of birth to confirm it");
    }
  }

  bool IsNamedInDetail() const {
    const auto& detail = checked_.contact.person_recorded();
    return detail.names_size() > 0 || Holds(detail.date_of_birth());
  }

  void Demographics() {
    if (!subject_.has_demographics()) return;
    const auto& demographics = subject_.demographics();
    const Path path = In(path_, "demographics");
    for (int i = 0; i < demographics.names_size(); ++i) {
      if (IsInitials(demographics.names(i))) {
        findings_.Warn(In(path, "names", i),
                       "initials: neither matched nor anonymised; give the name");
      }
    }
    const Path born = In(path, "date_of_birth");
    if (!HasDateOfBirth(subject_)) {
      if (!subject_.has_unborn()) findings_.Warn(born, "not given");
      return;
    }
    const auto interval = Implied(demographics.date_of_birth());
    if (!interval) return;
    if (checked_.recorded && interval->earliest > checked_.recorded->latest) {
      findings_.Refuse(born, "after the contact was recorded");
    }
    const bool is_dated = checked_.occurred && checked_.occurred->earliest != kEarliest &&
                          interval->latest != kLatest;
    if (subject_.person_kind() == "child" && is_dated &&
        AddMonths(DayOf(interval->latest), kMonthsOfChildhood) <=
            DayOf(checked_.occurred->earliest)) {
      findings_.Warn(In(path_, "person_kind"), "a child who was 18 or over when it occurred");
    }
  }

  void Unborn() {
    if (!subject_.has_unborn()) return;
    const Path path = In(path_, "unborn");
    if (HasDateOfBirth(subject_)) {
      findings_.Refuse(path, "unborn, with a date of birth: one or the other");
    }
    const auto& expected = subject_.unborn().expected_date_of_birth();
    const auto interval = Implied(expected);
    if (Holds(expected) && interval && interval->earliest != kEarliest &&
        DayOf(interval->earliest) > DayOf(checked_.written_by) + kLongestPregnancy) {
      findings_.Warn(In(path, "expected_date_of_birth"), "more than 280 days ahead");
    }
  }

  // A name alone still tells this person from others, so that they can be placed.
  void Unknown() {
    if (!subject_.has_unknown() || !IsBlank(subject_.unknown().description())) return;
    const Path unknown = In(path_, "unknown");
    const Path path = In(unknown, "description");
    if (IsBlank(subject_.unknown().said_name())) {
      findings_.Refuse(path, "missing");
    } else {
      findings_.Warn(path, "not given");
    }
  }

  const Checked& checked_;
  const Subject& subject_;
  const Path& path_;
  Findings& findings_;
};

void CheckNumber(const Checked& checked, Findings& findings) {
  const Path root;
  const Path path = In(root, "subjects");
  const int size = checked.contact.subjects_size();
  if (checked.Is("no_names_consultation")) {
    if (size > 0) findings.Refuse(path, "a consultation without names names nobody");
    return;
  }
  if (size > kMostSubjects) {
    findings.Refuse(path, fmt::format("more than {}: {}", kMostSubjects, size));
  } else if (size > kManySubjects) {
    findings.Warn(path, fmt::format("more than {}: {}", kManySubjects, size));
  }
  if (checked.kind == nullptr) return;
  const bool may_be_none = checked.Flows(v1::FLOW_NONE) || checked.Flows(v1::FLOW_REVIEW) ||
                           checked.Flows(v1::FLOW_LINKED);
  if (size == 0 && !may_be_none) findings.Refuse(path, "missing: the contact names nobody");
  const bool is_placed_by_link =
      may_be_none && !checked.Flows(v1::FLOW_NONE) && !checked.Flows(v1::FLOW_REVIEW);
  if (size == 0 && is_placed_by_link && !IsLinked(checked)) {
    findings.Refuse(path, "missing: the contact names nobody, and links to nothing");
  }
}

void CheckChild(const Checked& checked, Findings& findings) {
  const auto& subjects = checked.contact.subjects();
  // An adult's own contact may be of these kinds.
  const bool may_be_adults = checked.Flows(v1::FLOW_ADULT_IF_RELEVANT);
  if (checked.kind == nullptr || !checked.kind->FlowsOwn() || may_be_adults || subjects.empty()) {
    return;
  }
  if (std::none_of(subjects.begin(), subjects.end(), NamesChild)) {
    const Path root;
    findings.Warn(In(root, "subjects"), "no child, in a kind that is placed with its child");
  }
}

}  // namespace

bool NamesChild(const Subject& subject) {
  return subject.person_kind() == "child" || subject.person_kind() == "unborn_child";
}

void CheckSubjects(const Checked& checked, Findings& findings) {
  CheckNumber(checked, findings);
  CheckChild(checked, findings);
  const Path root;
  const auto& labels = checked.labels;
  for (int i = 0; i < checked.contact.subjects_size(); ++i) {
    const Subject& subject = checked.contact.subjects(i);
    const Path path = In(root, "subjects", i);
    SubjectChecks(checked, subject, path, findings).All();
    const std::string_view label = subject.label();
    const auto same = std::equal_range(labels.begin(), labels.end(), label);
    if (!label.empty() && same.second - same.first > 1) {
      findings.Refuse(In(path, "label"), "another subject has the same label");
    }
  }
}

}  // namespace throughline::contact
