#include "engine/intake/belonging.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"
#include "engine/intake/corrections.h"
#include "engine/intake/decide.h"

namespace throughline::intake {
namespace {

Belonging::iterator FirstOf(Belonging& belonging, const PersonId& person) {
  return std::find_if(belonging.begin(), belonging.end(),
                      [&](const auto& one) { return one.first.first == person; });
}

// One more person. One who is reached in several ways stands there by the nearest, whomever the
// contact names first.
void Add(const PersonId& person, Belongs belongs, Belonging& belonging) {
  const auto there = FirstOf(belonging, person);
  if (there == belonging.end()) {
    belonging.emplace(std::pair(person, person), std::move(belongs));
  } else if (IsNearer(belongs.why, there->second.why)) {
    there->second = std::move(belongs);
  }
}

// How a contact stands on one person: why and as which record, as far as that tells standings
// apart.
using Ways = std::set<std::pair<std::string, std::string>>;

std::map<PersonId, Ways> WaysOf(const v1::IntakeContact& contact) {
  std::map<PersonId, Ways> ways;
  for (const v1::IntakeStanding& standing : contact.standings()) {
    ways[PersonIn(standing.person())].emplace(standing.why(), standing.record());
  }
  return ways;
}

std::map<PersonId, Ways> WaysOf(const Belonging& belonging) {
  std::map<PersonId, Ways> ways;
  for (const auto& [ends, belongs] : belonging) {
    const bool subject = belongs.why == "subject";
    ways[ends.first].emplace(belongs.why, subject ? std::string(ends.second.Raw()) : "");
  }
  return ways;
}

v1::Placement PlacementOf(const PersonId& person, const PersonId& record, const Belongs& belongs) {
  v1::Placement placement;
  placement.set_person(std::string(person.Raw()));
  placement.set_person_kind(belongs.kind);
  placement.set_why(belongs.why);
  if (record != person) placement.set_record(std::string(record.Raw()));
  if (belongs.through) placement.set_through(std::string(belongs.through->Raw()));
  return placement;
}

// The difference between where a contact stands and where it belongs.
v1::EarlierContact Difference(Seq seq, const v1::IntakeContact& contact,
                              const Belonging& belonging) {
  v1::EarlierContact earlier;
  earlier.set_seq(seq);
  const auto stands = WaysOf(contact);
  const auto belongs = WaysOf(belonging);
  std::size_t persons = stands.size();
  for (const auto& [person, ways] : stands) {
    const auto there = belongs.find(person);
    if (there != belongs.end() && there->second == ways) continue;
    earlier.add_from(std::string(person.Raw()));
    if (there == belongs.end()) --persons;
  }
  for (const auto& [ends, how] : belonging) {
    const auto there = stands.find(ends.first);
    if (there != stands.end() && there->second == belongs.at(ends.first)) continue;
    if (there == stands.end() && persons >= static_cast<std::size_t>(kMaxPlacements)) continue;
    if (there == stands.end()) ++persons;
    *earlier.add_to() = PlacementOf(ends.first, ends.second, how);
  }
  return earlier;
}

}  // namespace

bool IsNearer(std::string_view why, std::string_view than) {
  constexpr std::array<std::string_view, 4> kWays{"subject", "linked", "flow", "relation"};
  return std::find(kWays.begin(), kWays.end(), why) < std::find(kWays.begin(), kWays.end(), than);
}

std::string_view BesideWhat(std::string_view why) { return why == "subject" ? "linked" : why; }

void Belongings::Reach(const PersonId& person, const std::string& kind, const v1::Flowing& flowing,
                       Belonging& belonging) {
  const Interval then{flowing.earliest_ms(), flowing.latest_ms()};
  const auto add = [&](const std::set<PersonId>& persons, const char* why) {
    for (const PersonId& one : persons) {
      Add(one, {why, family_.KindOf(one), person}, belonging);
    }
  };
  const bool is_child = IsChild(kind);
  for (const int flow : flowing.flows()) {
    if (flow == v1::FLOW_SIBLINGS && is_child) add(family_.SiblingsOf(person, then), "flow");
    if (flow == v1::FLOW_HOUSEHOLD && IsHousehold(kind)) {
      add(family_.ChildrenIn(person, then), "flow");
    }
    const bool grown = flow == v1::FLOW_YOUNG_PARENT ? is_child
                       : flow == v1::FLOW_ADULT      ? !is_child && !IsHousehold(kind)
                                                     : false;
    if (!grown) continue;
    std::set<PersonId> reached = family_.ReachedBy(person, then);
    if (!flowing.relevant_to().empty()) {
      std::set<PersonId> relevant;
      for (const std::string& record : flowing.relevant_to()) {
        const PersonId child = family_.PartOf(PersonIn(record));
        if (reached.contains(child)) relevant.insert(child);
      }
      reached = std::move(relevant);
    }
    add(reached, "relation");
  }
}

std::map<PersonId, std::string> Belongings::Beside(Seq seq, const std::set<Seq>& affected) {
  if (auto known = worked_out_.find(seq); known != worked_out_.end()) return known->second;
  std::map<PersonId, std::string> ways;
  auto contact = state_.Contact(seq);
  if (!contact) return ways;
  const auto add = [&ways](const PersonId& person, const std::string& why) {
    const auto [there, fresh] = ways.emplace(person, why);
    if (!fresh && IsNearer(why, there->second)) there->second = why;
  };
  // Contacts that stand beside each other in a ring are where they stand.
  const bool ring = in_hand_.contains(seq);
  if (affected.contains(seq) && !ring) {
    for (const auto& [ends, belongs] : Of(seq, *contact, affected)) add(ends.first, belongs.why);
  } else {
    for (const v1::IntakeStanding& standing : contact->standings()) {
      add(PersonIn(standing.person()), standing.why());
    }
  }
  if (!ring) worked_out_.emplace(seq, ways);
  return ways;
}

const std::vector<Seq>& Belongings::CorrectionsOf(Seq seq) {
  const auto [at, added] = corrections_.try_emplace(seq);
  if (const auto contact = added ? state_.Contact(seq) : std::nullopt) {
    at->second = intake::CorrectionsOf(state_, *contact);
  }
  return at->second;
}

Belonging Belongings::Of(Seq seq, const v1::IntakeContact& contact, const std::set<Seq>& affected) {
  Belonging belonging;
  if (contact.wrong_person()) return belonging;
  for (const v1::IntakeSubject& subject : contact.subjects()) {
    const PersonId record = PersonIn(subject.record());
    belonging.try_emplace(std::pair(family_.PartOf(record), record),
                          Belongs{"subject", subject.person_kind(), std::nullopt});
  }
  in_hand_.insert(seq);
  const auto stand_beside = [&](Seq there) {
    for (const auto& [person, why] : Beside(there, affected)) {
      Add(person, {std::string(BesideWhat(why)), family_.KindOf(person), std::nullopt}, belonging);
    }
  };
  const auto& said = contact.has_beside();
  for (const Seq beside : contact.beside()) {
    stand_beside(beside);
    // Not another correction, nor whatever that stands beside itself.
    if (contact.corrects()) continue;
    for (const Seq correction : CorrectionsOf(beside)) {
      if (std::find(said.begin(), said.end(), correction) == said.end()) stand_beside(correction);
    }
  }
  in_hand_.erase(seq);
  if (contact.flowing().flows().empty()) return belonging;
  for (const v1::IntakeSubject& subject : contact.subjects()) {
    Reach(family_.PartOf(PersonIn(subject.record())), subject.person_kind(), contact.flowing(),
          belonging);
  }
  return belonging;
}

v1::IntakeContact AsContact(const v1::Placed& placed) {
  v1::IntakeContact contact;
  for (const v1::Placement& to : placed.to()) {
    v1::IntakeStanding& standing = *contact.add_standings();
    standing.set_person(to.person());
    standing.set_person_kind(to.person_kind());
    standing.set_why(to.why());
    if (to.why() != "subject") continue;
    standing.set_record(to.record().empty() ? to.person() : to.record());
    v1::IntakeSubject& subject = *contact.add_subjects();
    subject.set_record(standing.record());
    subject.set_person_kind(to.person_kind());
    *subject.mutable_also() = to.also_records();
  }
  for (const Seq beside : placed.beside()) contact.add_beside(beside);
  if (placed.has_flowing()) *contact.mutable_flowing() = placed.flowing();
  contact.set_contact_key(ContactKey(placed.agency(), placed.contact_id()));
  contact.set_corrects(placed.kind() == "contact_corrected");
  for (std::string& id : ChainOf(placed)) contact.add_chain(std::move(id));
  return contact;
}

namespace {

// Those contacts, and whatever stands beside them, or beside what they correct, or beside what
// does.
std::set<Seq> WithBeside(const State& state, std::vector<Seq> next) {
  std::set<Seq> all;
  std::set<Seq> corrected;
  const auto add = [&](const v1::IntakeContact& of) {
    next.insert(next.end(), of.has_beside().begin(), of.has_beside().end());
  };
  while (!next.empty()) {
    const Seq seq = next.back();
    next.pop_back();
    const auto contact = all.insert(seq).second ? state.Contact(seq) : std::nullopt;
    if (!contact) continue;
    add(*contact);
    for (const Seq of : CorrectedBy(state, *contact)) {
      if (corrected.insert(of).second) add(*state.Contact(of));
    }
  }
  return all;
}

}  // namespace

std::vector<v1::EarlierContact> Owed(const State& state) {
  const v1::IntakeJournal journal = state.Journal();
  const Seq because = journal.owed_because();
  std::set<Seq> affected;
  for (const std::string& person : journal.owed_persons()) {
    for (const auto& [seq, offset] : state.ContactsOf(PersonIn(person))) affected.insert(seq);
  }
  std::vector<Seq> themselves{journal.owed_contacts().begin(), journal.owed_contacts().end()};
  if (auto there = state.Contact(because)) {
    const auto waiting = state.WaitingFor(there->contact_key());
    themselves.insert(themselves.end(), waiting.begin(), waiting.end());
  }
  const std::set<Seq> about = WithBeside(state, std::move(themselves));
  affected.insert(about.begin(), about.end());
  const bool wrong_person =
      journal.owed_contacts_size() > 0 && journal.owed_reason() == kWrongPerson;
  Belongings belongings(state);
  std::vector<v1::EarlierContact> owed;
  for (const Seq seq : affected) {
    auto contact = state.Contact(seq);
    CHECK(contact.has_value());
    auto earlier = Difference(seq, *contact, belongings.Of(seq, *contact, affected));
    if (earlier.to_size() == 0 && earlier.from_size() == 0) continue;
    // It came by a person or a relation, and is nobody else's itself.
    if (wrong_person && !about.contains(seq)) earlier.set_reason(kRelationEnded);
    owed.push_back(std::move(earlier));
  }
  return owed;
}

}  // namespace throughline::intake
