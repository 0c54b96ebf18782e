#include <algorithm>
#include <map>
#include <set>

#include "engine/contact/labels.h"
#include "engine/relations/answer.h"
#include "engine/relations/ties.h"

namespace throughline::relations {
namespace {

using chronology::Entry;

// Of what was seen, at most so many of one child; of unknown adults, so many in all.
constexpr int kMostSeen = 5;
constexpr int kMostUnknown = 50;

class FamilyAnswer {
 public:
  FamilyAnswer(Circle& circle, const PersonId& person, Day day)
      : circle_(circle), person_(person), day_(day) {}

  v1::RelationsAnswer Make() && {
    *out_.mutable_asked() = circle_.Who(person_);
    AddParents();
    AddSiblings();
    const v1::CareView care = CareOf(circle_, person_, day_);
    const bool cared_for = !care.carers().empty() || !care.agencies().empty();
    if (cared_for || circle_.IsChild(person_)) *out_.mutable_care() = care;
    for (const Tie& partner : PartnersOf(circle_, person_, day_)) {
      *out_.add_partners() = Answer(circle_, partner);
    }
    for (const Tie& stay : HomesOf(circle_, person_, day_)) {
      *out_.add_homes() = HomeOn(circle_, stay.other, day_, &stay);
    }
    if (!circle_.IsChild(person_)) AddAccess();
    AddUnknownAdults();
    AddOthers();
    for (std::string& one : circle_.Incomplete()) out_.add_incomplete(std::move(one));
    out_.set_cut(circle_.cut());
    return std::move(out_);
  }

 private:
  void AddParents() {
    for (const Tie& parent : ParentsOf(circle_, person_, day_)) {
      *out_.add_parents() = Answer(circle_, parent);
      if (parent.on_day != "not_so") parents_[parent.other] = parent.on_day;
    }
  }

  v1::SiblingTie& Sibling(const PersonId& other) {
    const auto [at, added] = siblings_.try_emplace(other);
    if (added) *at->second.mutable_person() = circle_.Who(other);
    return at->second;
  }

  void AddSiblings() {
    for (const Tie& stated : MutualTiesOf(circle_, person_, "sibling", day_)) {
      v1::SiblingTie& sibling = Sibling(stated.other);
      for (const Statement& one : stated.statements) *sibling.add_statements() = one.said;
    }
    for (const auto& [parent, sure] : parents_) {
      for (const Tie& child : ChildrenOf(circle_, parent, day_)) {
        if (child.other == person_ || child.on_day == "not_so") continue;
        v1::SharedParent& shared = *Sibling(child.other).add_through();
        *shared.mutable_parent() = circle_.Who(parent);
        const bool contested = sure == "contested" || child.on_day == "contested";
        shared.set_on_day(contested ? "contested" : "certain");
      }
    }
    if (circle_.IsChild(person_)) AddHousemates();
    for (auto& [other, sibling] : siblings_) {
      sibling.set_sort(SortOf(other, sibling));
      *out_.add_siblings() = std::move(sibling);
    }
  }

  // Where families live side by side, those are of one family of whom one contact says that they
  // live there.
  static bool SharesHome(const Tie& stay, const Tie& member) {
    for (const Statement& one : stay.statements) {
      if (!IsOn(one.said.on_day())) continue;
      for (const Statement& other : member.statements) {
        if (!IsOn(other.said.on_day())) continue;
        const bool together = one.seq == other.seq;
        if (together || (!one.said.apart() && !other.said.apart())) return true;
      }
    }
    return false;
  }

  // Children who share a home on the day: siblings in all that matters to their safety.
  void AddHousemates() {
    for (const Tie& stay : HomesOf(circle_, person_, day_)) {
      if (!IsOn(stay.on_day)) continue;
      for (const Tie& member : MembersOf(circle_, stay.other, day_)) {
        if (member.other == person_ || !IsOn(member.on_day)) continue;
        if (!SharesHome(stay, member)) continue;
        if (circle_.IsChild(member.other)) Sibling(member.other).set_same_home(true);
      }
    }
  }

  std::string SortOf(const PersonId& other, const v1::SiblingTie& sibling) {
    if (sibling.through().empty()) return sibling.statements().empty() ? "household" : "stated";
    std::set<std::string> shared;
    int sure = 0;
    for (const v1::SharedParent& one : sibling.through()) {
      shared.insert(one.parent().person());
      if (one.on_day() == "certain") ++sure;
    }
    if (sure > 1) return "full";
    const auto differs = [&](const PersonId& parent, const std::string& on_day) {
      return !shared.contains(parent.Text()) && on_day != "not_so" && on_day != "contested";
    };
    const bool mine = std::any_of(parents_.begin(), parents_.end(), [&](const auto& parent) {
      return differs(parent.first, parent.second);
    });
    bool theirs = false;
    for (const Tie& parent : ParentsOf(circle_, other, day_)) {
      theirs = theirs || differs(parent.other, parent.on_day);
    }
    return sure == 1 && mine && theirs ? "half" : "shared_parent";
  }

  v1::AccessWay& Way(const PersonId& child, std::string_view how, const std::string& on_day) {
    const auto [at, added] = access_.try_emplace(child);
    if (added) *at->second.mutable_child() = circle_.Who(child);
    v1::AccessWay& way = *at->second.add_ways();
    way.set_how(std::string(how));
    way.set_on_day(on_day);
    return way;
  }

  bool IsParentOf(const PersonId& child) const {
    const auto tie = access_.find(child);
    if (tie == access_.end()) return false;
    const auto& ways = tie->second.ways();
    return std::any_of(ways.begin(), ways.end(), [](const v1::AccessWay& way) {
      return way.how() == "parent" && way.on_day() != "not_so";
    });
  }

  static void AddStatements(const Tie& tie, v1::AccessWay& way) {
    for (const Statement& one : tie.statements) *way.add_statements() = one.said;
  }

  void AddAccess() {
    for (const Tie& child : ChildrenOf(circle_, person_, day_)) {
      AddStatements(child, Way(child.other, "parent", child.on_day));
    }
    for (const Tie& child : CaredForBy(circle_, person_, day_)) {
      AddStatements(child, Way(child.other, "carer", child.on_day));
    }
    for (const Tie& stay : HomesOf(circle_, person_, day_)) {
      if (IsOn(stay.on_day)) AddAccessAtHome(stay);
    }
    for (const Tie& partner : PartnersOf(circle_, person_, day_)) {
      if (IsOn(partner.on_day)) AddAccessByPartner(partner);
    }
    AddSeenWith();
    for (auto& [child, tie] : access_) *out_.add_access() = std::move(tie);
  }

  void AddAccessAtHome(const Tie& stay) {
    for (const Tie& member : MembersOf(circle_, stay.other, day_)) {
      const bool there = IsOn(member.on_day) && SharesHome(stay, member);
      if (member.other == person_ || !there || !circle_.IsChild(member.other)) continue;
      v1::AccessWay& way = Way(member.other, "home", Both(stay.on_day, member.on_day));
      *way.mutable_through() = circle_.Who(stay.other);
      AddStatements(stay, way);
      AddStatements(member, way);
    }
  }

  void AddAccessByPartner(const Tie& partner) {
    for (const Tie& child : ChildrenOf(circle_, partner.other, day_)) {
      if (child.on_day == "not_so" || child.other == person_) continue;
      if (IsParentOf(child.other)) continue;  // that says it better
      v1::AccessWay& way =
          Way(child.other, "partner_of_parent", Both(partner.on_day, child.on_day));
      *way.mutable_through() = circle_.Who(partner.other);
      AddStatements(partner, way);
      AddStatements(child, way);
    }
  }

  // What a contact saw that states no relation: a visit, a child fetched from school.
  void AddSeenWith() {
    std::map<PersonId, int> seen;
    const auto& entries = circle_.KnownOf(person_).entries;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      const v1::Contact& contact = *entry->contact;
      if (!contact.has_adult_observed() || !entry->counts || entry->withheld || IsAfter(*entry)) {
        continue;
      }
      if (!contact::HasLabel(entry->placement, contact.adult_observed().who())) continue;
      std::set<PersonId> children;
      for (const Named& named : circle_.NamedBy(*entry, circle_.KnownOf(person_))) {
        if (!circle_.IsChild(named.person) || !children.insert(named.person).second) continue;
        if (++seen[named.person] > kMostSeen) continue;
        const Span span{entry->occurred, entry->occurred};
        v1::AccessWay& way =
            Way(named.person, "seen_with", std::string(HoldsName(HoldsOn(span, day_))));
        way.mutable_seen()->set_agency(entry->agency);
        way.mutable_seen()->set_contact_id(entry->contact_id);
        *way.mutable_seen_at() = contact.occurred();
        way.set_doing(contact.adult_observed().doing());
      }
    }
  }

  bool IsAfter(const Entry& entry) const { return entry.occurred.earliest >= StartOfDay(day_ + 1); }

  static bool IsUnknown(const v1::Contact::Subject& subject) {
    return subject.person_kind() == "unknown_person" || contact::HasRole(subject, "unknown_adult");
  }

  void AddUnknownAdults() {
    for (const Entry& entry : circle_.KnownOf(person_).entries) {
      if (!entry.counts || entry.withheld || entry.placement.label().empty() || IsAfter(entry)) {
        continue;
      }
      const auto& subjects = entry.contact->subjects();
      if (std::none_of(subjects.begin(), subjects.end(), IsUnknown)) continue;
      std::set<PersonId> records;
      for (const Named& named : circle_.NamedBy(entry, circle_.KnownOf(person_))) {
        const auto* subject = contact::SubjectWith(*entry.contact, named.label);
        if (subject == nullptr || !IsUnknown(*subject)) continue;
        if (!records.insert(named.record).second) continue;
        if (out_.unknown_adults_size() < kMostUnknown) AddUnknown(entry, *subject, named);
      }
    }
  }

  void AddUnknown(const Entry& entry, const v1::Contact::Subject& subject, const Named& named) {
    v1::UnknownAdult& out = *out_.add_unknown_adults();
    out.mutable_person()->set_person(named.record.Text());
    out.mutable_person()->set_person_kind(subject.person_kind());
    out.set_description(subject.unknown().description());
    out.set_said_name(subject.unknown().said_name());
    out.set_about_age(subject.unknown().about_age());
    out.mutable_source()->set_agency(entry.agency);
    out.mutable_source()->set_contact_id(entry.contact_id);
    *out.mutable_seen_at() = entry.contact->occurred();
    if (entry.contact->adult_observed().who() == named.label) {
      out.set_doing(entry.contact->adult_observed().doing());
    }
    if (named.person == named.record && circle_.Who(named.person).person_kind() == "unknown_person")
      return;
    *out.mutable_identified() = circle_.Who(named.person);
    if (const auto joined = circle_.HowJoined(named.record)) {
      out.set_identified_known(FormatUtc(joined->since));
      out.set_identified_reason(joined->reason);
    }
  }

  void AddOthers() {
    std::set<std::string_view> others;
    for (const Statement& one : circle_.Around(person_)) {
      static const std::set<std::string_view> kShown{
          "parent",       "unborn_child_of",  "sibling",
          "partner",      "former_partner",   "carer",
          "foster_carer", "friend_with_care", "member_of_household"};
      if (!kShown.contains(one.said.relation())) others.insert(one.said.relation());
    }
    for (const std::string_view relation : others) {
      for (const End end : {End::kTo, End::kFrom}) {
        for (const Tie& tie : TiesOf(circle_, person_, end, {relation}, day_)) {
          *out_.add_others() = Answer(circle_, tie);
        }
      }
    }
  }

  Circle& circle_;
  PersonId person_;
  Day day_;
  std::map<PersonId, std::string> parents_;  // how sure; none that are not so
  std::map<PersonId, v1::SiblingTie> siblings_;
  std::map<PersonId, v1::AccessTie> access_;
  v1::RelationsAnswer out_;
};

}  // namespace

v1::RelationsAnswer RelationsOf(Circle& circle, const PersonId& person, Day day) {
  return FamilyAnswer(circle, person, day).Make();
}

}  // namespace throughline::relations
