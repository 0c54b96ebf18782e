#include "engine/chronology/application.h"

#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/chronology/keys.h"
#include "engine/chronology/read.h"
#include "engine/contact/read_contact.h"
#include "engine/contact/validate.h"

namespace throughline::chronology {
namespace {

Result<PersonId> Person(std::string_view raw) {
  if (const auto person = PersonId::FromRaw(raw)) return *person;
  return Fail(Code::kCorrupt, "a record names a person by {} bytes", raw.size());
}

}  // namespace

Result<Application::Placements> Application::Own(
    const google::protobuf::RepeatedPtrField<v1::Placement>& to) const {
  Placements own;
  for (const v1::Placement& placement : to) {
    TL_ASSIGN(const PersonId person, Person(placement.person()));
    if (context_.shard().Owns(person)) own[person].push_back(placement);
  }
  return own;
}

std::optional<v1::StoredEntry> Application::Entry(const PersonId& person, Seq seq) const {
  const auto value = store_.Get(EntryKey(person, seq));
  if (!value.has_value()) return std::nullopt;
  std::optional<v1::StoredEntry> entry(std::in_place);
  CHECK(entry->ParseFromString(*value));
  return entry;
}

Result<void> Application::SetContent(const log::Item& item, v1::StoredEntry& entry) const {
  // One that was erased before it was brought here comes as no bytes at all.
  if (item.erased || item.content.empty()) {
    ClearContent(entry);
    return {};
  }
  const auto contact = contact::Decode(item.content);
  if (!contact.has_value()) {
    return Fail(Code::kCorrupt, "a placed contact cannot be decoded: {}", contact.error().text);
  }
  const Interval occurred = contact::Occurred(*contact);
  entry.set_earliest_ms(occurred.earliest);
  entry.set_latest_ms(occurred.latest);
  entry.set_recorded_ms(contact::RecordedInstant(*contact, entry.received_ms()));
  entry.set_original(item.content);
  return {};
}

void Application::Stand(PersonRow& person, const std::vector<v1::Placement>& placements,
                        const v1::StoredStanding& standing, Seq seq, std::uint32_t item,
                        v1::StoredEntry& entry) {
  // A contact's own record stands on a person once, and first.
  auto known = seq == record_.seq() ? std::nullopt : Entry(person.person(), seq);
  v1::StoredEntry& row = known.has_value() ? *known : entry;
  v1::StoredStanding& added = *row.add_standings();
  added = standing;
  for (const v1::Placement& placement : placements) {
    *added.add_placements() = placement;
    person.Is(placement.person_kind(), standing.since_seq());
    if (placement.has_via_reference()) {
      v1::ScopedReference reference;
      reference.set_scheme(placement.via_reference().scheme());
      reference.set_value(placement.via_reference().value());
      reference.set_scope(placement.scope());
      person.AddReference(reference, standing.since_seq());
    }
  }
  if (known.has_value()) {
    person.Rewrote(record_.seq());
  } else {
    person.AddEntry(seq, record_.seq());
  }
  store_.Put(EntryKey(person.person(), seq), row.SerializeAsString());
  if (!known.has_value()) entry.mutable_standings()->RemoveLast();
  std::string value;
  AppendU64(value, seq);
  store_.Put(ContactKey(row.agency(), row.contact_id(), person.person()), value);
  store_.Put(JournalKey(record_.seq(), item, person.person()), value);
}

// What a record says of who a person is.
Result<void> Application::Name(const v1::PersonMade& named) {
  TL_ASSIGN(const PersonId id, Person(named.person()));
  if (!context_.shard().Owns(id)) return {};
  PersonRow person(store_, id);
  person.Is(named.person_kind(), record_.seq());
  for (const v1::ScopedReference& reference : named.references()) {
    person.AddReference(reference, record_.seq());
  }
  store_.Put(JournalKey(record_.seq(), 0, id), {});
  person.Put(record_.seq());
  return {};
}

void Application::EndReference(const v1::ScopedReference& reference) {
  for (const PersonId& id :
       FindPersons(store_, reference.scheme(), reference.value(), reference.scope())) {
    PersonRow person(store_, id);
    person.EndReference(reference, record_.seq());
    person.Put(record_.seq());
  }
}

Result<void> Application::Placed(const v1::Placed& placed) {
  TL_ASSIGN(const Placements own, Own(placed.to()));
  const Seq seq = record_.seq();
  auto& entry = *google::protobuf::Arena::CreateMessage<v1::StoredEntry>(&arena_);
  entry.set_agency(placed.agency());
  entry.set_contact_id(placed.contact_id());
  entry.set_kind(placed.kind());
  entry.set_received_ms(record_.envelope.received_ms());
  entry.set_placed_ms(record_.envelope.placed_ms());
  entry.set_history(placed.history());
  entry.set_import(placed.import());
  *entry.mutable_warnings() = placed.warnings();
  if (!own.empty()) {
    if (record_.contacts.size() != 1) {
      return Fail(Code::kCorrupt, "a placed record carries {} contacts", record_.contacts.size());
    }
    TL_TRY(SetContent(record_.contacts[0], entry));
  }
  v1::StoredStanding standing;
  standing.set_since_seq(seq);
  standing.set_since_ms(record_.envelope.placed_ms());

  for (const auto* named : {&placed.made(), &placed.also_named()}) {
    for (const v1::PersonMade& one : *named) TL_TRY(Name(one));
  }
  for (const v1::ScopedReference& reference : placed.ended()) EndReference(reference);
  for (const auto& [id, placements] : own) {
    PersonRow person(store_, id);
    Stand(person, placements, standing, seq, 1, entry);
    // Whoever is still called unborn in the contact of the birth is the child that was born.
    for (const v1::Placement& placement : placements) {
      if (placed.kind() == "birth" && placement.why() == "subject" &&
          placement.person_kind() == "unborn_child") {
        person.Is("child", seq);
      }
    }
    person.Put(seq);
  }
  return {};
}

Result<void> Application::PlacedBecause(const v1::PlacedBecause& placed) {
  const Seq last = placed.because() + placed.of();
  if (placed.part() < 1 || placed.part() > placed.of() ||
      record_.seq() != placed.because() + placed.part()) {
    return Fail(Code::kCorrupt, "part {} of {} of decision {} lies at {}", placed.part(),
                placed.of(), placed.because(), record_.seq());
  }
  if (static_cast<std::size_t>(placed.contacts_size()) != record_.contacts.size()) {
    return Fail(Code::kCorrupt, "a part names {} contacts and carries {}", placed.contacts_size(),
                record_.contacts.size());
  }
  v1::StoredStanding standing;
  standing.set_because(placed.because());
  standing.set_since_seq(last);
  std::map<PersonId, PersonRow> persons;
  for (std::size_t i = 0; i < record_.contacts.size(); ++i) {
    const v1::EarlierContact& earlier = placed.contacts(static_cast<int>(i));
    TL_ASSIGN(const Placements own, Own(earlier.to()));
    if (own.empty()) continue;
    auto& entry = *google::protobuf::Arena::CreateMessage<v1::StoredEntry>(&arena_);
    entry.set_agency(earlier.agency());
    entry.set_contact_id(earlier.contact_id());
    entry.set_kind(earlier.kind());
    entry.set_received_ms(earlier.received_ms());
    entry.set_placed_ms(earlier.placed_ms());
    entry.set_history(earlier.history());
    entry.set_import(earlier.import());
    *entry.mutable_warnings() = earlier.warnings();
    TL_TRY(SetContent(record_.contacts[i], entry));
    for (const auto& [id, placements] : own) {
      const auto person = persons.try_emplace(id, store_, id).first;
      Stand(person->second, placements, standing, earlier.seq(), static_cast<std::uint32_t>(i + 1),
            entry);
    }
  }
  for (auto& [id, person] : persons) person.Put(record_.seq());
  if (placed.part() == placed.of()) CompleteParts(placed.because(), last);
  return {};
}

void Application::CompleteParts(Seq because, Seq last) {
  std::vector<std::pair<PersonId, Seq>> brought;
  store_.Scan(JournalItemsOf(because + 1), PrefixEnd(JournalItemsOf(last)),
              [&](std::string_view key, std::string_view value) {
                brought.emplace_back(*LastPerson(key), *LastSeq(value));
                return true;
              });
  std::map<PersonId, PersonRow> persons;
  for (const auto& [id, seq] : brought) {
    auto entry = Entry(id, seq);
    CHECK(entry.has_value());
    for (v1::StoredStanding& standing : *entry->mutable_standings()) {
      if (standing.because() != because || standing.since_ms() != 0) continue;
      // A writer that took over midway may have cut the rest into another number of parts.
      standing.set_since_seq(last);
      standing.set_since_ms(record_.envelope.placed_ms());
    }
    store_.Put(EntryKey(id, seq), entry->SerializeAsString());
    persons.try_emplace(id, store_, id).first->second.Rewrote(last);
  }
  for (auto& [id, person] : persons) person.Put(last);
}

Result<void> Application::Withdrawn(const v1::Withdrawn& withdrawn) {
  std::map<PersonId, PersonRow> persons;
  for (const v1::WithdrawnPlacement& placement : withdrawn.placements()) {
    TL_ASSIGN(const PersonId id, Person(placement.person()));
    if (!context_.shard().Owns(id)) continue;
    auto entry = Entry(id, placement.seq());
    // The record that put it there was refused: the person is incomplete already.
    if (!entry.has_value()) continue;
    for (v1::StoredStanding& standing : *entry->mutable_standings()) {
      if (standing.withdrawn_seq() != 0) continue;
      standing.set_withdrawn_seq(record_.seq());
      standing.set_withdrawn_ms(record_.envelope.placed_ms());
      standing.set_withdrawn_reason(withdrawn.reason());
    }
    store_.Put(EntryKey(id, placement.seq()), entry->SerializeAsString());
    persons.try_emplace(id, store_, id).first->second.Rewrote(record_.seq());
  }
  for (auto& [id, person] : persons) person.Put(record_.seq());
  return {};
}

Result<void> Application::Note(std::string_view first, std::string_view second,
                               v1::StoredNote note) {
  note.set_placed_ms(record_.envelope.placed_ms());
  for (const std::string_view raw : {first, second}) {
    TL_ASSIGN(const PersonId id, Person(raw));
    if (!context_.shard().Owns(id)) continue;
    store_.Put(NoteKey(id, record_.seq()), note.SerializeAsString());
    store_.Put(JournalKey(record_.seq(), 0, id), {});
    PersonRow(store_, id).Put(record_.seq());
  }
  return {};
}

}  // namespace throughline::chronology
