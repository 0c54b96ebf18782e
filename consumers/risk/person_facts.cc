#include <optional>

#include "consumers/risk/record_view.h"

// What a child's record says of the child: born or unborn, and when born.
namespace throughline::risk {
namespace {

// The date of birth that one contact gives for the child, if it does.
std::optional<Interval> BirthIn(const Fact& fact) {
  const std::string& label = fact.source->placement.label();
  if (label.empty()) return std::nullopt;
  const v1::Contact& contact = *fact.contact;
  const v1::UncertainTime* stated = nullptr;
  const bool happened = contact.time_means().empty() || contact.time_means() == "happened";
  if (contact.has_birth() && contact.birth().child() == label && happened) {
    stated = &contact.occurred();
  } else if (contact.has_person_recorded() && contact.person_recorded().has_date_of_birth()) {
    const auto& recorded = contact.person_recorded();
    if (recorded.who() == label || (recorded.who().empty() && contact.subjects_size() == 1)) {
      stated = &recorded.date_of_birth();
    }
  }
  if (stated == nullptr) {
    const auto* subject = contact::SubjectWith(contact, label);
    if (subject == nullptr || !subject->demographics().has_date_of_birth()) return std::nullopt;
    stated = &subject->demographics().date_of_birth();
  }
  const auto interval = Implied(*stated);
  if (!interval || interval->earliest == kEarliest || interval->latest == kLatest) {
    return std::nullopt;
  }
  return *interval;
}

}  // namespace

// Where records disagree, the most exact counts; of equally exact ones the newest.
void RecordView::ReadBirth() {
  Seq said = 0;
  for (const Fact& fact : facts_) {
    const auto birth = BirthIn(fact);
    if (!birth) continue;
    const Millis width = birth->latest - birth->earliest;
    const Millis known = born_ ? born_->latest - born_->earliest : kLatest;
    if (width < known || (width == known && fact.source->seq > said)) {
      born_ = birth;
      said = fact.source->seq;
    }
  }
}

std::string PersonKindOf(const Child& child) {
  const chronology::Entry* latest = nullptr;
  bool born = false;
  for (const auto& entry : child.entries) {
    if (entry.placement.person_kind().empty()) continue;
    if (latest == nullptr || entry.seq > latest->seq) latest = &entry;
    born = born || entry.placement.person_kind() == "child";
  }
  if (latest == nullptr) return "";
  // A child who was born does not become unborn because an older record arrives later.
  if (born && latest->placement.person_kind() == "unborn_child") return "child";
  return latest->placement.person_kind();
}

bool IsChild(const Child& child) {
  const std::string kind = PersonKindOf(child);
  return kind == "child" || kind == "unborn_child";
}

}  // namespace throughline::risk
