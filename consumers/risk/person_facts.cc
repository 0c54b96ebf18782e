#include <algorithm>
#include <optional>
#include <utility>

#include "consumers/risk/kept_record.h"
#include "engine/contact/labels.h"

// What a child's record says of the child: born or unborn, and when born.
namespace throughline::risk {
namespace {

// The date of birth that one contact gives for whom it calls so, if it does.
std::optional<Interval> BirthIn(const v1::Contact& contact, const std::string& label) {
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

// The most exact that it gives for the child, by whichever label.
std::optional<Interval> BirthIn(const Fact& fact) {
  std::optional<Interval> birth;
  contact::EachLabel(fact.source->placement, [&](const std::string& label) {
    const auto one = BirthIn(*fact.contact, label);
    if (!one) return;
    if (!birth || one->latest - one->earliest < birth->latest - birth->earliest) birth = one;
  });
  return birth;
}

}  // namespace

PersonFacts::Weight PersonFacts::WeightOf(const chronology::Entry& entry) {
  const bool own = entry.counts && entry.placement.why() == "subject";
  return {own, std::min(entry.occurred.latest, entry.recorded), entry.seq};
}

void PersonFacts::Add(const chronology::Entry& entry) {
  const std::string& kind = entry.placement.person_kind();
  if (kind.empty()) return;
  // That somebody did not know who it was says nothing.
  if (kind == "unknown_person" && !kind_.empty()) return;
  const Weight weight = WeightOf(entry);
  child_ = child_ || (kind == "child" && std::get<0>(weight));
  if (!kind_.empty() && kind_ != "unknown_person" && weight <= kind_weight_) return;
  kind_ = kind;
  kind_weight_ = weight;
}

// Where records disagree, the most exact counts; of equally exact ones what was written down last,
// whichever feed was read first.
void PersonFacts::Add(const Fact& fact) {
  const auto birth = BirthIn(fact);
  if (!birth) return;
  const Millis width = birth->latest - birth->earliest;
  const Millis known = born_ ? born_->latest - born_->earliest : kLatest;
  Said said{fact.source->recorded, fact.source->agency, fact.source->contact_id};
  if (width > known || (width == known && said <= born_said_)) return;
  born_ = birth;
  born_said_ = std::move(said);
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
