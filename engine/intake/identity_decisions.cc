#include "engine/intake/identity_decisions.h"

#include <algorithm>

#include "engine/contact/read_contact.h"
#include "engine/intake/belonging.h"
#include "engine/intake/intake_fold.h"
#include "engine/intake/parts.h"
#include "engine/intake/record_links.h"
#include "engine/intake/references.h"

namespace throughline::intake {
namespace {

std::string Raw(const PersonId& person) { return std::string(person.Raw()); }

class IdentityDecider {
 public:
  explicit IdentityDecider(const DecideInput& input)
      : input_(input),
        contact_(*input.examined.contact),
        detail_(contact_.identity_decided()),
        speaker_(input.examined.speaker),
        state_(input.state) {}

  Activation Run() {
    first_ = Named(detail_.first(), "first", false);
    second_ = Named(detail_.second(), "second", detail_.decision() == "split");
    if (!activation_.faults.empty()) return std::move(activation_);
    if (*first_ == *second_) {
      Fault("second", "names the same record as first");
      return std::move(activation_);
    }
    if (detail_.decision() == "same") {
      Same();
    } else if (detail_.decision() == "split") {
      Split();
    } else if (detail_.decision() == "not_same") {
      Apart();
    } else if (detail_.decision() == "undo_same") {
      Undo();
    } else {
      Fault("decision", "none of same, not_same, undo_same, split");
    }
    if (!activation_.faults.empty()) return std::move(activation_);
    CountParts();
    return std::move(activation_);
  }

 private:
  void Fault(std::string_view field, std::string text) {
    activation_.faults.push_back({fmt::format("detail.{}", field), std::move(text)});
  }

  v1::ContactRef Source() const {
    v1::ContactRef source;
    source.set_agency(speaker_.agency);
    source.set_contact_id(contact_.contact_id());
    return source;
  }

  std::optional<PersonId> Named(const v1::Reference& given, std::string_view field, bool may_make) {
    if (given.scheme() == kPersonId) {
      auto person = PersonId::FromText(given.value());
      if (person && state_.Person(*person)) return person;
      Fault(field, "names no record that is known here");
      return std::nullopt;
    }
    const v1::ScopedReference scoped = ScopedOf(given, speaker_);
    for (const bool household : {false, true}) {
      if (!NamesAPerson(scoped.scheme(), household)) continue;
      if (auto record = state_.Resolve(ReferenceKey(scoped, household))) return record;
    }
    if (may_make && !scoped.value().empty() && NamesAPerson(scoped.scheme(), false))
      return Make(scoped);
    Fault(field, "names nobody who is known here");
    return std::nullopt;
  }

  PersonId Make(const v1::ScopedReference& reference) {
    const PersonId person = NewRecord(state_, input_.next_seq, "split");
    made_.set_person(Raw(person));
    *made_.add_references() = reference;
    return person;
  }

  void Same() {
    auto one = state_.Person(state_.PartOf(*first_));
    auto other = state_.Person(state_.PartOf(*second_));
    if (!one || !other) return Fault("first", "names no record that is known here");
    if (IsHousehold(one->person_kind()) != IsHousehold(other->person_kind())) {
      return Fault("second", "one is a household and the other a person");
    }
    if (state_.PartOf(*first_) == state_.PartOf(*second_)) {
      auto row = state_.Person(*first_);
      // Of a link that a rule made, a person can say that it is right.
      if (row && IsAmong(row->links(), *second_) && !IsAmong(row->linked_by_rule(), *second_)) {
        return Fault("decision", "they are linked already");
      }
    } else {
      if (one->members_size() + other->members_size() + 2 > kMaxRecords) {
        return Fault("decision", fmt::format("one person is at most {} records", kMaxRecords));
      }
      if (KeptApartOtherwise()) {
        return Fault("decision",
                     "other records of the two are kept apart: decide about those first");
      }
    }
    v1::Linked& linked = *activation_.decision.mutable_linked();
    linked = LinkOf(state_, *first_, *second_);
    linked.set_reason(detail_.grounds());
    *linked.mutable_source() = Source();
  }

  // A decision about two records says nothing of others that somebody has kept apart.
  bool KeptApartOtherwise() const {
    const auto others = state_.RecordsOf(state_.PartOf(*second_));
    for (const PersonId& record : state_.RecordsOf(state_.PartOf(*first_))) {
      auto row = state_.Person(record);
      if (!row) continue;
      for (const PersonId& other : others) {
        const bool these = record == *first_ && other == *second_;
        if (!these && IsAmong(row->kept_apart(), other)) return true;
      }
    }
    return false;
  }

  void Apart() {
    auto row = state_.Person(*first_);
    if (row && IsAmong(row->links(), *second_)) return Undo();
    if (state_.PartOf(*first_) == state_.PartOf(*second_)) {
      return Fault("decision", "they are linked through other records: undo one of those links");
    }
    if (row && IsAmong(row->kept_apart(), *second_)) {
      return Fault("decision", "they are kept apart already");
    }
    v1::KeptApart& apart = *activation_.decision.mutable_kept_apart();
    apart.set_first(Raw(*first_));
    apart.set_second(Raw(*second_));
    apart.set_reason(detail_.grounds());
    *apart.mutable_source() = Source();
  }

  void Undo() {
    auto row = state_.Person(*first_);
    if (!row || !IsAmong(row->links(), *second_)) {
      return Fault("decision", state_.PartOf(*first_) == state_.PartOf(*second_)
                                   ? "they are linked through other records only: undo one of those"
                                   : "they were never linked");
    }
    v1::Unlinked& unlinked = *activation_.decision.mutable_unlinked();
    unlinked = UnlinkOf(state_, *first_, *second_, {});
    unlinked.set_reason(detail_.grounds());
    *unlinked.mutable_source() = Source();
    // Or the next contact that bears both numbers would link them again.
    unlinked.set_kept_apart(true);
  }

  void Split() {
    const PersonId root = state_.PartOf(*first_);
    if (!made_.person().empty()) {
      auto row = state_.Person(root);
      made_.set_person_kind(row ? row->person_kind() : "unknown_person");
    } else if (state_.PartOf(*second_) == root) {
      return Fault("second", "is one person with first: undo the link that joins them instead");
    }
    v1::Unlinked& unlinked = *activation_.decision.mutable_unlinked();
    unlinked.set_first(Raw(root));
    unlinked.set_second(Raw(*second_));
    unlinked.set_reason(detail_.grounds());
    *unlinked.mutable_source() = Source();
    if (!made_.person().empty()) *unlinked.mutable_made() = made_;
    for (int i = 0; i < detail_.contacts_size(); ++i) {
      auto seq = SeqOf(detail_.contacts(i), root);
      if (seq) {
        unlinked.add_split(*seq);
      } else {
        Fault(fmt::format("contacts[{}]", i), "does not name the first person");
      }
    }
  }

  std::optional<Seq> SeqOf(const v1::ContactRef& ref, const PersonId& person) const {
    const contact::Target target = contact::Resolve(ref, speaker_.agency);
    auto seen = state_.Seen(ContactKey(target.agency, target.contact_id));
    if (!seen) return std::nullopt;
    auto contact = state_.Contact(seen->seq());
    if (!contact) return std::nullopt;
    for (const v1::IntakeSubject& subject : contact->subjects()) {
      if (state_.PartOf(PersonIn(subject.record())) == person) return seen->seq();
    }
    return std::nullopt;
  }

  void CountParts() {
    v1::Decision& decision = activation_.decision;
    const std::uint32_t parts = PartsOf(input_, decision);
    if (decision.has_linked()) decision.mutable_linked()->set_parts(parts);
    if (decision.has_unlinked()) decision.mutable_unlinked()->set_parts(parts);
  }

  const DecideInput& input_;
  const v1::Contact& contact_;
  const v1::IdentityDecided& detail_;
  const Speaker& speaker_;
  State state_;
  Activation activation_;
  std::optional<PersonId> first_;
  std::optional<PersonId> second_;
  v1::PersonMade made_;
};

}  // namespace

Activation DecideIdentity(const DecideInput& input) { return IdentityDecider(input).Run(); }

std::uint32_t PartsOf(const DecideInput& input, const v1::Decision& decision) {
  v1::Decision tried = decision;
  if (tried.has_linked()) {
    tried.mutable_linked()->set_parts(1);
  } else if (tried.has_unlinked()) {
    tried.mutable_unlinked()->set_parts(1);
  } else {
    return 0;
  }
  projection::Overlay overlay(input.state);
  v1::JournalEnvelope envelope;
  envelope.set_seq(input.next_seq);
  envelope.set_placed_ms(input.now);
  ApplyRecord(envelope, tried, {}, overlay);
  const State state(overlay);
  if (state.Journal().owed_because() == 0) return 0;
  auto owed = Owed(state);
  if (owed.empty()) return 0;
  return static_cast<std::uint32_t>(CutIntoParts(state, std::move(owed), input.part_bytes).size());
}

}  // namespace throughline::intake
