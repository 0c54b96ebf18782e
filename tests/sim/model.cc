#include "tests/sim/model.h"

#include <fmt/core.h>

#include <algorithm>

#include "consumers/risk/episodes.h"
#include "engine/chronology/effects.h"
#include "engine/contact/feed_headers.h"
#include "engine/contact/read_contact.h"

namespace throughline::sim {
namespace {

// Kinds of the simulated family that are placed beside what they link to.
bool StandsBesideLinks(const v1::Contact& contact) {
  return contact.has_handover_received() || contact.has_handover_considered() ||
         contact.has_contact_corrected() || contact.has_contact_retracted();
}

bool IsActivation(const v1::Contact& contact) {
  return contact.has_feed_activated() || contact.has_policy_activated() ||
         contact.has_calendar_activated() || contact.has_tick_released();
}

std::string AgencyOf(const std::string& topic) { return topic.substr(topic.rfind('.') + 1); }

}  // namespace

void Model::Fault(const log::Accepted& record, const std::string& text) {
  faults_.push_back(fmt::format("seq {}: {}", record.seq(), text));
}

void Model::Run() {
  Millis last = 0;
  for (const log::Accepted& record : history_.journal) {
    if (record.envelope.placed_ms() < last) Fault(record, "placed before the one before it");
    last = record.envelope.placed_ms();
    Take(record);
  }
  CheckLeftovers();
}

void Model::Take(const log::Accepted& record) {
  const v1::Decision& decision = record.decision;
  if ((!owed_.empty() || !owed_from_.empty()) && !decision.has_placed_because()) {
    Fault(record, fmt::format("comes before the parts that seq {} owes", owed_because_));
    owed_.clear();
    owed_from_.clear();
  }
  if (!record.envelope.feed().empty()) return TakeFromFeed(record);
  if (decision.has_opened()) {
    opened_ = record.envelope.placed_ms();
    active_.insert(decision.opened().operator_feed());
    return;
  }
  if (decision.has_placed_because()) return TakeBrought(record);
  if (decision.has_linked()) return TakeLinked(record);
  if (decision.has_tick()) return TakeTick(record);
  if (decision.has_held()) {
    held_ = decision.held().at_ms();
    return;
  }
  if (decision.has_feed_activated()) return InForce(decision, record.seq());
  if (!decision.has_took()) Fault(record, "no decision of this kind is known here");
}

Model::Fate Model::FateOf(const std::string& agency, const log::Record& record) {
  v1::Contact contact;
  if (!contact.ParseFromString(record.message.value)) return Fate::kRefused;
  const auto seen = seen_.find({agency, contact.contact_id()});
  if (seen != seen_.end()) {
    return seen->second.first == record.message.value ? Fate::kRepeat : Fate::kConflict;
  }
  if (history_.invalid.contains(record.message.value)) return Fate::kRefused;
  if (contact.has_tick_released()) {
    const auto at = Implied(contact.tick_released().at());
    if (held_ == 0 || !at || held_ < at->earliest || held_ > at->latest) return Fate::kRefused;
  }
  if (contact.has_policy_activated() && contact.policy_activated().state() == "retired" &&
      policy_.empty()) {
    return Fate::kRefused;
  }
  return Fate::kTaken;
}

void Model::TakeFromFeed(const log::Accepted& record) {
  const std::string& topic = record.envelope.feed();
  const std::string agency = AgencyOf(topic);
  if (!active_.contains(topic)) Fault(record, "decides on a feed that is not active");
  const auto& feed = history_.feeds.at(topic);
  std::size_t& next = next_[topic];
  while (next < feed.size() && feed[next].offset < record.envelope.feed_offset()) {
    if (FateOf(agency, feed[next]) != Fate::kRepeat) {
      Fault(record, fmt::format("passes over offset {} of {}", feed[next].offset, topic));
    }
    ++next;
  }
  if (next >= feed.size() || feed[next].offset != record.envelope.feed_offset()) {
    return Fault(record, fmt::format("decides on offset {} of {} again, or on none that is there",
                                     record.envelope.feed_offset(), topic));
  }
  const log::Record& message = feed[next++];
  if (message.appended != record.envelope.received_ms()) Fault(record, "states another time");
  const v1::Decision& decision = record.decision;
  v1::Contact contact;
  contact.ParseFromString(message.message.value);
  switch (FateOf(agency, message)) {
    case Fate::kRepeat:
      return Fault(record, "decides on a repeat");
    case Fate::kRefused:
      if (!decision.has_refused()) Fault(record, "takes what must be refused");
      return;
    case Fate::kConflict:
      if (!decision.has_conflict()) return Fault(record, "must be a conflict");
      if (decision.conflict().first() != seen_.at({agency, contact.contact_id()}).second) {
        Fault(record, "names another first");
      }
      return;
    case Fate::kTaken:
      break;
  }
  seen_[{agency, contact.contact_id()}] = {message.message.value, record.seq()};
  if (record.contacts.size() != 1 || record.contacts.front().content != message.message.value) {
    Fault(record, "does not carry the contact's bytes");
  }
  if (IsActivation(contact)) return TakeActivation(record, contact);
  const std::string* history = message.message.Find(contact::kHistoryHeader);
  TakePlaced(record, contact, message.message.value, history != nullptr);
}

void Model::TakeActivation(const log::Accepted& record, const v1::Contact& contact) {
  const v1::Decision& decision = record.decision;
  const bool fits = contact.has_feed_activated() == decision.has_feed_activated() &&
                    contact.has_policy_activated() == decision.has_policy_activated() &&
                    contact.has_calendar_activated() == decision.has_calendar_activated() &&
                    contact.has_tick_released() == decision.has_released();
  if (!fits) return Fault(record, "must be an activation");
  if (decision.has_released()) {
    released_.insert(decision.released().at_ms());
    return;
  }
  if (decision.has_feed_activated()) active_.insert(decision.feed_activated().topic());
  InForce(decision, record.seq());
}

// National numbers come first.
std::vector<std::string> Model::NamesOf(const v1::Contact::Subject& subject,
                                        const std::string& agency) {
  std::vector<std::string> names;
  for (const bool national : {true, false}) {
    for (const auto& reference : subject.references()) {
      if ((reference.scheme() == "nhs-number") != national) continue;
      names.push_back(reference.scheme() + '/' + (national ? "" : agency) + '/' +
                      reference.value());
    }
  }
  return names;
}

int Model::PartOf(int record) const {
  const auto joined = part_of_.find(record);
  return joined == part_of_.end() ? record : joined->second;
}

int Model::Resolve(const v1::Contact::Subject& subject, const std::string& agency) {
  const std::vector<std::string> names = NamesOf(subject, agency);
  int record = -1;
  for (const std::string& name : names) {
    const auto known = references_.find(name);
    if (record < 0 && known != references_.end()) record = known->second;
  }
  if (record < 0) {
    record = static_cast<int>(kinds_.size());
    kinds_.push_back(subject.person_kind());
  }
  for (const std::string& name : names) references_.emplace(name, record);
  return record;
}

// All numbers that a subject bears are of one person by now, and every link that its contact is
// said to have made is between records that they name.
void Model::CheckLinks(const log::Accepted& record, const v1::Contact::Subject& subject,
                       const std::string& agency) {
  std::set<int> records;
  std::set<int> persons;
  for (const std::string& name : NamesOf(subject, agency)) {
    const auto known = references_.find(name);
    if (known == references_.end()) continue;
    records.insert(known->second);
    persons.insert(PartOf(known->second));
  }
  if (persons.size() > 1) Fault(record, "names by its numbers two who are not linked");
  const auto made = linked_by_.find({agency, record.decision.placed().contact_id()});
  if (made == linked_by_.end()) return;
  std::erase_if(made->second, [&](const auto& link) {
    return records.contains(link.first) && records.contains(link.second);
  });
}

void Model::TakeLinked(const log::Accepted& record) {
  const v1::Linked& linked = record.decision.linked();
  std::vector<int> numbers;
  for (const auto* raw : {&linked.kept(), &linked.joined(), &linked.first(), &linked.second()}) {
    const auto number = numbers_.find(*PersonId::FromRaw(*raw));
    if (number == numbers_.end()) return Fault(record, "links somebody who is not known");
    numbers.push_back(number->second);
  }
  const int kept = numbers[0];
  const int joined = numbers[1];
  const auto age = [&](int one) { return std::pair(made_[one], ids_.at(one)); };
  if (!linked.by_rule()) Fault(record, "links what nobody decided");
  if (PartOf(kept) != kept || PartOf(joined) != joined || kept == joined) {
    return Fault(record, "links what is no two persons");
  }
  if (age(joined) < age(kept)) Fault(record, "keeps the younger");
  if (std::set{PartOf(numbers[2]), PartOf(numbers[3])} != std::set{kept, joined}) {
    Fault(record, "links records of others");
  }
  linked_by_[{linked.source().agency(), linked.source().contact_id()}].emplace_back(numbers[2],
                                                                                    numbers[3]);
  for (auto& [seq, placement] : placements_) {
    if (placement.stands.contains(joined)) Owe(seq, kept, joined);
  }
  for (int one = 0; one < static_cast<int>(kinds_.size()); ++one) {
    if (PartOf(one) == joined) part_of_[one] = kept;
  }
  owed_because_ = record.seq();
  parts_ = 0;
  if ((linked.parts() == 0) != owed_from_.empty()) Fault(record, "says otherwise what it owes");
  for (const int person : {kept, joined}) Concern(person, record.seq(), false);
}

// Who is told apart on a chronology by the records that a contact names them by moves with these.
void Model::Owe(Seq seq, int kept, int joined) {
  const Placement& placement = placements_.at(seq);
  const auto records_of = [&](int person) {
    std::size_t records = 0;
    for (const int one : placement.own) records += PartOf(one) == person ? 1 : 0;
    return records;
  };
  const std::size_t moving = records_of(joined);
  const bool there = placement.stands.contains(kept);
  owed_from_[seq].insert(joined);
  auto& to = owed_[seq];
  if (moving == 0 && !there) to.insert(kept);
  if (moving == 0) return;
  if (there) owed_from_[seq].insert(kept);
  for (std::size_t i = 0; i < moving + records_of(kept); ++i) to.insert(kept);
}

// The persons that the contact names, held against those on whom it was placed.
std::set<int> Model::Subjects(const log::Accepted& record, const v1::Contact& contact) {
  std::set<int> own;
  Placement& placement = placements_[record.seq()];
  const auto take = [&](const v1::Contact::Subject& subject, const std::string& label) {
    const int record_number = Resolve(subject, placement.key.first);
    CheckLinks(record, subject, placement.key.first);
    made_.try_emplace(record_number, record.seq());
    auto& [labels, roles] = placement.roles[record_number];
    own.insert(record_number);
    labels.push_back(label);
    for (const std::string& role : subject.roles()) {
      if (std::find(roles.begin(), roles.end(), role) == roles.end()) roles.push_back(role);
    }
    for (const v1::Placement& to : record.decision.placed().to()) {
      if (to.label() != label) continue;
      const PersonId id = *PersonId::FromRaw(to.record().empty() ? to.person() : to.record());
      const auto known = ids_.try_emplace(record_number, id).first->second;
      const auto number = numbers_.try_emplace(id, record_number).first->second;
      if (known != id || number != record_number ||
          ids_.at(PartOf(record_number)) != *PersonId::FromRaw(to.person())) {
        Fault(record, "is placed on another person: " + label);
      }
    }
  };
  for (const auto& subject : contact.subjects()) take(subject, subject.label());
  for (const auto& subject : contact.contact_corrected().replaces().subjects()) {
    take(subject, "replaces/" + subject.label());
  }
  return own;
}

void Model::TakePlaced(const log::Accepted& record, const v1::Contact& contact,
                       const std::string& bytes, bool history) {
  if (!record.decision.has_placed()) return Fault(record, "must be placed");
  ++placed_;
  const Seq seq = record.seq();
  const std::string agency = AgencyOf(record.envelope.feed());
  Placement& placement = placements_[seq];
  placement.key = {agency, contact.contact_id()};
  placement.bytes = bytes;
  placement.received = record.envelope.received_ms();
  placement.placed = record.envelope.placed_ms();
  placement.history = history;
  placement.own = Subjects(record, contact);
  for (const int own : placement.own) placement.stands.insert(PartOf(own));
  if (auto made = linked_by_.find(placement.key); made != linked_by_.end()) {
    if (!made->second.empty()) Fault(record, "did not name what it is said to have linked");
    linked_by_.erase(made);
  }
  if (StandsBesideLinks(contact)) {
    for (const auto& link : contact.links()) {
      Contact target{link.target().agency().empty() ? agency : link.target().agency(),
                     link.target().contact_id()};
      if (target == placement.key) continue;
      const auto there = seen_.find(target);
      if (there == seen_.end()) {
        placement.waits.insert(target);
        continue;
      }
      const auto beside = placements_.find(there->second.second);
      if (beside == placements_.end()) continue;
      placement.stands.insert(beside->second.stands.begin(), beside->second.stands.end());
      placement.waits.insert(beside->second.waits.begin(), beside->second.waits.end());
    }
    placement.waits.erase(placement.key);
  }
  if (record.decision.placed().history() != history) Fault(record, "history is not as declared");
  std::set<PersonId> expected;
  for (const int person : placement.stands) {
    if (ids_.contains(person)) expected.insert(ids_.at(person));
  }
  std::set<PersonId> placed;
  for (const auto& to : record.decision.placed().to())
    placed.insert(*PersonId::FromRaw(to.person()));
  // Once for each record that it names, and once for each person beside.
  std::size_t standings = placement.own.size();
  for (const int person : placement.stands) {
    standings += std::none_of(placement.own.begin(), placement.own.end(),
                              [&](int own) { return PartOf(own) == person; });
  }
  if (expected != placed || expected.size() != placement.stands.size() ||
      standings != static_cast<std::size_t>(record.decision.placed().to_size())) {
    Fault(record, fmt::format("is placed on {} persons, not on the {} that it must", placed.size(),
                              placement.stands.size()));
  }
  for (const int person : placement.stands) {
    Stand(person, seq, seq, record.envelope.placed_ms(), 0);
  }
  // Whoever waited for it.
  for (auto& [waiting_seq, waiting] : placements_) {
    if (waiting.waits.erase(placement.key) == 0) continue;
    waiting.waits.insert(placement.waits.begin(), placement.waits.end());
    waiting.waits.erase(waiting.key);
    for (const int person : placement.stands) {
      if (!waiting.stands.contains(person)) owed_[waiting_seq].insert(person);
    }
  }
  owed_because_ = seq;
  parts_ = 0;
  for (const int person : placement.stands) Concern(person, seq, history);
}

void Model::TakeBrought(const log::Accepted& record) {
  const auto& brought = record.decision.placed_because();
  if (brought.because() != owed_because_ || brought.part() != parts_ + 1) {
    return Fault(record, "brings what nothing owes");
  }
  ++parts_;
  for (int i = 0; i < brought.contacts_size(); ++i) {
    const auto& earlier = brought.contacts(i);
    std::multiset<int> to;
    std::set<int> from;
    const auto number_of = [&](const std::string& raw) {
      const auto number = numbers_.find(*PersonId::FromRaw(raw));
      return number == numbers_.end() ? -1 : number->second;
    };
    for (const auto& placement : earlier.to()) to.insert(number_of(placement.person()));
    for (const std::string& person : earlier.from()) from.insert(number_of(person));
    if (owed_[earlier.seq()] != to || owed_from_[earlier.seq()] != from) {
      Fault(record, fmt::format("brings seq {} to others than it must", earlier.seq()));
      continue;
    }
    Placement& placement = placements_.at(earlier.seq());
    if (!to.empty() && record.contacts.at(static_cast<std::size_t>(i)).content != placement.bytes) {
      Fault(record, fmt::format("brings seq {} with other bytes", earlier.seq()));
    }
    for (const int person : from) {
      placement.stands.erase(person);
      left_.emplace_back(person, earlier.seq());
    }
    for (const int person : std::set<int>(to.begin(), to.end())) {
      placement.stands.insert(person);
      brought_.emplace_back(person, earlier.seq());
    }
    owed_.erase(earlier.seq());
    owed_from_.erase(earlier.seq());
  }
  if (brought.part() < brought.of()) return;
  if (!owed_.empty() || !owed_from_.empty()) Fault(record, "is the last part, and more is owed");
  owed_.clear();
  owed_from_.clear();
  owed_because_ = 0;
  Move(record.seq(), record.envelope.placed_ms());
  std::set<int> persons;
  for (const auto& [person, seq] : brought_) {
    Stand(person, seq, record.seq(), record.envelope.placed_ms(), brought.because());
    persons.insert(person);
  }
  for (const auto& [person, seq] : left_) persons.insert(person);
  brought_.clear();
  left_.clear();
  for (const int person : persons) Concern(person, record.seq(), false);
}

// What left is known as gone from the last part on; what left and comes again stands as before.
void Model::Move(Seq last, Millis at) {
  for (const auto& [person, seq] : left_) {
    auto& entries = children_[person].entries;
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&, of = seq](const auto& entry) { return entry.seq == of; });
    if (found == entries.end()) continue;
    found->withdrawn_by = last;
    found->withdrawn_at = at;
    found->withdrawn_reason = "linked";
    found->counts = false;
  }
}

void Model::TakeTick(const log::Accepted& record) {
  const v1::Tick& tick = record.decision.tick();
  const Millis at = tick.at_ms();
  const Millis last = tick_.value_or(opened_);
  if (at % history_.interval != 0 || at <= last) Fault(record, "is no tick that can follow");
  if (at - last > history_.largest_step && !released_.contains(at)) {
    Fault(record, "nobody released the tick");
  }
  // Everything that lay on a feed before the instant was decided on, unless the tick says that the
  // feed is behind.
  const std::set<std::string> behind(tick.behind().begin(), tick.behind().end());
  for (const std::string& topic : active_) {
    if (behind.contains(topic)) continue;
    const auto feed = history_.feeds.find(topic);
    if (feed == history_.feeds.end()) continue;
    for (std::size_t i = next_[topic]; i < feed->second.size(); ++i) {
      const log::Record& waiting = feed->second[i];
      if (waiting.appended + history_.skew >= at) break;
      if (FateOf(AgencyOf(topic), waiting) == Fate::kRepeat) continue;
      Fault(record, fmt::format("time passes {} with offset {} of {} of {} undecided", at,
                                waiting.offset, topic, waiting.appended));
    }
  }
  tick_ = at;
  held_ = 0;
  Fire(record.seq());
}

void Model::CheckLeftovers() {
  for (const auto& [topic, feed] : history_.feeds) {
    if (!active_.contains(topic)) continue;
    for (std::size_t i = next_[topic]; i < feed.size(); ++i) {
      if (FateOf(AgencyOf(topic), feed[i]) == Fate::kRepeat) continue;
      faults_.push_back(fmt::format("offset {} of {} was never decided on", feed[i].offset, topic));
    }
  }
  if (!owed_.empty() || !owed_from_.empty()) {
    faults_.push_back("the parts of the last decision are missing");
  }
}

}  // namespace throughline::sim
