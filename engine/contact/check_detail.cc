#include <fmt/format.h>

#include <array>

#include "engine/contact/checks.h"
#include "engine/contact/identifiers.h"
#include "engine/contact/read_contact.h"

namespace throughline::contact {
namespace {

constexpr Day kLongestSilence = 14;

void CheckOwn(const Checked& checked, const v1::ContactRef& of, Findings& findings) {
  const Path root;
  const Path detail = In(root, "detail");
  if (Resolve(of, checked.feed.agency).agency != checked.feed.agency) {
    findings.Refuse(In(detail, "of"), "another agency's contact: dispute it instead");
  }
}

void CheckCorrected(const Checked& checked, Findings& findings) {
  const v1::ContactCorrected& detail = checked.contact.contact_corrected();
  const Path root;
  const Path path = In(root, "detail");
  const Path replaces = In(path, "replaces");
  CheckOwn(checked, detail.of(), findings);
  if (!Holds(detail.replaces())) return;
  if (detail.replaces().has_contact_corrected()) {
    return findings.Refuse(replaces, "a correction of a correction: send the contact itself");
  }
  if (detail.replaces().has_contact_retracted()) {
    findings.Warn(replaces,
                  "what a retraction retracts, and as what, stays as first said: to change that, "
                  "retract it and send another");
  }
  if (!detail.replaces().contact_id().empty() &&
      detail.replaces().contact_id() != detail.of().contact_id()) {
    findings.Warn(In(replaces, "contact_id"), "not that of the contact that it replaces");
  }
  findings.Adopt(replaces, Validate(detail.replaces(), checked.feed));
}

void CheckRetracted(const Checked& checked, Findings& findings) {
  CheckOwn(checked, checked.contact.contact_retracted().of(), findings);
}

void CheckIdentity(const Checked& checked, Findings& findings) {
  const Path root;
  const Path detail = In(root, "detail");
  const v1::IdentityDecided& decided = checked.contact.identity_decided();
  const auto check = [&](const v1::Reference& reference, std::string_view name) {
    const Path path = In(detail, name);
    const auto fault = ReferenceFault(reference);
    if (Holds(reference) && fault) findings.Refuse(path, "names nobody: " + *fault);
  };
  check(decided.first(), "first");
  check(decided.second(), "second");
  const bool splits = decided.decision() == "split";
  if (splits && decided.contacts_size() == 0) {
    findings.Refuse(In(detail, "contacts"), "missing: the contacts that are of the second");
  } else if (!splits && decided.contacts_size() > 0) {
    findings.Warn(In(detail, "contacts"), "only a split names contacts: not read");
  }
}

void CheckSpan(const v1::UncertainTime& since, const v1::UncertainTime& until,
               std::string_view name, Findings& findings) {
  if (!Holds(since) || !Holds(until)) return;
  const auto begin = Implied(since);
  const auto end = Implied(until);
  if (begin && end && end->latest < begin->earliest) {
    const Path root;
    const Path detail = In(root, "detail");
    findings.Refuse(In(detail, "until"), fmt::format("before `{}`", name));
  }
}

template <typename Detail>
void CheckRelation(const Detail& relation, Findings& findings) {
  CheckSpan(relation.since(), relation.until(), "since", findings);
  if (!relation.from().empty() && relation.from() == relation.to()) {
    const Path root;
    const Path detail = In(root, "detail");
    findings.Refuse(In(detail, "to"), "a relation to oneself");
  }
}

void CheckAsserted(const Checked& checked, Findings& findings) {
  CheckRelation(checked.contact.relation_asserted(), findings);
}

void CheckEnded(const Checked& checked, Findings& findings) {
  CheckRelation(checked.contact.relation_ended(), findings);
}

void CheckAddress(const Checked& checked, Findings& findings) {
  const v1::AddressKnown& known = checked.contact.address_known();
  CheckSpan(known.since(), known.until(), "since", findings);
}

void CheckCare(const Checked& checked, Findings& findings) {
  const v1::CareEpisode& care = checked.contact.care_episode();
  CheckSpan(care.from(), care.until(), "from", findings);
}

void CheckBirth(const Checked& checked, Findings& findings) {
  const v1::Birth& birth = checked.contact.birth();
  if (!birth.child().empty() && birth.child() == birth.mother()) {
    const Path root;
    const Path detail = In(root, "detail");
    findings.Refuse(In(detail, "mother"), "the child itself");
  }
}

void CheckPerson(const Checked& checked, Findings& findings) {
  const Path root;
  const Path detail = In(root, "detail");
  const v1::PersonRecorded& person = checked.contact.person_recorded();
  if (person.who().empty() && checked.contact.subjects_size() > 1) {
    findings.Warn(In(detail, "who"), "not given, and there are several subjects");
  }
  for (int i = 0; i < person.references_size(); ++i) {
    const auto fault = ReferenceFault(person.references(i));
    const Path path = In(detail, "references", i);
    if (fault) findings.Warn(In(path, "value"), "kept, not used to link: " + *fault);
  }
}

void CheckInjury(const Checked& checked, Findings& findings) {
  const auto& subjects = checked.contact.subjects();
  const auto children = std::count_if(subjects.begin(), subjects.end(), NamesChild);
  if (checked.contact.injury_noted().who().empty() && children != 1) {
    const Path root;
    const Path detail = In(root, "detail");
    findings.Warn(In(detail, "who"), "not given, and not exactly one child is a subject");
  }
}

void CheckFactors(const Checked& checked, Findings& findings) {
  const auto& factors = checked.contact.assessment_closed().factors();
  if (factors.size() > 1 && std::find(factors.begin(), factors.end(), "21") != factors.end()) {
    const Path root;
    const Path detail = In(root, "detail");
    findings.Warn(In(detail, "factors"), "21, none, beside other factors");
  }
}

void CheckOpened(const Checked& checked, Findings& findings) {
  const v1::RecordOpened& opened = checked.contact.record_opened();
  if (!opened.sha256().empty() && !IsSha256(opened.sha256())) {
    const Path root;
    const Path detail = In(root, "detail");
    findings.Warn(In(detail, "sha256"), "not 64 hexadecimal digits");
  }
}

void CheckSilence(const Checked& checked, Findings& findings) {
  const auto until = Implied(checked.contact.rule_silenced().until());
  if (until && DayOf(until->latest) > DayOf(checked.written_by) + kLongestSilence) {
    const Path root;
    const Path detail = In(root, "detail");
    findings.Refuse(In(detail, "until"), fmt::format("more than {} days ahead", kLongestSilence));
  }
}

void CheckPolicy(const Checked& checked, Findings& findings) {
  const std::string& back_test = checked.contact.policy_activated().back_test();
  if (!back_test.empty() && !IsSha256(back_test)) {
    const Path root;
    const Path detail = In(root, "detail");
    findings.Warn(In(detail, "back_test"), "not 64 hexadecimal digits");
  }
}

void CheckErasure(const Checked& checked, Findings& findings) {
  const int people = checked.contact.erasure_ordered().ordered_by_size();
  if (people == 1) {
    const Path root;
    const Path detail = In(root, "detail");
    findings.Refuse(In(detail, "ordered_by"), "an erasure is ordered by two people");
  }
}

struct Rule {
  v1::Contact::DetailCase kind;
  void (*check)(const Checked&, Findings&);
};

constexpr std::array<Rule, 15> kRules{{
    {v1::Contact::kRelationAsserted, CheckAsserted},
    {v1::Contact::kRelationEnded, CheckEnded},
    {v1::Contact::kAddressKnown, CheckAddress},
    {v1::Contact::kCareEpisode, CheckCare},
    {v1::Contact::kBirth, CheckBirth},
    {v1::Contact::kContactCorrected, CheckCorrected},
    {v1::Contact::kContactRetracted, CheckRetracted},
    {v1::Contact::kIdentityDecided, CheckIdentity},
    {v1::Contact::kPersonRecorded, CheckPerson},
    {v1::Contact::kInjuryNoted, CheckInjury},
    {v1::Contact::kAssessmentClosed, CheckFactors},
    {v1::Contact::kRecordOpened, CheckOpened},
    {v1::Contact::kRuleSilenced, CheckSilence},
    {v1::Contact::kPolicyActivated, CheckPolicy},
    {v1::Contact::kErasureOrdered, CheckErasure},
}};

}  // namespace

void CheckDetail(const Checked& checked, Findings& findings) {
  for (const Rule& rule : kRules) {
    if (rule.kind == checked.contact.detail_case()) rule.check(checked, findings);
  }
}

}  // namespace throughline::contact
