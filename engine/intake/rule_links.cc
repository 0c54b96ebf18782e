#include "engine/intake/rule_links.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "engine/contact/read_contact.h"
#include "engine/intake/belonging.h"
#include "engine/intake/identity_decisions.h"
#include "engine/intake/links.h"
#include "engine/intake/place.h"
#include "engine/intake/record_links.h"
#include "engine/intake/references.h"
#include "engine/intake/taking_back.h"
#include "engine/intake/unborn.h"

namespace throughline::intake {
namespace {

// The records that a contact names as one subject, as whom it was placed included; of a birth also
// the unborn children who by it are born.
std::set<PersonId> RecordsIn(const v1::IntakeContact& contact, const v1::IntakeSubject& subject) {
  std::set<PersonId> records{PersonIn(subject.record())};
  if (!subject.placed().empty()) records.insert(PersonIn(subject.placed()));
  for (const std::string& raw : subject.also()) records.insert(PersonIn(raw));
  for (const std::string& raw : contact.born()) records.insert(PersonIn(raw));
  return records;
}

using Ends = std::pair<PersonId, PersonId>;

bool GiveBoth(const std::set<PersonId>& records, const Ends& ends) {
  return records.contains(ends.first) && records.contains(ends.second);
}

bool GivesBoth(const v1::IntakeContact& contact, const Ends& ends) {
  const auto& subjects = contact.subjects();
  return std::any_of(subjects.begin(), subjects.end(), [&](const auto& subject) {
    return GiveBoth(RecordsIn(contact, subject), ends);
  });
}

// The links of which a contact gives both records, as far as a rule made them once.
std::vector<Ends> GivenBy(const State& state, const v1::IntakeContact& contact) {
  std::vector<Ends> all;
  for (const v1::IntakeSubject& subject : contact.subjects()) {
    const std::set<PersonId> records = RecordsIn(contact, subject);
    for (const PersonId& one : records) {
      const auto row = state.Person(one);
      if (!row) continue;
      for (const std::string& raw : row->linked_by_rule()) {
        const PersonId other = PersonIn(raw);
        if (one < other && records.contains(other)) all.emplace_back(one, other);
      }
    }
  }
  return all;
}

bool IsLinked(const State& state, const Ends& ends) {
  const auto row = state.Person(ends.first);
  return row && IsAmong(row->links(), ends.second);
}

// Whether it makes the two one by telling of a birth.
bool IsBirthOf(const v1::IntakeContact& contact, const Ends& ends) {
  return IsAmong(contact.born(), ends.first) || IsAmong(contact.born(), ends.second);
}

class RuleLinks {
 public:
  explicit RuleLinks(const DecideInput& input)
      : input_(input),
        contact_(*input.examined.contact),
        state_(input.state),
        references_(input.state, input.examined) {
    v1::Placed placed;
    placed.set_agency(input.examined.speaker.agency);
    placed.set_contact_id(contact_.contact_id());
    if (contact_.has_contact_corrected()) placed.set_kind("contact_corrected");
    TellTakesBack(contact_, placed);
    const TakenBack taken = TakenBackBy(state_, input.next_seq, input.examined.contact_key, placed);
    wrong_.insert(taken.wrong_person.begin(), taken.wrong_person.end());
    again_.insert(taken.belongs_again.begin(), taken.belongs_again.end());
    unsaid_.insert(taken.unsaid.begin(), taken.unsaid.end());
    said_again_.insert(taken.said_again.begin(), taken.said_again.end());
  }

  std::optional<v1::Decision> Run() {
    if (auto decision = Unlink()) return decision;
    if (auto linked = LinkAgain()) return Said(&v1::Decision::mutable_linked, *std::move(linked));
    // What is somebody else's before it comes says nothing of whom it names.
    if (wrong_.contains(input_.next_seq)) return std::nullopt;
    if (auto linked = Link()) return Said(&v1::Decision::mutable_linked, *std::move(linked));
    return std::nullopt;
  }

 private:
  template <typename Message>
  v1::Decision Said(Message* (v1::Decision::*field)(), Message message) const {
    message.set_by_rule(true);
    v1::ContactRef& source = *message.mutable_source();
    source.set_agency(input_.examined.speaker.agency);
    source.set_contact_id(contact_.contact_id());
    v1::Decision decision;
    *(decision.*field)() = std::move(message);
    (decision.*field)()->set_parts(PartsOf(input_, decision));
    return decision;
  }

  // Of the child whose birth this contact tells, the mother.
  std::optional<PersonId> MotherOf(const std::vector<Named>& all, const Named& child) const {
    if (unsaid_.contains(input_.next_seq)) return std::nullopt;
    const Labelled born = LabelledIn(contact_, child.label);
    if (!born.contact.has_birth() || born.label != born.contact.birth().child())
      return std::nullopt;
    for (const Named& named : all) {
      const Labelled one = LabelledIn(contact_, named.label);
      const bool is_mother = one.label == born.contact.birth().mother();
      if (&one.contact == &born.contact && is_mother) return references_.RecordOf(named);
    }
    return std::nullopt;
  }

  std::optional<v1::Linked> Link() const {
    const std::vector<Named> all = NamedIn(contact_);
    for (const Named& named : all) {
      auto link = references_.LinkOf(named);
      if (link) return link;
      const auto mother = MotherOf(all, named);
      if (!mother) continue;
      const v1::Contact& birth = LabelledIn(contact_, named.label).contact;
      const auto unborn = BornOf(state_, birth, *mother, unsaid_);
      if (unborn) link = references_.LinkTo(named, *unborn, input_.next_seq);
      if (link) return link;
    }
    return std::nullopt;
  }

  std::vector<Ends> GivenBy(Seq seq) const {
    const auto contact = state_.Contact(seq);
    return contact ? intake::GivenBy(state_, *contact) : std::vector<Ends>();
  }

  bool GivesBothItself(const Ends& ends) const {
    if (wrong_.contains(input_.next_seq)) return false;
    const std::vector<Named> all = NamedIn(contact_);
    return std::any_of(all.begin(), all.end(), [&](const Named& named) {
      std::set<PersonId> records;
      for (const Ref& ref : references_.Of(named)) {
        if (ref.record) records.insert(*ref.record);
      }
      if (const auto mother = MotherOf(all, named)) {
        const v1::Contact& birth = LabelledIn(contact_, named.label).contact;
        for (const Unborn& born : BornThen(state_, *mother, contact::Occurred(birth), unsaid_)) {
          records.insert(born.record);
        }
      }
      return GiveBoth(records, ends);
    });
  }

  // Whether an earlier contact gives both records, and stands as theirs after this one. What tells
  // of a birth has to stand as well.
  bool Holds(Seq seq, const Ends& ends) const {
    if (wrong_.contains(seq)) return false;
    const auto contact = state_.Contact(seq);
    if (!contact || (contact->wrong_person() && !again_.contains(seq))) return false;
    const bool gives = GivesBoth(*contact, ends);
    if (!gives || !IsBirthOf(*contact, ends)) return gives;
    return !unsaid_.contains(seq) && (said_again_.contains(seq) || Stands(state_, seq));
  }

  bool IsHeld(const Ends& ends) const {
    if (GivesBothItself(ends)) return true;
    const auto contacts = state_.ContactsOf(state_.PartOf(ends.first));
    const auto holds = [&](Seq seq) { return Holds(seq, ends); };
    return std::any_of(contacts.begin(), contacts.end(),
                       [&](const auto& one) { return holds(one.first); }) ||
           std::any_of(again_.begin(), again_.end(), holds);
  }

  std::optional<v1::Decision> Unlink() const {
    std::set<Seq> ended = wrong_;
    ended.insert(unsaid_.begin(), unsaid_.end());
    for (const Seq seq : ended) {
      for (const Ends& ends : GivenBy(seq)) {
        // Most that do not stand are theirs all the same, so that no other needs to be looked for.
        if (!IsLinked(state_, ends) || Holds(seq, ends) || IsHeld(ends)) continue;
        v1::Unlinked unlinked = UnlinkOf(state_, ends.first, ends.second, wrong_);
        if (auto linked = HeldOtherwise(unlinked)) {
          return Said(&v1::Decision::mutable_linked, *std::move(linked));
        }
        auto& undecided = *unlinked.mutable_undecided();
        undecided.erase(std::remove_if(undecided.begin(), undecided.end(),
                                       [&](Seq one) { return unsaid_.contains(one); }),
                        undecided.end());
        unlinked.set_reason(wrong_.contains(seq) ? "what gave both records was about somebody else"
                                                 : "the birth does not stand as it was told");
        return Said(&v1::Decision::mutable_unlinked, std::move(unlinked));
      }
    }
    return std::nullopt;
  }

  // What made no link because the two were one person already, through the link that ends.
  std::optional<v1::Linked> HeldOtherwise(const v1::Unlinked& unlinked) const {
    const auto leaves = [&](const PersonId& one) { return IsAmong(unlinked.records(), one); };
    const auto stays = [&](const PersonId& one) {
      return !leaves(one) && state_.PartOf(one).Raw() == unlinked.first();
    };
    for (const Seq seq : unlinked.undecided()) {
      const auto contact = state_.Contact(seq);
      for (const v1::IntakeSubject& subject : contact->subjects()) {
        const std::set<PersonId> records = RecordsIn(*contact, subject);
        const auto one = std::find_if(records.begin(), records.end(), stays);
        const auto other = std::find_if(records.begin(), records.end(), leaves);
        if (one == records.end() || other == records.end() || !Holds(seq, {*one, *other})) continue;
        v1::Linked linked = LinkOf(state_, *one, *other);
        linked.set_reason("another contact gives both records");
        return linked;
      }
    }
    return std::nullopt;
  }

  std::optional<v1::Linked> LinkAgain() const {
    std::set<Seq> back = again_;
    back.insert(said_again_.begin(), said_again_.end());
    for (const Seq seq : back) {
      for (const Ends& ends : GivenBy(seq)) {
        const PersonId one = state_.PartOf(ends.first);
        const PersonId other = state_.PartOf(ends.second);
        if (one == other || !Holds(seq, ends) || !MayBeOne(state_, one, other)) continue;
        v1::Linked linked = LinkOf(state_, ends.first, ends.second);
        linked.set_reason("what gives both records is about this person after all");
        return linked;
      }
    }
    return std::nullopt;
  }

  const DecideInput& input_;
  const v1::Contact& contact_;
  State state_;
  References references_;
  // Once this contact is placed, and not before: are somebody else's, are not any more, do not
  // stand, stand again.
  std::set<Seq> wrong_;
  std::set<Seq> again_;
  std::set<Seq> unsaid_;
  std::set<Seq> said_again_;
};

}  // namespace

std::optional<v1::Decision> DecidedBefore(const DecideInput& input) {
  return RuleLinks(input).Run();
}

void WarnOfLinksThatStay(const State& state, v1::Placed& placed) {
  if (placed.kind() != "contact_corrected" || !placed.has_takes_back()) return;
  const v1::ContactRef& of = placed.takes_back();
  const std::string key = ContactKey(of.agency(), of.contact_id());
  const auto seen = state.Seen(key);
  const auto corrected = seen ? state.Contact(seen->seq()) : std::nullopt;
  if (!corrected || corrected->wrong_person()) return;
  const v1::IntakeContact own = AsContact(placed);
  for (const Ends& ends : GivenBy(state, *corrected)) {
    if (!IsLinked(state, ends) || GivesBoth(own, ends) || IsBirthOf(*corrected, ends)) continue;
    const auto contacts = state.ContactsOf(state.PartOf(ends.first));
    const bool held = std::any_of(contacts.begin(), contacts.end(), [&](const auto& one) {
      const auto other = one.first == seen->seq() ? std::nullopt : state.Contact(one.first);
      return other && other->takes_back() != key && GivesBoth(*other, ends) &&
             Stands(state, one.first);
    });
    if (held) continue;
    return Warn("detail.replaces.subjects",
                "two records stay one person, because the contact gave the numbers of both until "
                "now: if they are two, take that back (identity undo)",
                placed);
  }
}

}  // namespace throughline::intake
