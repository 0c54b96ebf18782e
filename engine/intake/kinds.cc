#include "engine/intake/kinds.h"

#include <optional>
#include <string>
#include <utility>

#include "engine/intake/family.h"
#include "engine/intake/teaching.h"

namespace throughline::intake {
namespace {

// Of a record, as what happened last says; of what happened at once, as what came last.
std::optional<std::string> LastSaid(const State& state, const PersonId& record) {
  std::optional<std::pair<Millis, std::string>> last;
  const auto contacts = state.ContactsOf(state.PartOf(record));
  if (contacts.size() > Teaching::kMostRead) return std::nullopt;
  for (const auto& [seq, offset] : contacts) {
    const auto contact = state.Contact(seq);
    if (!contact || contact->wrong_person()) continue;
    for (const v1::IntakeSubject& subject : contact->subjects()) {
      if (subject.record() != record.Raw()) continue;
      if (last && contact->happened_ms() < last->first) continue;
      last = {contact->happened_ms(), subject.person_kind()};
    }
  }
  if (!last) return std::nullopt;
  return std::move(last->second);
}

std::set<PersonId> SetKind(const PersonId& record, const std::string& kind,
                           projection::Writes& store) {
  const State state(store);
  auto person = state.Person(record);
  if (!person || person->person_kind() == kind) return {};
  const bool moves = IsChild(person->person_kind()) != IsChild(kind);
  person->set_person_kind(kind);
  store.Put(keys::Person(record.Raw()), person->SerializeAsString());
  if (!moves) return {};
  return Family(state).Around({state.PartOf(record)});
}

}  // namespace

std::set<PersonId> KeepKinds(const v1::IntakeContact& contact, projection::Writes& store) {
  std::set<PersonId> moved;
  const State state(store);
  for (const v1::IntakeSubject& subject : contact.subjects()) {
    const PersonId record = PersonIn(subject.record());
    const auto person = state.Person(record);
    // What says the same changes nothing, whenever it happened.
    if (!person || person->person_kind() == subject.person_kind()) continue;
    const std::string kind = LastSaid(state, record).value_or(subject.person_kind());
    moved.merge(SetKind(record, kind, store));
  }
  return moved;
}

std::set<PersonId> TellKindsAnew(Seq seq, projection::Writes& store) {
  std::set<PersonId> moved;
  const State state(store);
  const auto contact = state.Contact(seq);
  if (!contact) return moved;
  for (const v1::IntakeSubject& named : contact->subjects()) {
    const PersonId record = PersonIn(named.record());
    if (const auto kind = LastSaid(state, record)) moved.merge(SetKind(record, *kind, store));
  }
  return moved;
}

}  // namespace throughline::intake
