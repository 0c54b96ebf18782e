#include "engine/contact/validate.h"

#include "engine/contact/checks.h"
#include "engine/contact/read_contact.h"

namespace throughline::contact {

Checked Prepare(const v1::Contact& contact, const Feed& feed) {
  Checked checked{.contact = contact,
                  .feed = feed,
                  .kind = Catalogue::Get().Of(contact),
                  .newer = NewerKind(contact) != 0,
                  .labels = {},
                  .borrows_subjects = false,
                  .occurred = std::nullopt,
                  .recorded = std::nullopt,
                  .written_by = feed.received};
  checked.labels.reserve(static_cast<std::size_t>(contact.subjects_size()));
  for (const auto& subject : contact.subjects()) checked.labels.push_back(subject.label());
  std::sort(checked.labels.begin(), checked.labels.end());
  checked.borrows_subjects =
      checked.labels.empty() && checked.Flows(v1::FLOW_LINKED) && IsLinked(checked);
  if (contact.has_occurred()) {
    if (const auto occurred = Implied(contact.occurred())) checked.occurred = *occurred;
  }
  if (contact.has_recorded() && contact.recorded().precision() != v1::PRECISION_UNKNOWN) {
    if (const auto recorded = Implied(contact.recorded())) {
      checked.recorded = *recorded;
      checked.written_by = std::min(recorded->latest, feed.received);
    }
  }
  return checked;
}

namespace {

// The answers to an alert name it in their detail.
bool NamesAlert(const Checked& checked) {
  if (checked.kind == nullptr) return false;
  const auto* alert = checked.kind->field->message_type()->FindFieldByName("alert");
  if (alert == nullptr) return false;
  const auto& detail =
      checked.contact.GetReflection()->GetMessage(checked.contact, checked.kind->field);
  return detail.GetReflection()->HasField(detail, alert);
}

}  // namespace

bool IsLinked(const Checked& checked) {
  const auto& links = checked.contact.links();
  return NamesAlert(checked) ||
         std::any_of(links.begin(), links.end(),
                     [](const auto& link) {
                       return !link.alert_id().empty() || !link.review_id().empty();
                     }) ||
         !Targets(checked.contact, checked.feed.agency).empty();
}

Verdict Validate(const v1::Contact& contact, const Feed& feed) {
  const Checked checked = Prepare(contact, feed);
  Findings findings(checked.kind);
  CheckFields(checked, findings);
  CheckKind(checked, findings);
  CheckSubjects(checked, findings);
  CheckTimes(checked, findings);
  CheckEnvelope(checked, findings);
  CheckEvidence(checked, findings);
  CheckHandovers(checked, findings);
  CheckDetail(checked, findings);
  return findings.Take();
}

}  // namespace throughline::contact
