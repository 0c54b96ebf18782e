#include "engine/chronology/application.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/chronology/contact_marks.h"
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

// Beyond it, a correction that stands beside says what it corrects.
constexpr int kMostCorrected = 256;

// What a correction corrects in turn is known by that record; by none: from when it is itself.
void CorrectFurther(const std::string& contact_id, const v1::JournalEnvelope& by,
                    v1::StoredEntry& entry) {
  const auto& known = entry.corrects_further();
  const bool there = contact_id == entry.contact_id() ||
                     std::any_of(known.begin(), known.end(),
                                 [&](const auto& one) { return one.contact_id() == contact_id; });
  if (there || known.size() >= kMostCorrected) return;
  v1::StoredCorrected& further = *entry.add_corrects_further();
  further.set_contact_id(contact_id);
  further.set_since_seq(by.seq());
  further.set_since_ms(by.placed_ms());
}

}  // namespace

Result<Application::Placements> Application::Own(
    const google::protobuf::RepeatedPtrField<v1::Placement>& to) const {
  Placements own;
  for (const v1::Placement& placement : to) {
    TL_ASSIGN(const PersonId person, Person(placement.person()));
    if (context_.shard().Owns(person)) own[person].push_back(&placement);
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

Result<const v1::Contact*> Application::SetContent(const log::Item& item, v1::StoredEntry& entry) {
  // One that was erased before it was brought here comes as no bytes at all.
  if (item.erased || item.content.empty()) {
    ClearContent(entry);
    return nullptr;
  }
  auto& contact = *google::protobuf::Arena::CreateMessage<v1::Contact>(&arena_);
  const auto decoded = contact::DecodeInto(item.content, contact);
  if (!decoded) {
    return Fail(Code::kCorrupt, "a placed contact cannot be decoded: {}", decoded.error().text);
  }
  const Interval occurred = contact::Occurred(contact);
  entry.set_earliest_ms(occurred.earliest);
  entry.set_latest_ms(occurred.latest);
  entry.set_recorded_ms(contact::RecordedInstant(contact, entry.received_ms()));
  entry.set_original(item.content);
  return &contact;
}

void Application::Stand(PersonRow& person, const std::vector<const v1::Placement*>& placements,
                        const v1::StoredStanding& standing, Seq seq, std::uint32_t item,
                        const v1::Contact* contact, v1::StoredEntry& entry) {
  // A contact's own record stands on a person once, and first.
  auto known = seq == record_.seq() ? std::nullopt : Entry(person.person(), seq);
  v1::StoredEntry& row = known.has_value() ? *known : entry;
  v1::StoredStanding& added = *row.add_standings();
  added = standing;
  for (const v1::Placement* placement : placements) {
    *added.add_placements() = *placement;
    if (contact != nullptr) person.Protect(*contact, *placement, row);
    person.Is(placement->person_kind(), standing.since_seq());
    if (placement->has_via_reference()) {
      v1::ScopedReference reference;
      reference.set_scheme(placement->via_reference().scheme());
      reference.set_value(placement->via_reference().value());
      reference.set_scope(placement->scope());
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

Result<Application::Content> Application::EntryOf(const v1::Placed& placed) {
  if (record_.contacts.size() != 1) {
    return Fail(Code::kCorrupt, "a placed record carries {} contacts", record_.contacts.size());
  }
  auto& entry = *google::protobuf::Arena::CreateMessage<v1::StoredEntry>(&arena_);
  entry.set_agency(placed.agency());
  entry.set_contact_id(placed.contact_id());
  entry.set_kind(placed.kind());
  entry.set_received_ms(record_.envelope.received_ms());
  entry.set_placed_ms(record_.envelope.placed_ms());
  entry.set_history(placed.history());
  entry.set_import(placed.import());
  *entry.mutable_warnings() = placed.warnings();
  for (const std::string& id : placed.corrects_further()) CorrectFurther(id, {}, entry);
  TL_ASSIGN(const v1::Contact* contact, SetContent(record_.contacts[0], entry));
  return Content{&entry, contact};
}

Result<void> Application::Marks(const v1::Placed& placed, const v1::Contact* contact) {
  if (contact == nullptr) {
    if (record_.contacts.size() != 1 || record_.contacts[0].erased) return {};
    auto& decoded = *google::protobuf::Arena::CreateMessage<v1::Contact>(&arena_);
    // Whoever keeps it refuses one that cannot be read.
    if (!contact::DecodeInto(record_.contacts[0].content, decoded)) return {};
    contact = &decoded;
  }
  KeepMarks(placed, *contact, contact::RecordedInstant(*contact, record_.envelope.received_ms()),
            store_);
  return {};
}

Result<void> Application::Placed(const v1::Placed& placed) {
  TL_ASSIGN(const Placements own, Own(placed.to()));
  const Seq seq = record_.seq();
  Content own_content;
  if (!own.empty()) {
    TL_ASSIGN(own_content, EntryOf(placed));
  }
  if (MayMark(placed)) TL_TRY(Marks(placed, own_content.contact));
  for (const auto* named : {&placed.made(), &placed.also_named()}) {
    for (const v1::PersonMade& one : *named) TL_TRY(Name(one));
  }
  for (const v1::ScopedReference& reference : placed.ended()) EndReference(reference);
  TL_TRY(Relations(placed));
  for (const Seq unsaid : placed.unsaid()) SetUnsaid(unsaid, true);
  for (const Seq said : placed.said_again()) SetUnsaid(said, false);
  LengthenChains(placed);
  if (own.empty()) return {};
  v1::StoredStanding standing;
  standing.set_since_seq(seq);
  standing.set_since_ms(record_.envelope.placed_ms());
  for (const auto& [id, placements] : own) {
    PersonRow person(store_, id);
    Stand(person, placements, standing, seq, 1, own_content.contact, *own_content.entry);
    // Whoever is still called unborn in the contact of the birth is the child that was born.
    for (const v1::Placement* placement : placements) {
      if (placed.kind() == "birth" && placement->why() == "subject" &&
          placement->person_kind() == "unborn_child") {
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
    TL_TRY(Withdraw(earlier, placed.reason(), placed.because(), last,
                    static_cast<std::uint32_t>(i + 1), persons));
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
    for (const std::string& id : earlier.corrects_further()) CorrectFurther(id, {}, entry);
    TL_ASSIGN(const v1::Contact* contact, SetContent(record_.contacts[i], entry));
    for (const auto& [id, placements] : own) {
      const auto person = persons.try_emplace(id, store_, id).first;
      Stand(person->second, placements, standing, earlier.seq(), static_cast<std::uint32_t>(i + 1),
            contact, entry);
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
      // A writer that took over midway may have cut the rest into another number of parts.
      if (standing.because() == because && standing.since_ms() == 0) {
        standing.set_since_seq(last);
        standing.set_since_ms(record_.envelope.placed_ms());
      }
      if (standing.withdrawn_because() == because && standing.withdrawn_ms() == 0) {
        standing.set_withdrawn_seq(last);
        standing.set_withdrawn_ms(record_.envelope.placed_ms());
      }
    }
    store_.Put(EntryKey(id, seq), entry->SerializeAsString());
    persons.try_emplace(id, store_, id).first->second.Rewrote(last);
  }
  for (auto& [id, person] : persons) person.Put(last);
  CompleteNotes(because, last);
}

// The notes of the decision itself, and whose record is part of whom by it.
void Application::CompleteNotes(Seq because, Seq last) {
  std::set<PersonId> noted;
  store_.Scan(JournalItem(because, 0), PrefixEnd(JournalItem(because, 0)),
              [&](std::string_view key, std::string_view) {
                noted.insert(*LastPerson(key));
                return true;
              });
  for (const PersonId& id : noted) {
    PersonRow person(store_, id);
    person.CompletePartOf(because, last, record_.envelope.placed_ms());
    if (const auto value = store_.Get(NoteKey(id, because))) {
      v1::StoredNote note;
      CHECK(note.ParseFromString(*value));
      if (note.placed_ms() == 0) {
        note.set_placed_ms(record_.envelope.placed_ms());
        note.set_since_seq(last);
        store_.Put(NoteKey(id, because), note.SerializeAsString());
      }
    }
    person.Rewrote(last);
    person.Put(last);
  }
}

Result<void> Application::Withdraw(const v1::EarlierContact& earlier, std::string_view reason,
                                   Seq because, Seq last, std::uint32_t item,
                                   std::map<PersonId, PersonRow>& persons) {
  for (const std::string& raw : earlier.from()) {
    TL_ASSIGN(const PersonId id, Person(raw));
    if (!context_.shard().Owns(id)) continue;
    auto entry = Entry(id, earlier.seq());
    // The record that put it there was refused: the person is incomplete already.
    if (!entry.has_value()) continue;
    for (v1::StoredStanding& standing : *entry->mutable_standings()) {
      if (standing.withdrawn_because() != 0 || standing.because() == because) continue;
      standing.set_withdrawn_because(because);
      standing.set_withdrawn_seq(last);
      standing.set_withdrawn_reason(earlier.reason().empty() ? std::string(reason)
                                                             : earlier.reason());
    }
    store_.Put(EntryKey(id, earlier.seq()), entry->SerializeAsString());
    std::string value;
    AppendU64(value, earlier.seq());
    store_.Put(JournalKey(record_.seq(), item, id), value);
    persons.try_emplace(id, store_, id).first->second.Rewrote(record_.seq());
  }
  return {};
}

Result<void> Application::Note(std::string_view raw, v1::StoredNote note, std::uint32_t parts) {
  TL_ASSIGN(const PersonId id, Person(raw));
  if (!context_.shard().Owns(id)) return {};
  note.set_since_seq(record_.seq() + parts);
  if (parts == 0) note.set_placed_ms(record_.envelope.placed_ms());
  store_.Put(NoteKey(id, record_.seq()), note.SerializeAsString());
  store_.Put(JournalKey(record_.seq(), 0, id), {});
  PersonRow(store_, id).Put(record_.seq());
  return {};
}

Result<void> Application::BecomePartOf(std::string_view record, std::string_view person,
                                       std::uint32_t parts) {
  TL_ASSIGN(const PersonId id, Person(record));
  if (!context_.shard().Owns(id)) return {};
  PersonRow row(store_, id);
  row.BecomePartOf(person, record_.seq(), record_.seq() + parts,
                   parts == 0 ? record_.envelope.placed_ms() : 0);
  store_.Put(JournalKey(record_.seq(), 0, id), {});
  row.Put(record_.seq());
  return {};
}

Result<void> Application::Linked(const v1::Linked& linked) {
  v1::StoredNote note;
  *note.mutable_linked() = linked;
  note.mutable_linked()->clear_made();
  if (linked.has_made()) TL_TRY(Name(linked.made()));
  TL_TRY(Note(linked.kept(), note, linked.parts()));
  if (linked.kept() == linked.joined()) return {};
  TL_TRY(Note(linked.joined(), note, linked.parts()));
  return BecomePartOf(linked.joined(), linked.kept(), linked.parts());
}

Result<void> Application::Unlinked(const v1::Unlinked& unlinked) {
  v1::StoredNote note;
  *note.mutable_unlinked() = unlinked;
  if (unlinked.has_made()) TL_TRY(Name(unlinked.made()));
  TL_TRY(Note(unlinked.first(), note, unlinked.parts()));
  if (unlinked.first() != unlinked.second()) {
    TL_TRY(Note(unlinked.second(), note, unlinked.parts()));
  }
  for (const std::string& record : unlinked.records()) {
    const bool own = record == unlinked.second();
    TL_TRY(BecomePartOf(record, own ? std::string_view() : unlinked.second(), unlinked.parts()));
  }
  return {};
}

Result<void> Application::KeptApart(const v1::KeptApart& apart) {
  v1::StoredNote note;
  *note.mutable_kept_apart() = apart;
  TL_TRY(Note(apart.first(), note, 0));
  return Note(apart.second(), note, 0);
}

Result<void> Application::Relations(const v1::Placed& placed) {
  if (placed.relations().empty() && placed.relations_ended().empty()) return {};
  // Kept with the records that the contact names and with the persons that those are part of.
  std::map<std::string, std::set<std::string>> kept_with;
  for (const v1::Placement& to : placed.to()) {
    if (!to.record().empty()) kept_with[to.record()].insert(to.person());
  }
  std::map<std::string, v1::StoredNote> notes;
  const auto keep = [&](const auto& relation, const auto& add) {
    std::set<std::string> ends{relation.from(), relation.to()};
    for (const std::string* end : {&relation.from(), &relation.to()}) {
      const auto persons = kept_with.find(*end);
      if (persons != kept_with.end()) ends.insert(persons->second.begin(), persons->second.end());
    }
    for (const std::string& end : ends) add(notes[end]);
  };
  for (const v1::RelationKnown& relation : placed.relations()) {
    keep(relation, [&](v1::StoredNote& note) { *note.add_relations() = relation; });
  }
  for (const v1::RelationEnded& ended : placed.relations_ended()) {
    keep(ended, [&](v1::StoredNote& note) { *note.add_relations_ended() = ended; });
  }
  for (const auto& [person, note] : notes) TL_TRY(Note(person, note, 0));
  return {};
}

// Earlier corrections correct further what this one corrects.
void Application::LengthenChains(const v1::Placed& placed) {
  for (const std::string& correction : placed.corrected_by()) {
    for (const Whereabouts& there : FindContact(store_, placed.agency(), correction)) {
      auto entry = Entry(there.person, there.seq);
      CHECK(entry.has_value());
      CorrectFurther(placed.takes_back().contact_id(), record_.envelope, *entry);
      for (const std::string& id : placed.corrects_further()) {
        CorrectFurther(id, record_.envelope, *entry);
      }
      store_.Put(EntryKey(there.person, there.seq), entry->SerializeAsString());
      PersonRow person(store_, there.person);
      person.Rewrote(record_.seq());
      person.Put(record_.seq());
    }
  }
}

// What a contact states of relations does not stand from this record on, or stands again.
void Application::SetUnsaid(Seq seq, bool unsaid) {
  std::set<PersonId> noted;
  store_.Scan(JournalItem(seq, 0), PrefixEnd(JournalItem(seq, 0)),
              [&](std::string_view key, std::string_view) {
                noted.insert(*LastPerson(key));
                return true;
              });
  for (const PersonId& id : noted) {
    const auto value = store_.Get(NoteKey(id, seq));
    if (!value.has_value()) continue;
    v1::StoredNote note;
    CHECK(note.ParseFromString(*value));
    if ((note.unsaid_seq() != 0) == unsaid) continue;
    if (unsaid) {
      note.set_unsaid_seq(record_.seq());
      note.set_unsaid_ms(record_.envelope.placed_ms());
    } else {
      v1::StoredUnsaid& before = *note.add_unsaid_before();
      before.set_since_seq(note.unsaid_seq());
      before.set_since_ms(note.unsaid_ms());
      before.set_until_seq(record_.seq());
      before.set_until_ms(record_.envelope.placed_ms());
      note.clear_unsaid_seq();
      note.clear_unsaid_ms();
    }
    store_.Put(NoteKey(id, seq), note.SerializeAsString());
    PersonRow person(store_, id);
    person.Rewrote(record_.seq());
    person.Put(record_.seq());
  }
}

}  // namespace throughline::chronology
