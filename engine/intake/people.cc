#include "engine/intake/people.h"

#include <algorithm>
#include <map>

#include "engine/intake/lifetimes.h"
#include "engine/intake/relations.h"
#include "engine/intake/teaching.h"

namespace throughline::intake {
namespace {

using Raws = google::protobuf::RepeatedPtrField<std::string>;

void Insert(const std::string& raw, Raws& into) {
  auto at = std::lower_bound(into.begin(), into.end(), raw);
  if (at != into.end() && *at == raw) return;
  const auto index = at - into.begin();
  *into.Add() = raw;
  std::rotate(into.begin() + index, into.end() - 1, into.end());
}

void Remove(const std::string& raw, Raws& from) {
  from.erase(std::remove(from.begin(), from.end(), raw), from.end());
}

bool IsSaidBy(Seq seq, const std::string& other, const v1::IntakeEnding& row) {
  return row.said().seq() == seq && (other.empty() || row.other() == other);
}

}  // namespace

void People::Put(const std::string& key, const google::protobuf::MessageLite& message) {
  store_.Put(key, message.SerializeAsString());
}

template <typename Relation>
void People::AddEnds(const Relation& relation, std::set<PersonId>& ends) {
  for (const std::string* raw : {&relation.from(), &relation.to()}) {
    if (auto id = PersonId::FromRaw(*raw)) ends.insert(state_.PartOf(*id));
  }
}

template <typename Change>
void People::ChangePerson(const std::string& record, const Change& change) {
  auto id = PersonId::FromRaw(record);
  if (!id) return;
  auto person = state_.Person(*id).value_or(v1::IntakePerson());
  change(person);
  Put(keys::Person(record), person);
}

std::set<PersonId> People::Say(const v1::Placed& placed) {
  std::set<PersonId> moved = SayRelations(placed);
  for (const Seq seq : placed.unsaid()) moved.merge(SetUnsaid(seq, true));
  for (const Seq seq : placed.said_again()) moved.merge(SetUnsaid(seq, false));
  for (const Seq seq : placed.wrong_person()) moved.merge(SetWrongPerson(seq, true));
  for (const Seq seq : placed.belongs_again()) moved.merge(SetWrongPerson(seq, false));
  return moved;
}

void People::KeepApart(const v1::KeptApart& apart) { KeepApart(apart.first(), apart.second()); }

// Relations that became known or ended by this record; those whose contacts may move by it.
std::set<PersonId> People::SayRelations(const v1::Placed& placed) {
  std::set<PersonId> ends;
  for (const auto& relation : placed.relations()) {
    if (!HoldsAlready(relation)) AddEnds(relation, ends);
  }
  for (const auto& ended : placed.relations_ended()) AddEnds(ended, ends);
  for (const auto& move : placed.placement_moves()) {
    if (auto child = PersonId::FromRaw(move.child())) ends.insert(state_.PartOf(*child));
  }
  std::set<PersonId> around;
  if (!ends.empty()) around = Family(state_).Around(ends);
  for (const auto& relation : placed.relations()) KnowRelation(relation);
  for (const auto& ended : placed.relations_ended()) EndRelation(ended);
  for (const auto& move : placed.placement_moves()) KeepMove(move, placed.agency());
  if (!ends.empty()) around.merge(Family(state_).Around(ends));
  return around;
}

// The same stands as it is said, and nothing may have ended it: to say it again changes nothing.
bool People::HoldsAlready(const v1::RelationKnown& relation) const {
  auto from = PersonId::FromRaw(relation.from());
  auto to = PersonId::FromRaw(relation.to());
  if (!from || !to) return true;
  const auto ends = [&](const v1::IntakeRelation& row) {
    return row.latest_ms() != kLatest && row.relation() == relation.relation() &&
           row.agency() == relation.source().agency();
  };
  for (const PersonId& end : {*from, *to}) {
    for (const PersonId& record : state_.RecordsOf(state_.PartOf(end))) {
      const v1::IntakeRelations said = state_.Relations(record);
      const auto& rows = said.relations();
      if (said.ended_size() > 0 || said.moves_size() > 0) return false;
      if (std::any_of(rows.begin(), rows.end(), ends)) return false;
    }
  }
  const v1::IntakeRelations known = state_.Relations(*from);
  const std::uint64_t says = DigestOf(relation);
  return std::any_of(known.relations().begin(), known.relations().end(), [&](const auto& row) {
    return row.is_from() && row.other() == relation.to() && row.says() == says &&
           std::any_of(row.said().begin(), row.said().end(),
                       [](const auto& said) { return !said.unsaid(); });
  });
}

v1::IntakeSaid People::Said(Millis recorded) const {
  v1::IntakeSaid said;
  said.set_seq(seq_);
  said.set_recorded_ms(recorded);
  return said;
}

void People::KnowRelation(const v1::RelationKnown& relation) {
  v1::IntakeRelation row;
  row.set_relation(relation.relation());
  std::uint32_t carries = 0;
  for (const std::string& code : relation.carries()) carries |= CarriesBit(code);
  row.set_carries(carries);
  const Interval span = SpanOf(relation);
  row.set_earliest_ms(span.earliest);
  row.set_latest_ms(span.latest);
  row.set_says(DigestOf(relation));
  row.set_agency(relation.source().agency());
  row.set_verified(relation.confidence() == "verified");
  *row.add_said() = Said(relation.recorded_ms());
  row.set_is_from(true);
  AddRelation(relation.from(), relation.to(), row);
  row.set_is_from(false);
  AddRelation(relation.to(), relation.from(), row);
}

void People::AddRelation(const std::string& record, const std::string& other,
                         v1::IntakeRelation row) {
  auto id = PersonId::FromRaw(record);
  if (!id) return;
  row.set_other(other);
  v1::IntakeRelations relations = state_.Relations(*id);
  for (v1::IntakeRelation& known : *relations.mutable_relations()) {
    if (known.other() != other || known.is_from() != row.is_from() || known.says() != row.says() ||
        known.carries() != row.carries()) {
      continue;
    }
    if (known.said_size() >= kMaxSaid) known.mutable_said()->DeleteSubrange(0, 1);
    *known.add_said() = row.said(0);
    return Put(keys::Relations(record), relations);
  }
  *relations.add_relations() = std::move(row);
  Put(keys::Relations(record), relations);
}

// Kept with the records that it names; it ends what is known of the persons that these are part of.
void People::EndRelation(const v1::RelationEnded& ended) {
  v1::IntakeEnding row;
  row.set_relation(ended.relation());
  *row.mutable_said() = Said(ended.recorded_ms());
  // What is written down as over was over by then.
  const Interval until = Implied(ended.until()).value_or(Interval{});
  const bool is_over = until.earliest <= ended.recorded_ms();
  row.set_latest_ms(is_over ? std::min(until.latest, ended.recorded_ms()) : until.latest);
  row.set_in_error(ended.reason() == "in_error");
  row.set_agency(ended.source().agency());
  row.set_verified(ended.confidence() == "verified");
  *row.mutable_stops() = ended.stops();
  row.set_is_from(true);
  AddEnding(ended.from(), ended.to(), row);
  row.set_is_from(false);
  AddEnding(ended.to(), ended.from(), row);
}

void People::AddEnding(const std::string& record, const std::string& other, v1::IntakeEnding row) {
  auto id = PersonId::FromRaw(record);
  if (!id) return;
  v1::IntakeRelations relations = state_.Relations(*id);
  if (relations.ended_size() >= kMaxRelations) return;
  row.set_other(other);
  *relations.add_ended() = std::move(row);
  Put(keys::Relations(record), relations);
}

void People::KeepMove(const v1::PlacementMove& move, const std::string& agency) {
  const auto at = Implied(move.at());
  if (!at) return;
  v1::IntakePlacementMove row;
  row.set_starts(move.starts());
  row.set_temporary(move.temporary());
  row.set_own_home(move.own_home());
  row.set_leaves(move.leaves());
  row.set_earliest_ms(at->earliest);
  row.set_latest_ms(at->latest);
  row.set_agency(agency);
  *row.mutable_said() = Said(move.recorded_ms());
  AddMove(move.child(), std::move(row));
}

void People::AddMove(const std::string& record, v1::IntakePlacementMove row) {
  auto id = PersonId::FromRaw(record);
  if (!id) return;
  v1::IntakeRelations relations = state_.Relations(*id);
  if (relations.moves_size() >= kMaxRelations) return;
  *relations.add_moves() = std::move(row);
  Put(keys::Relations(record), relations);
}

// Contacts that are somebody else's from now on, or are not any more.
std::set<PersonId> People::SetWrongPerson(Seq seq, bool wrong_person) {
  std::set<PersonId> moved;
  auto contact = state_.Contact(seq);
  if (!contact) return moved;
  contact->set_wrong_person(wrong_person);
  std::set<PersonId> related;
  for (const v1::IntakeSubject& subject : contact->subjects()) {
    const PersonId record = PersonIn(subject.record());
    if (state_.Relations(record).relations_size() > 0) related.insert(state_.PartOf(record));
  }
  if (!related.empty()) moved = Family(state_).Around(related);
  Teaching teaching(store_);
  if (wrong_person) {
    teaching.Forget(seq, *contact);
  } else {
    teaching.LearnAgain(*contact);
  }
  Put(keys::Contact(seq), *contact);
  // A date of birth may have come or gone: nobody lives in a home before that.
  if (!related.empty()) moved.merge(Family(state_).Around(related));
  for (const auto& standing : contact->standings()) moved.insert(PersonIn(standing.person()));
  return moved;
}

// Whose statements of relations stand no more from now on, or stand again.
std::set<PersonId> People::SetUnsaid(Seq seq, bool unsaid) {
  std::set<PersonId> around;
  auto contact = state_.Contact(seq);
  if (!contact) return around;
  SetUnborn(seq, *contact, unsaid);
  std::map<PersonId, v1::IntakeRelations> changed;
  for (const v1::IntakeSubject& subject : contact->subjects()) {
    const PersonId record = PersonIn(subject.record());
    v1::IntakeRelations relations = state_.Relations(record);
    bool here = false;
    const auto set = [&](v1::IntakeSaid& said) {
      if (said.seq() != seq || said.unsaid() == unsaid) return;
      said.set_unsaid(unsaid);
      here = true;
    };
    for (v1::IntakeRelation& row : *relations.mutable_relations()) {
      for (v1::IntakeSaid& said : *row.mutable_said()) set(said);
    }
    for (v1::IntakeEnding& row : *relations.mutable_ended()) set(*row.mutable_said());
    for (v1::IntakePlacementMove& row : *relations.mutable_moves()) set(*row.mutable_said());
    if (here) changed[record] = std::move(relations);
  }
  if (changed.empty()) return around;
  std::set<PersonId> ends;
  for (const auto& [record, relations] : changed) ends.insert(state_.PartOf(record));
  around = Family(state_).Around(ends);
  for (const auto& [record, relations] : changed) {
    Put(keys::Relations(record.Raw()), relations);
  }
  around.merge(Family(state_).Around(ends));
  return around;
}

// Whoever was born by it is not any more, or is again.
void People::SetUnborn(Seq seq, const v1::IntakeContact& contact, bool unborn) {
  for (const std::string& record : contact.born()) {
    ChangePerson(record, [&](v1::IntakePerson& person) {
      for (v1::IntakeBirth& birth : *person.mutable_births()) {
        if (birth.seq() == seq) birth.set_unsaid(unborn);
      }
    });
  }
}

void People::BecomePartOf(const std::string& record, const std::string& person) {
  ChangePerson(record, [&](v1::IntakePerson& row) { row.set_part_of(person); });
}

std::set<PersonId> People::Link(const v1::Linked& linked) {
  const auto to = [&](const std::string& record, const std::string& other) {
    ChangePerson(record, [&](v1::IntakePerson& person) {
      Insert(other, *person.mutable_links());
      Remove(other, *person.mutable_kept_apart());
      auto& by_rule = *person.mutable_linked_by_rule();
      if (linked.by_rule()) {
        Insert(other, by_rule);
      } else {
        Remove(other, by_rule);
      }
    });
  };
  to(linked.first(), linked.second());
  to(linked.second(), linked.first());
  auto kept = PersonId::FromRaw(linked.kept());
  auto joined = PersonId::FromRaw(linked.joined());
  if (!kept || !joined || *kept == *joined) return {};
  std::set<PersonId> around = Family(state_).Around({*kept, *joined});
  const auto records = state_.RecordsOf(*joined);
  ChangePerson(linked.joined(), [](v1::IntakePerson& person) { person.clear_members(); });
  ChangePerson(linked.kept(), [&](v1::IntakePerson& person) {
    for (const PersonId& record : records) {
      Insert(std::string(record.Raw()), *person.mutable_members());
    }
  });
  for (const PersonId& record : records) BecomePartOf(std::string(record.Raw()), linked.kept());
  around.merge(Family(state_).Around({*kept}));
  around.insert(*joined);
  return around;
}

std::set<PersonId> People::Unlink(const v1::Unlinked& unlinked) {
  ChangePerson(unlinked.first_record(), [&](v1::IntakePerson& person) {
    Remove(unlinked.second_record(), *person.mutable_links());
  });
  ChangePerson(unlinked.second_record(), [&](v1::IntakePerson& person) {
    Remove(unlinked.first_record(), *person.mutable_links());
  });
  if (unlinked.kept_apart()) KeepApart(unlinked.first_record(), unlinked.second_record());
  auto first = PersonId::FromRaw(unlinked.first());
  auto second = PersonId::FromRaw(unlinked.second());
  if (!first || !second) return {};
  // What is split off may go to a record that is part of another person.
  const auto persons = [&] {
    return std::set<PersonId>{state_.PartOf(*first), state_.PartOf(*second)};
  };
  std::set<PersonId> around = Family(state_).Around(persons());
  ChangePerson(unlinked.first(), [&](v1::IntakePerson& person) {
    for (const std::string& record : unlinked.records()) {
      Remove(record, *person.mutable_members());
    }
  });
  for (const std::string& record : unlinked.records()) {
    if (record == unlinked.second()) {
      BecomePartOf(record, {});
      continue;
    }
    BecomePartOf(record, unlinked.second());
    ChangePerson(unlinked.second(),
                 [&](v1::IntakePerson& person) { Insert(record, *person.mutable_members()); });
  }
  for (const Seq seq : unlinked.split()) Split(seq, unlinked.first(), unlinked.second());
  around.merge(Family(state_).Around(persons()));
  return around;
}

// As one of the records of `first` the contact named `second`.
void People::Split(Seq seq, const std::string& first, const std::string& second) {
  auto contact = state_.Contact(seq);
  auto person = PersonId::FromRaw(first);
  if (!contact || !person) return;
  for (v1::IntakeSubject& subject : *contact->mutable_subjects()) {
    auto record = PersonId::FromRaw(subject.record());
    if (!record || state_.PartOf(*record) != *person) continue;
    if (subject.placed().empty()) subject.set_placed(subject.record());
    MoveStatements(seq, subject.record(), second);
    Teaching(store_).Move(seq, subject, PersonIn(second));
    MoveDeath(seq, *record, PersonIn(second));
    subject.set_record(second);
  }
  Put(keys::Contact(seq), *contact);
}

void People::MoveDeath(Seq seq, const PersonId& from, const PersonId& to) {
  auto there = state_.Person(from);
  if (!there || from == to) return;
  auto here = state_.Person(to).value_or(v1::IntakePerson());
  if (!intake::MoveDeath(seq, *there, here)) return;
  Put(keys::Person(from.Raw()), *there);
  Put(keys::Person(to.Raw()), here);
}

// What the contact says of the one it says of the other from now on: so it stands at the other ends
// too. Of somebody to themselves nothing is kept.
void People::MoveStatements(Seq seq, const std::string& from, const std::string& to) {
  const v1::IntakeRelations moved = TakeStatements(seq, from, {});
  std::set<std::string> others;
  for (const auto& row : moved.relations()) others.insert(row.other());
  for (const auto& row : moved.ended()) others.insert(row.other());
  for (const std::string& other : others) {
    const v1::IntakeRelations theirs = TakeStatements(seq, other, from);
    if (other == to) continue;
    for (const auto& row : theirs.relations()) AddRelation(other, to, row);
    for (const auto& row : theirs.ended()) AddEnding(other, to, row);
  }
  for (const auto& row : moved.relations()) {
    if (row.other() != to) AddRelation(to, row.other(), row);
  }
  for (const auto& row : moved.ended()) {
    if (row.other() != to) AddEnding(to, row.other(), row);
  }
  for (const auto& row : moved.moves()) AddMove(to, row);
}

// Takes out what the contact says of the record, to that other one or, if empty, to anybody and of
// where it is placed.
v1::IntakeRelations People::TakeStatements(Seq seq, const std::string& record,
                                           const std::string& other) {
  v1::IntakeRelations taken;
  v1::IntakeRelations left = state_.Relations(PersonIn(record));
  for (v1::IntakeRelation& row : *left.mutable_relations()) {
    if (!other.empty() && row.other() != other) continue;
    auto& said = *row.mutable_said();
    const auto at = std::find_if(said.begin(), said.end(),
                                 [&](const v1::IntakeSaid& one) { return one.seq() == seq; });
    if (at == said.end()) continue;
    v1::IntakeRelation& out = *taken.add_relations();
    out = row;
    out.clear_said();
    *out.add_said() = *at;
    said.erase(at);
  }
  for (const v1::IntakeEnding& row : left.ended()) {
    if (IsSaidBy(seq, other, row)) *taken.add_ended() = row;
  }
  for (const v1::IntakePlacementMove& row : left.moves()) {
    if (other.empty() && row.said().seq() == seq) *taken.add_moves() = row;
  }
  auto& relations = *left.mutable_relations();
  relations.erase(std::remove_if(relations.begin(), relations.end(),
                                 [](const auto& row) { return row.said().empty(); }),
                  relations.end());
  auto& ended = *left.mutable_ended();
  ended.erase(std::remove_if(ended.begin(), ended.end(),
                             [&](const auto& row) { return IsSaidBy(seq, other, row); }),
              ended.end());
  if (taken.moves_size() > 0) {
    auto& moves = *left.mutable_moves();
    moves.erase(std::remove_if(moves.begin(), moves.end(),
                               [&](const auto& row) { return row.said().seq() == seq; }),
                moves.end());
  }
  if (taken.relations_size() + taken.ended_size() + taken.moves_size() > 0)
    Put(keys::Relations(record), left);
  return taken;
}

void People::KeepApart(const std::string& first, const std::string& second) {
  const auto from = [&](const std::string& record, const std::string& other) {
    ChangePerson(record, [&](v1::IntakePerson& person) {
      Insert(other, *person.mutable_kept_apart());
      Remove(other, *person.mutable_linked_by_rule());
    });
  };
  from(first, second);
  from(second, first);
}

}  // namespace throughline::intake
