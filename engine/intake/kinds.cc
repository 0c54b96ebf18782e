#include "engine/intake/kinds.h"

#include <optional>
#include <string>
#include <utility>

#include "engine/intake/family.h"
#include "engine/intake/teaching.h"

namespace throughline::intake {
namespace {

std::set<PersonId> SetKind(const v1::IntakeSubject& says, Millis happened, v1::IntakePerson person,
                           projection::Writes& store) {
  const std::string before = person.person_kind();
  if (before == says.person_kind() && person.kind_ms() == happened) return {};
  person.set_person_kind(says.person_kind());
  person.set_kind_ms(happened);
  store.Put(keys::Person(says.record()), person.SerializeAsString());
  if (IsChild(before) == IsChild(says.person_kind())) return {};
  const State state(store);
  return Family(state).Around({state.PartOf(PersonIn(says.record()))});
}

struct Saying {
  Millis happened = 0;
  v1::IntakeSubject subject;
};

// Of a record, by what happened last; of what happened at once, by what came last.
std::optional<Saying> LastSaid(const State& state, const PersonId& record) {
  std::optional<Saying> last;
  const auto contacts = state.ContactsOf(state.PartOf(record));
  if (contacts.size() > Teaching::kMostRead) return last;
  for (const auto& [seq, offset] : contacts) {
    const auto contact = state.Contact(seq);
    if (!contact || contact->wrong_person()) continue;
    for (const v1::IntakeSubject& subject : contact->subjects()) {
      if (subject.record() != record.Raw()) continue;
      if (last && contact->happened_ms() < last->happened) continue;
      last = {contact->happened_ms(), subject};
    }
  }
  return last;
}

}  // namespace

std::set<PersonId> KeepKinds(const v1::IntakeContact& contact, projection::Writes& store) {
  std::set<PersonId> moved;
  const State state(store);
  for (const v1::IntakeSubject& subject : contact.subjects()) {
    const auto person = state.Person(PersonIn(subject.record()));
    if (!person || contact.happened_ms() < person->kind_ms()) continue;
    moved.merge(SetKind(subject, contact.happened_ms(), *person, store));
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
    const auto person = state.Person(record);
    const auto last = LastSaid(state, record);
    if (person && last) moved.merge(SetKind(last->subject, last->happened, *person, store));
  }
  return moved;
}

}  // namespace throughline::intake
