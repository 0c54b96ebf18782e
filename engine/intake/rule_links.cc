#include "engine/intake/rule_links.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "engine/intake/identity_decisions.h"
#include "engine/intake/place.h"
#include "engine/intake/record_links.h"
#include "engine/intake/references.h"
#include "engine/intake/taking_back.h"
#include "engine/intake/unborn.h"

namespace throughline::intake {
namespace {

bool Contains(const google::protobuf::RepeatedPtrField<std::string>& all, const PersonId& one) {
  return std::find(all.begin(), all.end(), one.Raw()) != all.end();
}

// The records that a contact names as one subject, as whom it was placed included.
std::set<PersonId> RecordsIn(const v1::IntakeSubject& subject) {
  std::set<PersonId> records{PersonIn(subject.record())};
  if (!subject.placed().empty()) records.insert(PersonIn(subject.placed()));
  for (const std::string& raw : subject.also()) records.insert(PersonIn(raw));
  return records;
}

using Ends = std::pair<PersonId, PersonId>;

class RuleLinks {
 public:
  explicit RuleLinks(const DecideInput& input)
      : input_(input), contact_(*input.examined.contact), state_(input.state) {
    v1::Placed placed;
    placed.set_agency(input.examined.speaker.agency);
    placed.set_contact_id(contact_.contact_id());
    if (contact_.has_contact_corrected()) placed.set_kind("contact_corrected");
    TellTakesBack(contact_, placed);
    const TakenBack taken = TakenBackBy(state_, input.next_seq, input.examined.contact_key, placed);
    wrong_.insert(taken.wrong_person.begin(), taken.wrong_person.end());
    again_.insert(taken.belongs_again.begin(), taken.belongs_again.end());
  }

  std::optional<v1::Decision> Run() {
    if (auto unlinked = Unlink())
      return Said(&v1::Decision::mutable_unlinked, *std::move(unlinked));
    if (auto linked = LinkAgain()) return Said(&v1::Decision::mutable_linked, *std::move(linked));
    // What is somebody else's before it comes says nothing of whom it names.
    if (wrong_.contains(input_.next_seq)) return std::nullopt;
    if (auto linked = Link()) return Said(&v1::Decision::mutable_linked, *std::move(linked));
    return std::nullopt;
  }

 private:
  template <typename Message>
  v1::Decision Said(Message* (v1::Decision::*field)(), Message message) const {
    v1::ContactRef& source = *message.mutable_source();
    source.set_agency(input_.examined.speaker.agency);
    source.set_contact_id(contact_.contact_id());
    v1::Decision decision;
    *(decision.*field)() = std::move(message);
    (decision.*field)()->set_parts(PartsOf(input_, decision));
    return decision;
  }

  std::optional<v1::Linked> Link() const {
    const References references(input_.state, input_.examined);
    const std::vector<Named> all = NamedIn(contact_);
    std::optional<PersonId> unborn;
    for (const Named& named : all) {
      if (!contact_.has_birth() || named.label != contact_.birth().mother()) continue;
      if (const auto mother = references.RecordOf(named)) {
        unborn = BornOf(state_, contact_, *mother);
      }
    }
    for (const Named& named : all) {
      auto link = references.LinkOf(named);
      const bool born = contact_.has_birth() && named.label == contact_.birth().child();
      if (!link && born && unborn) link = references.LinkTo(named, *unborn, input_.next_seq);
      if (link) return link;
    }
    return std::nullopt;
  }

  // The links of which that contact gives both records, as far as a rule made them once.
  std::vector<Ends> GivenBy(Seq seq) const {
    std::vector<Ends> all;
    const auto contact = state_.Contact(seq);
    if (!contact) return all;
    for (const v1::IntakeSubject& subject : contact->subjects()) {
      const std::set<PersonId> records = RecordsIn(subject);
      for (const PersonId& one : records) {
        const auto row = state_.Person(one);
        if (!row) continue;
        for (const std::string& raw : row->linked_by_rule()) {
          const PersonId other = PersonIn(raw);
          if (one < other && records.contains(other)) all.emplace_back(one, other);
        }
      }
    }
    return all;
  }

  bool IsLinked(const Ends& ends) const {
    const auto row = state_.Person(ends.first);
    return row && Contains(row->links(), ends.second);
  }

  bool GivesBoth(const Ends& ends) const {
    if (wrong_.contains(input_.next_seq)) return false;
    const References references(input_.state, input_.examined);
    const std::vector<Named> all = NamedIn(contact_);
    return std::any_of(all.begin(), all.end(), [&](const Named& named) {
      std::set<PersonId> records;
      for (const Ref& ref : references.Of(named)) {
        if (ref.record) records.insert(*ref.record);
      }
      return records.contains(ends.first) && records.contains(ends.second);
    });
  }

  // Whether an earlier contact gives both records, and stands as theirs after this one.
  bool Holds(Seq seq, const Ends& ends) const {
    if (wrong_.contains(seq)) return false;
    const auto contact = state_.Contact(seq);
    if (!contact || (contact->wrong_person() && !again_.contains(seq))) return false;
    const auto& subjects = contact->subjects();
    return std::any_of(subjects.begin(), subjects.end(), [&](const auto& subject) {
      const std::set<PersonId> records = RecordsIn(subject);
      return records.contains(ends.first) && records.contains(ends.second);
    });
  }

  bool IsHeld(const Ends& ends) const {
    if (GivesBoth(ends)) return true;
    const auto contacts = state_.ContactsOf(state_.PartOf(ends.first));
    const auto holds = [&](Seq seq) { return Holds(seq, ends); };
    return std::any_of(contacts.begin(), contacts.end(),
                       [&](const auto& one) { return holds(one.first); }) ||
           std::any_of(again_.begin(), again_.end(), holds);
  }

  std::optional<v1::Unlinked> Unlink() const {
    for (const Seq seq : wrong_) {
      for (const Ends& ends : GivenBy(seq)) {
        if (!IsLinked(ends) || IsHeld(ends)) continue;
        v1::Unlinked unlinked = UnlinkOf(state_, ends.first, ends.second, wrong_);
        unlinked.set_by_rule(true);
        unlinked.set_reason("what gave both records was about somebody else");
        return unlinked;
      }
    }
    return std::nullopt;
  }

  std::optional<v1::Linked> LinkAgain() const {
    for (const Seq seq : again_) {
      for (const Ends& ends : GivenBy(seq)) {
        const PersonId one = state_.PartOf(ends.first);
        const PersonId other = state_.PartOf(ends.second);
        if (one == other || !MayBeOne(state_, one, other)) continue;
        v1::Linked linked = LinkOf(state_, ends.first, ends.second);
        linked.set_by_rule(true);
        linked.set_reason("what gives both records is about this person after all");
        return linked;
      }
    }
    return std::nullopt;
  }

  const DecideInput& input_;
  const v1::Contact& contact_;
  State state_;
  std::set<Seq> wrong_;  // are somebody else's once this contact is placed, and were not
  std::set<Seq> again_;  // the other way round
};

}  // namespace

std::optional<v1::Decision> DecidedBefore(const DecideInput& input) {
  return RuleLinks(input).Run();
}

}  // namespace throughline::intake
