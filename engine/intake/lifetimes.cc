#include "engine/intake/lifetimes.h"

#include <algorithm>
#include <limits>
#include <map>

#include "engine/contact/read_contact.h"
#include "engine/identity/evidence.h"
#include "engine/identity/index.h"
#include "engine/intake/taking_back.h"

namespace throughline::intake {
namespace {

constexpr int kMostDeaths = 8;

// Days since 1970-01-01, as identity's evidence keeps them, both ends included.
struct Days {
  Day earliest = std::numeric_limits<Day>::min();
  Day latest = std::numeric_limits<Day>::max();
};

Days DaysOf(const Interval& interval) {
  Days days;
  if (interval.earliest > kEarliest) days.earliest = DayOf(interval.earliest);
  if (interval.latest < kLatest) days.latest = DayOf(interval.latest);
  return days;
}

class Lifetimes {
 public:
  explicit Lifetimes(const Telling& telling)
      : telling_(telling), contact_(telling.contact), state_(telling.reads) {}

  std::vector<std::pair<std::string, std::string>> Run() {
    for (const v1::RelationKnown& relation : telling_.relations) {
      if (relation.relation() != "parent" || relation.confidence() == "disputed") continue;
      const auto parent = PersonId::FromRaw(relation.from());
      const auto child = PersonId::FromRaw(relation.to());
      if (parent && child) CheckParent(*parent, *child);
    }
    if (contact_.has_birth()) CheckBirth();
    if (contact_.has_death()) CheckDeath();
    return std::move(found_);
  }

 private:
  // Every date of birth that is known or stated lies after every one of the child's.
  void CheckParent(const PersonId& parent, const PersonId& child) {
    const std::vector<Days>& of_parent = BirthsOf(parent);
    const std::vector<Days>& of_child = BirthsOf(child);
    if (of_parent.empty() || of_child.empty()) return;
    if (Begin(of_parent) > End(of_child)) {
      found_.emplace_back("detail",
                          "the parent is known to be born after the child: a date of "
                          "birth or the relation is wrong; both are kept");
    }
  }

  void CheckBirth() {
    const Days born = DaysOf(contact::Occurred(contact_));
    const auto mother = telling_.record(contact_.birth().mother());
    if (mother && DiedBefore(*mother, born.earliest)) {
      found_.emplace_back("detail.mother",
                          "is known to have died before this birth: both are kept");
    }
    const auto child = telling_.record(contact_.birth().child());
    if (child && DiedBefore(*child, born.earliest)) {
      found_.emplace_back("detail.child", "is known to have died before this birth: both are kept");
    }
  }

  void CheckDeath() {
    const auto who = telling_.record(contact_.death().who());
    if (!who) return;
    const std::vector<Days>& births = BirthsOf(*who);
    const Days died = DaysOf(contact::Occurred(contact_));
    if (!births.empty() && died.latest < Begin(births)) {
      found_.emplace_back("detail.who", "is known to be born after this death: both are kept");
    }
  }

  static Day Begin(const std::vector<Days>& births) {
    return std::min_element(births.begin(), births.end(),
                            [](const Days& a, const Days& b) { return a.earliest < b.earliest; })
        ->earliest;
  }
  static Day End(const std::vector<Days>& births) {
    return std::max_element(births.begin(), births.end(),
                            [](const Days& a, const Days& b) { return a.latest < b.latest; })
        ->latest;
  }

  const std::vector<Days>& BirthsOf(const PersonId& record) {
    const auto [known, added] = births_.try_emplace(record);
    if (!added) return known->second;
    const auto add = [&, &all = known->second](const v1::IdentityEvidence& evidence) {
      for (const v1::IdentityBirth& birth : evidence.births()) {
        all.push_back({birth.earliest(), birth.latest()});
      }
    };
    for (const PersonId& one : state_.RecordsOf(state_.PartOf(record))) {
      if (const auto evidence = identity::EvidenceOf(telling_.reads, one)) add(*evidence);
    }
    for (const v1::Contact::Subject& subject : contact_.subjects()) {
      if (telling_.record(subject.label()) == record) {
        add(identity::EvidenceOf(contact_, subject.label()));
      }
    }
    return known->second;
  }

  bool DiedBefore(const PersonId& record, Day day) {
    for (const PersonId& one : state_.RecordsOf(state_.PartOf(record))) {
      const auto person = state_.Person(one);
      if (!person) continue;
      for (const v1::IntakeDeath& death : person->deaths()) {
        if (death.day() < day && Stands(state_, death.seq())) return true;
      }
    }
    return false;
  }

  const Telling& telling_;
  const v1::Contact& contact_;
  const State state_;
  std::map<PersonId, std::vector<Days>> births_;
  std::vector<std::pair<std::string, std::string>> found_;
};

void AddDeath(v1::IntakeDeath death, v1::IntakePerson& person) {
  auto& deaths = *person.mutable_deaths();
  if (deaths.size() >= kMostDeaths) deaths.DeleteSubrange(0, 1);
  *deaths.Add() = std::move(death);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> ImpossibleDates(const Telling& telling) {
  return Lifetimes(telling).Run();
}

void KeepDeath(const v1::Contact& contact, Seq seq, v1::IntakePerson& person) {
  v1::IntakeDeath death;
  death.set_seq(seq);
  death.set_day(DaysOf(contact::Occurred(contact)).latest);
  AddDeath(std::move(death), person);
}

bool MoveDeath(Seq seq, v1::IntakePerson& from, v1::IntakePerson& to) {
  auto& deaths = *from.mutable_deaths();
  const auto death = std::find_if(deaths.begin(), deaths.end(),
                                  [&](const v1::IntakeDeath& one) { return one.seq() == seq; });
  if (death == deaths.end()) return false;
  AddDeath(*death, to);
  deaths.erase(death);
  return true;
}

}  // namespace throughline::intake
