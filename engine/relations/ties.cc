#include "engine/relations/ties.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/contact/labels.h"

namespace throughline::relations {
namespace {

const std::vector<std::string_view>& CareRelations() {
  static const std::vector<std::string_view> kCare{"carer", "foster_carer", "friend_with_care"};
  return kCare;
}

// Groups what `other` picks out of all that is said, by the other person.
template <typename Other>
std::vector<Tie> Group(Circle& circle, const PersonId& person, Day day, const Other& other) {
  std::vector<Tie> ties;
  for (const Statement& one : circle.Around(person)) {
    const std::optional<PersonId> whom = other(one);
    if (!whom.has_value()) continue;
    auto tie =
        std::find_if(ties.begin(), ties.end(), [&](const Tie& t) { return t.other == *whom; });
    if (tie == ties.end()) tie = ties.insert(ties.end(), {*whom, {}, {}});
    tie->statements.push_back(one);
  }
  for (Tie& tie : ties) tie.on_day = Weigh(day, tie.statements);
  return ties;
}

bool IsOneOf(const Statement& one, const std::vector<std::string_view>& relations) {
  return std::find(relations.begin(), relations.end(), one.said.relation()) != relations.end();
}

// Parenthood is said from the parent's end, of an unborn child from the child's.
std::optional<std::pair<PersonId, PersonId>> ParentAndChild(const Statement& one) {
  if (one.said.relation() == "parent") return std::pair(one.from, one.to);
  if (one.said.relation() == "unborn_child_of") return std::pair(one.to, one.from);
  return std::nullopt;
}

Millis Began(const Tie& tie) {
  Millis began = kEarliest;
  for (const Statement& one : tie.statements) began = std::max(began, one.span.began.latest);
  return began;
}

bool Counted(const Statement& one) {
  return one.said.status() == "stands" || one.said.status() == "ended";
}

// Care by an agency names no person: only the care episodes themselves tell of it.
void AddAgencyCare(Circle& circle, const PersonId& child, Day day, v1::CareView& care) {
  for (const chronology::Entry& entry : circle.KnownOf(child).entries) {
    const v1::Contact& contact = *entry.contact;
    if (!contact.has_care_episode() || !entry.counts || entry.withheld) continue;
    const bool is_child = contact::AnyLabel(entry.placement, [&](const std::string& label) {
      const auto* subject = contact::SubjectWith(contact, label);
      return subject != nullptr && contact::HasRole(*subject, "subject_child");
    });
    const v1::CareEpisode& episode = contact.care_episode();
    const bool named = contact::SubjectWith(contact, episode.carer()) != nullptr;
    if (!is_child || named) continue;
    v1::AgencyCare& one = *care.add_agencies();
    one.set_agency(episode.carer());
    v1::RelationStatement& said = *one.mutable_statement();
    said.set_relation("carer");
    said.set_confidence(episode.confidence().empty() ? "stated" : episode.confidence());
    said.set_alone(episode.alone());
    if (episode.has_from()) *said.mutable_since() = episode.from();
    if (episode.has_until()) *said.mutable_until() = episode.until();
    said.set_status("stands");
    said.mutable_source()->set_agency(entry.agency);
    said.mutable_source()->set_contact_id(entry.contact_id);
    said.set_seq(entry.seq);
    said.set_known(FormatUtc(entry.known));
    const Span span = SpanSaid(episode.has_from() ? &episode.from() : nullptr,
                               episode.has_until() ? &episode.until() : nullptr,
                               std::min(entry.occurred.latest, entry.known));
    said.set_on_day(std::string(HoldsName(HoldsOn(span, day))));
    one.set_on_day(said.on_day());
  }
}

bool IsContested(const v1::CareView& care) {
  int at_once = 0;
  bool alone = false;
  for (const v1::RelatedTie& carer : care.carers()) {
    if (carer.on_day() == "contested") return true;
    if (!IsOn(carer.on_day())) continue;
    ++at_once;
    for (const v1::RelationStatement& one : carer.statements()) {
      alone = alone || (IsOn(one.on_day()) && one.alone() == v1::TRI_YES);
    }
  }
  std::set<std::string> agencies;
  for (const v1::AgencyCare& one : care.agencies()) {
    if (!IsOn(one.on_day())) continue;
    agencies.insert(one.agency());
    alone = alone || one.statement().alone() == v1::TRI_YES;
  }
  return alone && at_once + static_cast<int>(agencies.size()) > 1;
}

}  // namespace

std::vector<Tie> TiesOf(Circle& circle, const PersonId& person, End end,
                        const std::vector<std::string_view>& relations, Day day) {
  return Group(circle, person, day, [&](const Statement& one) -> std::optional<PersonId> {
    if (!IsOneOf(one, relations)) return std::nullopt;
    if (end == End::kFrom) return one.from == person ? std::optional(one.to) : std::nullopt;
    return one.to == person ? std::optional(one.from) : std::nullopt;
  });
}

std::vector<Tie> MutualTiesOf(Circle& circle, const PersonId& person, std::string_view relation,
                              Day day) {
  return Group(circle, person, day, [&](const Statement& one) -> std::optional<PersonId> {
    if (one.said.relation() != relation) return std::nullopt;
    return one.from == person ? one.to : one.from;
  });
}

std::vector<Tie> ParentsOf(Circle& circle, const PersonId& child, Day day) {
  return Group(circle, child, day, [&](const Statement& one) -> std::optional<PersonId> {
    const auto both = ParentAndChild(one);
    return both && both->second == child ? std::optional(both->first) : std::nullopt;
  });
}

std::vector<Tie> ChildrenOf(Circle& circle, const PersonId& parent, Day day) {
  return Group(circle, parent, day, [&](const Statement& one) -> std::optional<PersonId> {
    const auto both = ParentAndChild(one);
    return both && both->first == parent ? std::optional(both->second) : std::nullopt;
  });
}

std::vector<Tie> CarersOf(Circle& circle, const PersonId& child, Day day) {
  return TiesOf(circle, child, End::kTo, CareRelations(), day);
}

std::vector<Tie> CaredForBy(Circle& circle, const PersonId& carer, Day day) {
  return TiesOf(circle, carer, End::kFrom, CareRelations(), day);
}

std::vector<Tie> HomesOf(Circle& circle, const PersonId& person, Day day) {
  std::vector<Tie> homes = TiesOf(circle, person, End::kFrom, {"member_of_household"}, day);
  std::stable_sort(homes.begin(), homes.end(),
                   [](const Tie& a, const Tie& b) { return Began(a) > Began(b); });
  return homes;
}

std::vector<Tie> MembersOf(Circle& circle, const PersonId& household, Day day) {
  return TiesOf(circle, household, End::kTo, {"member_of_household"}, day);
}

std::vector<Tie> PartnersOf(Circle& circle, const PersonId& person, Day day) {
  std::vector<Tie> partners = MutualTiesOf(circle, person, "partner", day);
  for (Tie& former : MutualTiesOf(circle, person, "former_partner", day)) {
    const auto known = std::find_if(partners.begin(), partners.end(),
                                    [&](const Tie& one) { return one.other == former.other; });
    // That they were partners is over, by what says that they were.
    if (known == partners.end()) {
      if (IsOn(former.on_day)) former.on_day = "earlier";
      partners.push_back(std::move(former));
      continue;
    }
    known->statements.insert(known->statements.end(), former.statements.begin(),
                             former.statements.end());
    std::stable_sort(known->statements.begin(), known->statements.end(),
                     [](const Statement& a, const Statement& b) { return a.seq < b.seq; });
  }
  return partners;
}

bool CanMeet(const Tie& a, const Tie& b) {
  return std::any_of(a.statements.begin(), a.statements.end(), [&](const Statement& one) {
    return Counted(one) &&
           std::any_of(b.statements.begin(), b.statements.end(), [&](const Statement& other) {
             return Counted(other) && CanOverlap(one.span, other.span);
           });
  });
}

std::string Both(const std::string& a, const std::string& b) {
  for (const char* worse : {"not_so", "later", "earlier", "contested", "possible"}) {
    if (a == worse || b == worse) return worse;
  }
  return "certain";
}

v1::RelatedTie Answer(Circle& circle, const Tie& tie) {
  v1::RelatedTie out;
  *out.mutable_person() = circle.Who(tie.other);
  out.set_on_day(tie.on_day);
  for (const Statement& one : tie.statements) *out.add_statements() = one.said;
  return out;
}

v1::CareView CareOf(Circle& circle, const PersonId& child, Day day) {
  v1::CareView care;
  *care.mutable_child() = circle.Who(child);
  for (const Tie& carer : CarersOf(circle, child, day)) {
    *care.add_carers() = Answer(circle, carer);
  }
  AddAgencyCare(circle, child, day, care);
  care.set_contested(IsContested(care));
  return care;
}

v1::HouseholdView HomeOn(Circle& circle, const PersonId& household, Day day, const Tie* stay) {
  v1::HouseholdView home;
  *home.mutable_household() = circle.Who(household);
  const bool over = stay != nullptr && !IsOn(stay->on_day);
  if (stay != nullptr) {
    *home.mutable_lives() = Answer(circle, *stay);
    *home.mutable_lives()->mutable_person() = circle.Who(household);
  }
  for (const Tie& member : MembersOf(circle, household, day)) {
    const bool then = over ? CanMeet(member, *stay) : IsOn(member.on_day);
    if (then) {
      *home.add_members() = Answer(circle, member);
    } else if (member.on_day == "later") {
      *home.add_later() = Answer(circle, member);
    } else {
      *home.add_earlier() = Answer(circle, member);
    }
  }
  return home;
}

}  // namespace throughline::relations
