#include "engine/intake/people.h"

#include <algorithm>

#include "engine/intake/relations.h"

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

// `change` is called for the rows of the person's records; those that it says it changed are put.
template <typename Change>
void People::ChangeRelations(const PersonId& person, const Change& change) {
  for (const PersonId& record : state_.RecordsOf(person)) {
    v1::IntakeRelations relations = state_.Relations(record);
    bool changed = false;
    for (v1::IntakeRelation& row : *relations.mutable_relations()) {
      changed = change(row) || changed;
    }
    if (changed) Put(keys::Relations(record.Raw()), relations);
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
  moved.merge(Unsay(placed));
  return moved;
}

void People::KeepApart(const v1::KeptApart& apart) { KeepApart(apart.first(), apart.second()); }

// Relations that became known or ended by this record; those whose contacts may move by it.
std::set<PersonId> People::SayRelations(const v1::Placed& placed) {
  std::set<PersonId> ends;
  for (const auto& relation : placed.relations()) AddEnds(relation, ends);
  for (const auto& ended : placed.relations_ended()) AddEnds(ended, ends);
  if (ends.empty()) return ends;
  std::set<PersonId> around = Family(state_).Around(ends);
  for (const auto& relation : placed.relations()) KnowRelation(relation);
  for (const auto& ended : placed.relations_ended()) EndRelation(ended);
  around.merge(Family(state_).Around(ends));
  return around;
}

void People::KnowRelation(const v1::RelationKnown& relation) {
  v1::IntakeRelation row;
  row.set_relation(relation.relation());
  row.set_seq(seq_);
  std::uint32_t carries = 0;
  for (const std::string& code : relation.carries()) carries |= CarriesBit(code);
  row.set_carries(carries);
  const Interval span = SpanOf(relation);
  row.set_earliest_ms(span.earliest);
  row.set_latest_ms(span.latest);
  row.set_says(DigestOf(relation));
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
  *relations.add_relations() = std::move(row);
  Put(keys::Relations(record), relations);
}

void People::EndRelation(const v1::RelationEnded& ended) {
  auto from = PersonId::FromRaw(ended.from());
  auto to = PersonId::FromRaw(ended.to());
  if (!from || !to) return;
  auto until = Implied(ended.until());
  const auto end_at = [&](const PersonId& person, const PersonId& other, bool is_from) {
    ChangeRelations(person, [&](v1::IntakeRelation& row) {
      auto end = PersonId::FromRaw(row.other());
      if (row.is_from() != is_from || row.relation() != ended.relation() || !end ||
          state_.PartOf(*end) != other) {
        return false;
      }
      if (ended.reason() == "in_error") row.set_carries(0);
      if (until) row.set_latest_ms(std::min(row.latest_ms(), until->latest));
      return true;
    });
  };
  end_at(state_.PartOf(*from), state_.PartOf(*to), true);
  end_at(state_.PartOf(*to), state_.PartOf(*from), false);
}

// Contacts that are somebody else's, or whose statements of relations stand no more.
std::set<PersonId> People::Unsay(const v1::Placed& placed) {
  std::set<PersonId> moved;
  for (const Seq seq : placed.wrong_person()) {
    auto contact = state_.Contact(seq);
    if (!contact) continue;
    contact->set_wrong_person(true);
    Put(keys::Contact(seq), *contact);
    for (const auto& standing : contact->standings()) {
      if (auto id = PersonId::FromRaw(standing.person())) moved.insert(*id);
    }
  }
  for (const Seq seq : placed.unsaid()) moved.merge(UnsayRelations(seq));
  return moved;
}

std::set<PersonId> People::UnsayRelations(Seq seq) {
  std::set<PersonId> ends;
  auto contact = state_.Contact(seq);
  if (!contact) return ends;
  for (const v1::IntakeSubject& subject : contact->subjects()) {
    auto id = PersonId::FromRaw(subject.record());
    if (!id) continue;
    const auto rows = state_.Relations(*id).relations();
    const bool said = std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
      return row.seq() == seq && row.carries() != 0;
    });
    if (said) ends.insert(state_.PartOf(*id));
  }
  if (ends.empty()) return ends;
  std::set<PersonId> around = Family(state_).Around(ends);
  for (const PersonId& person : ends) {
    ChangeRelations(person, [&](v1::IntakeRelation& row) {
      if (row.seq() != seq) return false;
      row.set_carries(0);
      return true;
    });
  }
  around.merge(Family(state_).Around(ends));
  return around;
}

std::set<PersonId> People::Link(const v1::Linked& linked) {
  ChangePerson(linked.first(), [&](v1::IntakePerson& person) {
    Insert(linked.second(), *person.mutable_links());
    Remove(linked.second(), *person.mutable_kept_apart());
  });
  ChangePerson(linked.second(), [&](v1::IntakePerson& person) {
    Insert(linked.first(), *person.mutable_links());
    Remove(linked.first(), *person.mutable_kept_apart());
  });
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
  for (const PersonId& record : records) store_.Put(keys::PartOf(record.Raw()), linked.kept());
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
  std::set<PersonId> around = Family(state_).Around({*first, *second});
  ChangePerson(unlinked.first(), [&](v1::IntakePerson& person) {
    for (const std::string& record : unlinked.records()) {
      Remove(record, *person.mutable_members());
    }
  });
  for (const std::string& record : unlinked.records()) {
    if (record == unlinked.second()) {
      store_.Erase(keys::PartOf(record));
      continue;
    }
    store_.Put(keys::PartOf(record), unlinked.second());
    ChangePerson(unlinked.second(),
                 [&](v1::IntakePerson& person) { Insert(record, *person.mutable_members()); });
  }
  for (const Seq seq : unlinked.split()) Split(seq, unlinked.first(), unlinked.second());
  around.merge(Family(state_).Around({*first, *second}));
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
    subject.set_record(second);
  }
  Put(keys::Contact(seq), *contact);
}

void People::KeepApart(const std::string& first, const std::string& second) {
  ChangePerson(first,
               [&](v1::IntakePerson& person) { Insert(second, *person.mutable_kept_apart()); });
  ChangePerson(second,
               [&](v1::IntakePerson& person) { Insert(first, *person.mutable_kept_apart()); });
}

}  // namespace throughline::intake
