#include "tests/engine/intake/families/slow_family.h"

#include <algorithm>

namespace throughline::intake {
namespace {

std::string KindOf(const std::string& record) {
  const std::string name = record.substr(record.find('/') + 1);
  return name.substr(0, name.find('-'));
}
std::string KindOf(const Person& person) { return KindOf(*person.begin()); }

std::pair<std::string, std::string> Pair(const std::string& a, const std::string& b) {
  return {std::min(a, b), std::max(a, b)};
}

Interval Year(int year) {
  v1::UncertainTime time;
  time.set_at(std::to_string(year));
  return Implied(time).value();
}

bool Meet(const Interval& a, const Interval& b) {
  return a.earliest <= b.latest && b.earliest <= a.latest;
}

// What deploy/flow/england.yaml says of the relations that the steps use.
bool CarriesAdult(const std::string& relation) {
  return relation == "parent" || relation == "carer" || relation == "member_of_household";
}
bool CarriesPartner(const std::string& relation) {
  return relation == "partner" || relation == "former_partner";
}
bool HoldsBothWays(const std::string& relation) {
  return CarriesPartner(relation) || relation == "sibling";
}
bool Opens(const std::string& confidence) {
  return confidence == "verified" || confidence == "recorded" || confidence == "stated";
}
// By a court's end of `parent`.
bool Stops(const FamilyStep& end) {
  return end.say == Say::kEnded && end.relation == "parent" && end.reason == "court" &&
         Opens(end.confidence);
}
bool IsStopped(const std::string& relation) { return relation == "parent" || relation == "carer"; }
constexpr std::size_t kMostInHousehold = 12;

}  // namespace

bool SlowFamily::Take(const FamilyStep& step) {
  if (step.say == Say::kDecision) return Decide(step);
  Contact contact{step, {}};
  for (const Known& known : step.subjects) {
    records_.insert(known.Record());
    contact.records.push_back(known.Record());
  }
  contacts_.emplace(step.id, std::move(contact));
  return true;
}

bool SlowFamily::Decide(const FamilyStep& step) {
  const std::string first = step.subjects[0].Record();
  const std::string second = step.subjects[1].Record();
  if (!records_.contains(first) || first == second) return false;
  if (step.decision == "split") return Split(step);
  if (!records_.contains(second)) return false;
  const bool linked = links_.contains(Pair(first, second));
  const bool one = Linked(first, second);
  if (step.decision == "same") {
    if (linked) return false;
    for (const std::string& a : PersonOf(first)) {
      for (const std::string& b : PersonOf(second)) {
        if (!one && IsApart(a, b) && Pair(a, b) != Pair(first, second)) return false;
      }
    }
    links_.insert(Pair(first, second));
    apart_.erase(Pair(first, second));
    return true;
  }
  if (step.decision == "not_same" && !linked) {
    if (one || IsApart(first, second)) return false;
    apart_.insert(Pair(first, second));
    return true;
  }
  if (!linked) return false;
  links_.erase(Pair(first, second));
  apart_.insert(Pair(first, second));
  return true;
}

bool SlowFamily::Split(const FamilyStep& step) {
  const std::string first = step.subjects[0].Record();
  const std::string second = step.subjects[1].Record();
  if (records_.contains(second) && Linked(first, second)) return false;
  const auto of = contacts_.find(step.of);
  if (of == contacts_.end() || of->second.step.agency != step.of_agency) return false;
  const Person person = PersonOf(first);
  bool names = false;
  for (std::string& record : of->second.records) {
    if (!person.contains(record)) continue;
    record = second;
    names = true;
  }
  if (names) records_.insert(second);
  return names;
}

bool SlowFamily::IsApart(const std::string& first, const std::string& second) const {
  return apart_.contains(Pair(first, second));
}

bool SlowFamily::Linked(const std::string& first, const std::string& second) const {
  return PersonOf(first).contains(second);
}

Person SlowFamily::PersonOf(const std::string& record) const {
  Person person{record};
  for (std::size_t before = 0; before != person.size();) {
    before = person.size();
    for (const auto& [a, b] : links_) {
      if (person.contains(a)) person.insert(b);
      if (person.contains(b)) person.insert(a);
    }
  }
  return person;
}

bool SlowFamily::StandsYet(const std::string& id) const {
  return std::none_of(contacts_.begin(), contacts_.end(), [&](const auto& one) {
    const FamilyStep& step = one.second.step;
    return step.say == Say::kRetraction && step.of == id && StandsYet(step.id);
  });
}

bool SlowFamily::SomebodyElses(const std::string& id) const {
  return std::any_of(contacts_.begin(), contacts_.end(), [&](const auto& one) {
    const FamilyStep& step = one.second.step;
    return step.say == Say::kRetraction && step.of == id && step.reason == "wrong_person" &&
           StandsYet(step.id);
  });
}

SlowFamily::Held SlowFamily::HeldBy(const std::string& id, const Contact& contact) const {
  const FamilyStep& said = contact.step;
  const bool placed = said.say == Say::kPlaced;
  const bool address = said.say == Say::kAddress || placed;
  Held held{address ? "member_of_household" : said.relation,
            PersonOf(contact.records[0]),
            PersonOf(contact.records[1]),
            {},
            StandsYet(id)};
  if (said.since) held.when.earliest = Year(*said.since).earliest;
  if (placed) held.when.earliest = Year(said.year).earliest;
  if (said.until && !address) held.when.latest = Year(*said.until).latest;
  held.so = held.so && held.from != held.to;
  std::vector<const FamilyStep*> ends;
  for (const auto& [ended_id, ended] : contacts_) {
    const FamilyStep& end = ended.step;
    if (end.say != Say::kEnded || !StandsYet(ended_id)) continue;
    const Millis stops = Year(end.until.value_or(end.year)).latest;
    const bool before =
        end.recorded >= said.recorded ||
        (end.confidence == "verified" && (said.confidence != "verified" || said.since));
    if (Stops(end) && before && IsStopped(held.relation) && stops >= held.when.earliest &&
        held.from == PersonOf(ended.records[0]) && held.to == PersonOf(ended.records[1])) {
      held.stopped = std::min(held.stopped, stops);
    }
    if (end.recorded < said.recorded) continue;
    if (!held.IsOf(end.relation, PersonOf(ended.records[0]), PersonOf(ended.records[1]))) continue;
    if (end.reason != "in_error") {
      if (stops >= held.when.earliest) ends.push_back(&end);
    } else if (end.agency == said.agency || end.confidence == "verified") {
      held.so = false;
    }
  }
  held.when.latest = std::min(held.when.latest, EndBy(held, ends));
  return held;
}

// Each agency's last word, but for those that are of another time, said to begin after the first.
Millis SlowFamily::EndBy(const Held& held, const std::vector<const FamilyStep*>& ends) const {
  const auto year = [](const FamilyStep& end) { return end.until.value_or(end.year); };
  int first = 9999;
  for (const FamilyStep* end : ends) first = std::min(first, year(*end));
  std::map<std::string, std::pair<int, int>> last;
  for (const FamilyStep* end : ends) {
    bool another = false;
    for (const auto& [id, contact] : contacts_) {
      const FamilyStep& later = contact.step;
      const bool placed = later.say == Say::kPlaced && contact.records.size() > 1;
      const bool home = later.say == Say::kAddress || placed;
      if ((!home && later.say != Say::kRelation) || !StandsYet(id)) continue;
      const auto since = placed ? std::optional(later.year) : later.since;
      if (!since || *since <= first || *since > year(*end) || later.recorded > end->recorded) {
        continue;
      }
      another = another || held.IsOf(home ? "member_of_household" : later.relation,
                                     PersonOf(contact.records[0]), PersonOf(contact.records[1]));
    }
    if (another && ends.size() > 1) continue;
    const std::pair word(end->recorded, -year(*end));
    const auto [at, added] = last.try_emplace(end->agency, word);
    if (!added) at->second = std::max(at->second, word);
  }
  Millis latest = kLatest;
  for (const auto& [agency, word] : last) latest = std::min(latest, Year(-word.second).latest);
  return latest;
}

bool SlowFamily::IsMoveOf(const Contact& contact, const Person& child) const {
  return contact.step.say == Say::kPlaced && StandsYet(contact.step.id) &&
         PersonOf(contact.records[0]) == child;
}

// In which year a placement was over, unless the child was placed in the same home that year.
std::optional<int> SlowFamily::PlacementEnd(const Contact& started, int& recorded) const {
  const Person child = PersonOf(started.records[0]);
  const int year = started.step.year;
  int ends_then = 0;
  int starts_then = 0;
  int before = 0;  // the last year in which it was told of a move
  int after = 9999;
  for (const auto& [id, contact] : contacts_) {
    const FamilyStep& move = contact.step;
    if (!IsMoveOf(contact, child) || move.agency != started.step.agency) continue;
    if (move.year == year) ++(move.kind == "placement_ended" ? ends_then : starts_then);
    if (move.year < year) before = std::max(before, move.year);
    if (move.year > year) after = std::min(after, move.year);
  }
  bool open = false;
  for (const auto& [id, contact] : contacts_) {
    const FamilyStep& move = contact.step;
    open = open || (IsMoveOf(contact, child) && move.agency == started.step.agency &&
                    move.year == before && move.kind == "placement_started");
  }
  const bool same = ends_then > starts_then - 1 + (open ? 1 : 0);
  const int over = same ? year : after;
  if (over == 9999) return std::nullopt;
  int first = 9999;
  for (const auto& [id, contact] : contacts_) {
    const FamilyStep& move = contact.step;
    if (!IsMoveOf(contact, child) || move.year != over) continue;
    const bool begins = move.kind == "placement_started";
    if (begins && move.id != started.step.id && contact.records.size() > 1 &&
        PersonOf(contact.records[1]) == PersonOf(started.records[1])) {
      return std::nullopt;
    }
    if (move.agency == started.step.agency && !(same && begins)) {
      first = std::min(first, move.recorded);
    }
  }
  recorded = std::max(first, started.step.recorded);
  return over;
}

bool SlowFamily::Held::IsOf(const std::string& other_relation, const Person& one,
                            const Person& other) const {
  if (other_relation != relation) return false;
  return (one == from && other == to) || (HoldsBothWays(relation) && one == to && other == from);
}

std::vector<SlowFamily::Tie> SlowFamily::TiesOf(const Person& person) const {
  std::vector<Tie> ties;
  for (const auto& [id, contact] : contacts_) {
    const FamilyStep& said = contact.step;
    const bool address = said.say == Say::kAddress || said.say == Say::kPlaced;
    if (address && contact.records.size() < 2) continue;
    if ((said.say != Say::kRelation && !address) || (!address && !Opens(said.confidence))) continue;
    Held held = HeldBy(id, contact);
    if (!held.so) continue;
    if (held.when.latest == kLatest) held.when.latest = OwnEnd(said, held);
    for (const auto& [other, started] : contacts_) {
      int recorded = 0;
      if (held.relation != "member_of_household" || started.records.size() < 2 ||
          !IsMoveOf(started, held.from) || started.step.kind != "placement_started" ||
          PersonOf(started.records[1]) != held.to) {
        continue;
      }
      const auto over = PlacementEnd(started, recorded);
      if (!over || recorded < said.recorded || Year(*over).latest < held.when.earliest) continue;
      held.when.latest = std::min(held.when.latest, Year(*over).latest);
    }
    if (held.from == person) {
      ties.push_back({held.to, true, held.relation, held.when, said.recorded, held.stopped});
    }
    if (held.to == person) {
      ties.push_back({held.from, false, held.relation, held.when, said.recorded, held.stopped});
    }
  }
  return ties;
}

Millis SlowFamily::OwnEnd(const FamilyStep& said, const Held& held) const {
  std::pair last(0, kLatest);
  for (const auto& [id, contact] : contacts_) {
    const FamilyStep& later = contact.step;
    if (later.say != Say::kRelation || !later.until || later.agency != said.agency) continue;
    const Millis end = Year(*later.until).latest;
    if (later.recorded < said.recorded || end < held.when.earliest) continue;
    const Held word = HeldBy(id, contact);
    if (!word.so || !held.IsOf(word.relation, word.from, word.to)) continue;
    last = std::max(last, std::pair(later.recorded, end));
  }
  return last.second;
}

// By an order that ended a parent with whom the child lived there, where no other does.
bool SlowFamily::HasLeft(const Person& child, const Person& household, const Tie& stay,
                         const Interval& then) const {
  for (const auto& [id, contact] : contacts_) {
    const FamilyStep& end = contact.step;
    if (!Stops(end) || !StandsYet(id) || PersonOf(contact.records[1]) != child) continue;
    const Millis ends = Year(end.until.value_or(end.year)).latest;
    if (then.earliest <= ends || stay.recorded > end.recorded || stay.when.earliest > ends)
      continue;
    bool shared = false;
    bool stays = false;
    for (const Tie& member : TiesOf(household)) {
      if (member.other == PersonOf(contact.records[0]) && Meet(member.when, stay.when)) {
        shared = true;
      }
      for (const Tie& parent : TiesOf(child)) {
        if (parent.relation == "parent" && !parent.is_from && parent.stopped == kLatest &&
            parent.other == member.other && member.when.latest >= ends) {
          stays = true;
        }
      }
    }
    if (shared && !stays) return true;
  }
  return false;
}

std::set<Person> SlowFamily::ChildrenIn(const Person& household, const Interval& lived,
                                        const Interval& then) const {
  std::set<Person> members;
  for (const Tie& tie : TiesOf(household)) {
    if (tie.relation != "member_of_household" || !Meet(tie.when, lived)) continue;
    if (KindOf(tie.other) == "child" && HasLeft(tie.other, household, tie, then)) continue;
    members.insert(tie.other);
  }
  if (members.size() > kMostInHousehold) return {};
  std::erase_if(members, [](const Person& one) { return KindOf(one) != "child"; });
  return members;
}

std::set<Person> SlowFamily::SiblingsOf(const Person& child, const Interval& then) const {
  std::set<Person> siblings;
  for (const Tie& tie : TiesOf(child)) {
    if (tie.relation != "member_of_household" || !Meet(tie.when, then)) continue;
    if (!HasLeft(child, tie.other, tie, then)) siblings.merge(ChildrenIn(tie.other, then, then));
  }
  siblings.erase(child);
  return siblings;
}

std::set<Person> SlowFamily::ReachedAlone(const Person& adult, const Interval& then) const {
  std::set<Person> reached;
  for (const Tie& tie : TiesOf(adult)) {
    if (tie.is_from && CarriesAdult(tie.relation) && KindOf(tie.other) == "child" &&
        then.earliest <= tie.stopped) {
      reached.insert(tie.other);
    }
  }
  return reached;
}

std::set<Person> SlowFamily::ReachedBy(const Person& adult, const Interval& then) const {
  std::set<Person> reached = ReachedAlone(adult, then);
  for (const Tie& tie : TiesOf(adult)) {
    if (CarriesPartner(tie.relation)) reached.merge(ReachedAlone(tie.other, then));
    if (tie.relation == "member_of_household") {
      reached.merge(ChildrenIn(tie.other, tie.when, then));
    }
  }
  return reached;
}

std::set<Stand> SlowFamily::Of(const Contact& contact) const {
  const FamilyStep& step = contact.step;
  std::set<Stand> stands;
  if (SomebodyElses(step.id)) return stands;
  std::set<Person> here;
  for (const std::string& record : contact.records) {
    stands.insert({PersonOf(record), "subject", record});
    here.insert(PersonOf(record));
  }
  const auto reach = [&](const std::set<Person>& persons, const char* why) {
    for (const Person& person : persons) {
      if (here.insert(person).second) stands.insert({person, why, ""});
    }
  };
  const auto target = contacts_.find(step.of);
  const bool beside = step.say == Say::kRetraction || step.say == Say::kAnswer;
  std::set<Stand> there;
  if (beside && target != contacts_.end() && target->second.step.agency == step.of_agency) {
    there = Of(target->second);
  }
  const auto reach_beside = [&](std::string_view why, const char* as) {
    for (const Stand& one : there) {
      if (one.why == why) reach({one.person}, as);
    }
  };
  reach_beside("subject", "linked");
  reach_beside("linked", "linked");
  reach_beside("flow", "flow");
  reach_beside("relation", "relation");
  const Interval then = Year(step.year);
  const auto each = [&](const auto& of_kind) {
    for (std::size_t i = 0; i < contact.records.size(); ++i) {
      of_kind(PersonOf(contact.records[i]), step.subjects[i].Kind());
    }
  };
  const bool violence = step.kind == "domestic_abuse_callout";
  each([&](const Person& person, const std::string& kind) {
    if (kind == "child" &&
        (violence || step.kind == "ambulance_attended" || step.kind == "placement_ended")) {
      reach(SiblingsOf(person, then), "flow");
    }
    if (kind == "household" && (step.say == Say::kAddress || step.kind == "placement_started"))
      reach(ChildrenIn(person, then, then), "flow");
  });
  each([&](const Person& person, const std::string& kind) {
    const bool adults = violence || step.say == Say::kRelation || step.say == Say::kEnded;
    if (kind == "adult" && adults) reach(ReachedBy(person, then), "relation");
  });
  return stands;
}

std::map<std::string, std::set<Stand>> SlowFamily::Standings() const {
  std::map<std::string, std::set<Stand>> all;
  for (const auto& [id, contact] : contacts_) all[id] = Of(contact);
  return all;
}

}  // namespace throughline::intake
