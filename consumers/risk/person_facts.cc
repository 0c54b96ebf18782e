#include <optional>

#include "consumers/risk/kept_record.h"

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

void PersonFacts::Add(const chronology::Entry& entry) {
  const std::string& kind = entry.placement.person_kind();
  if (kind.empty()) return;
  // That somebody did not know who it was says nothing.
  if (kind == "unknown_person" && !kind_.empty()) return;
  child_ = child_ || kind == "child";
  if (!kind_.empty() && kind_ != "unknown_person" && entry.seq <= kind_said_) return;
  kind_ = kind;
  kind_said_ = entry.seq;
}

// Where records disagree, the most exact counts; of equally exact ones the newest.
void PersonFacts::Add(const Fact& fact) {
  const auto birth = BirthIn(fact);
  if (!birth) return;
  const Millis width = birth->latest - birth->earliest;
  const Millis known = born_ ? born_->latest - born_->earliest : kLatest;
  if (width > known || (width == known && fact.source->seq <= born_said_)) return;
  born_ = birth;
  born_said_ = fact.source->seq;
}

std::string PersonFacts::Kind() const {
  // A child who was born does not become unborn because an older record arrives later.
  return child_ && kind_ == "unborn_child" ? "child" : kind_;
}

bool IsChild(const Child& child) {
  PersonFacts person;
  for (const auto& entry : child.entries) person.Add(entry);
  return person.IsChild();
}

}  // namespace throughline::risk
