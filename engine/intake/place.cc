#include "engine/intake/place.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/identifiers.h"
#include "engine/contact/read_contact.h"
#include "engine/intake/belonging.h"
#include "engine/intake/corrections.h"
#include "engine/intake/lifetimes.h"
#include "engine/intake/links.h"
#include "engine/intake/references.h"
#include "engine/intake/relations.h"
#include "engine/intake/rule_links.h"
#include "engine/intake/taking_back.h"
#include "engine/intake/unborn.h"

namespace throughline::intake {
namespace {

Millis Clamped(Millis instant) { return std::clamp(instant, kEarliest, kLatest); }

class Placer {
 public:
  explicit Placer(const DecideInput& input)
      : input_(input),
        contact_(*input.examined.contact),
        speaker_(input.examined.speaker),
        state_(input.state),
        references_(input.state, input.examined) {}

  v1::Placed Run() {
    placed_.set_agency(speaker_.agency);
    placed_.set_contact_id(contact_.contact_id());
    placed_.set_kind(contact::KindName(contact_));
    TakeBack();
    std::vector<Named> named = NamedIn(contact_);
    if (const auto [body, prefix] = Body(); body.has_birth()) {
      // The child that is born may be known by its mother, who therefore comes first.
      const std::string mother = prefix + body.birth().mother();
      std::stable_partition(named.begin(), named.end(),
                            [&](const Named& one) { return one.label == mother; });
    }
    for (const Named& one : named) {
      if (!IsUnbornOnly(one)) PlaceSubject(one);
    }
    // An unborn child without a reference is known by its mother, who therefore comes first.
    for (const Named& one : named) {
      if (IsUnbornOnly(one)) PlaceSubject(one);
    }
    PlaceUnnamed();
    EndPregnancy();
    PlaceBesideLinks({state_, contact_, speaker_.agency}, standings_);
    StateRelations();
    Flow();
    WarnOfWhoIsLeftOut({state_, contact_, speaker_.agency}, placed_);
    WarnOfLinksThatStay(state_, placed_);
    WarnOfStrangers({state_, contact_, speaker_.agency}, placed_);
    *placed_.mutable_also_named() = {also_named_.begin(), also_named_.end()};
    return std::move(placed_);
  }

 private:
  void Warn(std::string field, std::string text) {
    intake::Warn(std::move(field), std::move(text), placed_);
  }

  // Whoever was asked about without a name: nothing but the token names that person.
  void PlaceUnnamed() {
    const std::string* token = nullptr;
    if (contact_.has_no_names_consultation()) {
      token = &contact_.no_names_consultation().asker_token();
    }
    if (contact_.has_what_if_conversation()) token = &contact_.what_if_conversation().token();
    if (token == nullptr || contact_.subjects_size() > 0) return;
    unnamed_.set_person_kind("unknown_person");
    unnamed_.add_roles("subject_child");
    v1::Reference& reference = *unnamed_.add_references();
    reference.set_scheme("consultation-token");
    reference.set_value(*token);
    PlaceSubject({&unnamed_, "detail", 0, "unnamed"});
  }

  bool IsUnbornOnly(const Named& named) {
    return named.subject->has_unborn() && references_.Of(named).empty();
  }

  // What an earlier subject of this contact was made by names that person too.
  std::vector<Ref> RefsOf(const Named& named) {
    std::vector<Ref> refs = references_.Of(named, &placed_);
    for (Ref& ref : refs) {
      auto local = local_.find(ref.key);
      if (local != local_.end()) ref.record = local->second;
    }
    return refs;
  }

  // The contact as it should read, and what stands before its labels.
  std::pair<const v1::Contact&, std::string> Body() const {
    if (!contact_.has_contact_corrected()) return {contact_, ""};
    return {contact_.contact_corrected().replaces(), std::string(kReplaces)};
  }

  std::optional<PersonId> RecordOf(const std::string& label) const {
    auto found = by_label_.find(label);
    if (found == by_label_.end()) return std::nullopt;
    return found->second;
  }

  void StateRelations() {
    const auto [body, prefix] = Body();
    const auto record = [this, &before = prefix](const std::string& label) {
      return RecordOf(before + label);
    };
    Stated stated = RelationsStated({state_,
                                     body,
                                     speaker_.agency,
                                     contact_.contact_id(),
                                     contact::RecordedInstant(contact_, input_.record.appended),
                                     {placed_.unsaid().begin(), placed_.unsaid().end()},
                                     input_.flow,
                                     record});
    for (auto& relation : stated.known) *placed_.add_relations() = std::move(relation);
    for (auto& ended : stated.ended) *placed_.add_relations_ended() = std::move(ended);
    for (auto& move : stated.moves) *placed_.add_placement_moves() = std::move(move);
    for (auto& [field, text] : stated.warnings) Warn(std::move(field), std::move(text));
    for (auto& [field, text] : ImpossibleDates({input_.state, body, record, placed_.relations()})) {
      Warn(std::move(field), std::move(text));
    }
  }

  // The contact of the same agency that a retraction or a correction takes back; and what has
  // taken this one back already.
  void TakeBack() {
    TellTakesBack(contact_, placed_);
    if (contact_.has_contact_corrected()) TellChain(state_, placed_);
    if (placed_.has_takes_back()) WarnOfDecision();
    const TakenBack taken =
        TakenBackBy(state_, input_.next_seq, input_.examined.contact_key, placed_);
    placed_.mutable_wrong_person()->Assign(taken.wrong_person.begin(), taken.wrong_person.end());
    placed_.mutable_belongs_again()->Assign(taken.belongs_again.begin(), taken.belongs_again.end());
    placed_.mutable_unsaid()->Assign(taken.unsaid.begin(), taken.unsaid.end());
    placed_.mutable_said_again()->Assign(taken.said_again.begin(), taken.said_again.end());
    unsaid_.insert(taken.unsaid.begin(), taken.unsaid.end());
  }

  void WarnOfDecision() {
    const v1::ContactRef& of = placed_.takes_back();
    const auto seen = state_.Seen(ContactKey(of.agency(), of.contact_id()));
    if (!seen || seen->erased() || state_.Contact(seen->seq())) return;
    Warn("detail.of",
         "is a decision, not a contact about somebody: it stands; to change it, decide anew");
  }

  // By the flow in force: on the chronologies of children whom the contact does not name.
  void Flow() {
    if (input_.flow == nullptr) return;
    const auto [body, prefix] = Body();
    const auto flows = input_.flow->FlowsOf(body);
    if (flows.empty()) return;
    v1::Flowing flowing;
    for (const v1::Flow flow : flows) flowing.add_flows(flow);
    const Interval occurred = contact::Occurred(body);
    flowing.set_earliest_ms(occurred.earliest);
    flowing.set_latest_ms(occurred.latest);
    for (const std::string& label : body.relevance_to_child().children()) {
      auto child = RecordOf(prefix + label);
      if (child) flowing.add_relevant_to(std::string(child->Raw()));
    }
    v1::IntakeContact contact = AsContact(placed_);
    *contact.mutable_flowing() = flowing;
    *placed_.mutable_flowing() = std::move(flowing);
    Belongings belongings(state_);
    for (const auto& [ends, belongs] : belongings.Of(input_.next_seq, contact, {})) {
      if (!belongs.through) continue;
      v1::Placement* placement = standings_.Find(ends.first);
      if (placement == nullptr) {
        placement = standings_.Add(ends.first, belongs.kind, {});
        if (placement == nullptr) return;
      } else if (!IsNearer(belongs.why, placement->why())) {
        continue;
      }
      placement->set_why(belongs.why);
      placement->set_through(std::string(belongs.through->Raw()));
    }
  }

  void PlaceSubject(const Named& named) {
    const v1::Contact::Subject& subject = *named.subject;
    const std::vector<std::string> roles = contact::OpenRoles(subject);
    if (roles.empty() && subject.roles_size() > 0) return;

    std::vector<Ref> refs = RefsOf(named);
    const Ref* via = nullptr;
    auto person = ByReference(refs, via);
    if (!person && refs.empty() && subject.has_unborn()) person = ByMother(named);
    if (!person && refs.empty()) {
      const auto mother = MotherOf(named);
      if (mother) person = BornOf(state_, Body().first, *mother, unsaid_);
    }
    if (person) {
      AlsoName(*person, refs, subject.person_kind());
    } else {
      person = Make(named, refs);
      if (!refs.empty()) via = refs.data();
    }
    by_label_.emplace(named.label, *person);
    Stand(named, *person, roles, via);
    AlsoRecords(named, *person, refs);
  }

  // Of the child whose birth the contact tells.
  std::optional<PersonId> MotherOf(const Named& named) const {
    const auto [body, prefix] = Body();
    if (!body.has_birth() || named.label != prefix + body.birth().child()) return std::nullopt;
    return RecordOf(prefix + body.birth().mother());
  }

  // Records that other references of the same subject name, and the unborn child as whom the
  // mother's names a child that is born: whoever parts them decides about it.
  void AlsoRecords(const Named& named, const PersonId& record, const std::vector<Ref>& refs) {
    std::set<PersonId> others;
    for (const Ref& ref : refs) {
      if (ref.record && *ref.record != record) others.insert(*ref.record);
    }
    if (const auto mother = MotherOf(named)) {
      for (const Unborn& born : BornThen(*mother)) {
        if (born.record == record || state_.PartOf(born.record) != state_.PartOf(record)) continue;
        others.insert(born.record);
      }
    }
    if (others.empty()) return;
    v1::Placement* placement = standings_.Find(state_.PartOf(record), record);
    if (placement == nullptr) return;
    auto& known = *placement->mutable_also_records();
    for (const PersonId& other : others) {
      if (std::find(known.begin(), known.end(), other.Raw()) != known.end()) continue;
      *known.Add() = std::string(other.Raw());
    }
  }

  std::optional<PersonId> ByReference(const std::vector<Ref>& refs, const Ref*& via) {
    std::optional<PersonId> record;
    for (const Ref& ref : refs) {
      if (!ref.disagrees.empty()) Warn(PathOf(ref), Disagreement(ref));
      if (!ref.record) continue;
      if (!record) {
        record = ref.record;
        via = &ref;
      } else if (state_.PartOf(*ref.record) != state_.PartOf(*record)) {
        Warn(PathOf(ref),
             fmt::format("names another person than {}: placed by the latter", PathOf(*via)));
      }
    }
    return record;
  }

  // References of a known person that nobody has used for them before.
  void AlsoName(const PersonId& person, const std::vector<Ref>& refs,
                const std::string& person_kind) {
    v1::PersonMade named;
    named.set_person(std::string(person.Raw()));
    named.set_person_kind(person_kind);
    for (const Ref& ref : refs) AddReference(ref, person, named);
    if (named.references_size() > 0) also_named_.push_back(std::move(named));
  }

  void AddReference(const Ref& ref, const PersonId& person, v1::PersonMade& made) {
    if (ref.record || !local_.emplace(ref.key, person).second) return;
    *made.add_references() = ref.scoped;
  }

  PersonId Make(const Named& named, const std::vector<Ref>& refs) {
    PersonId person = NewRecord(state_, input_.next_seq, named.label);
    v1::PersonMade& made = *placed_.add_made();
    made.set_person(std::string(person.Raw()));
    made.set_person_kind(named.subject->person_kind());
    for (const Ref& ref : refs) AddReference(ref, person, made);
    if (refs.empty() && named.subject->has_unborn()) KnowByMother(named, made);
    return person;
  }

  // The contact that names them: of a correction, its own or the one as it should read.
  const v1::Contact& Naming(const Named& named) const {
    return LabelledIn(contact_, named.label).contact;
  }

  // The mother of an unborn child, and which of those in the contact that names it it is; nothing:
  // she is not named, or has too many.
  std::optional<std::pair<PersonId, int>> OfMother(const Named& named) const {
    std::string label = named.subject->unborn().mother();
    if (named.label.starts_with(kReplaces)) label.insert(0, kReplaces);
    const auto mother = RecordOf(label);
    if (!mother) return std::nullopt;
    const auto known = unborn_of_.find({&Naming(named) == &contact_, *mother});
    const int which = (known == unborn_of_.end() ? 0 : known->second) + 1;
    if (which > kMostUnborn) return std::nullopt;
    return std::pair(*mother, which);
  }
  void CountUnborn(const Named& named, const PersonId& mother) {
    ++unborn_of_[{&Naming(named) == &contact_, mother}];
  }

  std::optional<Interval> Expected(const Named& named) const {
    const auto& unborn = named.subject->unborn();
    if (!unborn.has_expected_date_of_birth()) return std::nullopt;
    auto implied = Implied(unborn.expected_date_of_birth());
    if (!implied || implied->earliest == kEarliest || implied->latest == kLatest) {
      return std::nullopt;
    }
    return *implied;
  }

  bool CanBeMeant(const Named& named, const v1::IntakePerson& unborn) const {
    const Interval occurred = contact::Occurred(Naming(named));
    if (!CanBeOf(unborn, occurred)) return false;
    const auto born = BornBy(unborn);
    if (born && occurred.earliest > *born) return false;
    const auto expected = Expected(named);
    return !expected || (expected->earliest <= unborn.unborn_until_ms() + kDateMargin &&
                         expected->latest >= unborn.unborn_from_ms() + kPregnancy - kDateMargin);
  }

  // The mother's unborn child, if by the dates it can be the one that is meant: what happened
  // before a birth is of the child that was born then; else it is the latest, of her own record.
  std::optional<PersonId> ByMother(const Named& named) {
    const auto of = OfMother(named);
    if (!of) return std::nullopt;
    const auto& [mother, which] = *of;
    const Unborn* meant = nullptr;
    const auto all = UnbornOfPerson(state_, mother, which);
    for (const Unborn& one : all) {
      if (!CanBeMeant(named, one.row)) continue;
      const bool born = BornBy(one.row).has_value();
      const bool later = meant == nullptr || meant->reference.value() == one.reference.value();
      if (born || later) meant = &one;
      if (born) break;
    }
    if (meant == nullptr) return std::nullopt;
    CountUnborn(named, mother);
    return meant->record;
  }

  void KnowByMother(const Named& named, v1::PersonMade& made) {
    const auto of = OfMother(named);
    if (!of) return;
    CountUnborn(named, of->first);
    *made.add_references() = UnbornOf(of->first, of->second);
    Interval occurred = contact::Occurred(Naming(named));
    auto expected = Expected(named);
    Millis from = expected ? expected->earliest - kDateMargin : occurred.earliest;
    Millis until = expected ? expected->latest + kDateMargin : occurred.latest + kPregnancy;
    made.set_unborn_from_ms(Clamped(from - kPregnancy));
    made.set_unborn_until_ms(Clamped(until));
  }

  // Once a child is born, what is said of the mother's unborn child is said of another. The birth
  // of an elder child, which may come here late, ends no later pregnancy.
  void EndPregnancy() {
    const auto [body, prefix] = Body();
    if (!body.has_birth()) return;
    const auto mother = RecordOf(prefix + body.birth().mother());
    if (!mother) return;
    std::vector<Unborn> all = BornThen(*mother);
    if (const auto child = RecordOf(prefix + body.birth().child())) WarnOfUnborn(*child, all);
    for (Unborn& born : all) *placed_.add_ended() = std::move(born.reference);
  }

  // Of twins nobody can tell here which of those who were expected is which.
  void WarnOfUnborn(const PersonId& child, const std::vector<Unborn>& all) {
    std::string records;
    for (const Unborn& one : all) {
      const PersonId person = state_.PartOf(one.record);
      if (person == state_.PartOf(child)) return;
      const auto of_it = state_.RecordsOf(person);
      const bool is_another = std::any_of(of_it.begin(), of_it.end(), [&](const PersonId& record) {
        const auto row = state_.Person(record);
        return row && record != one.record && row->person_kind() != "unborn_child";
      });
      if (!is_another) records += (records.empty() ? "" : ", ") + one.record.Text();
    }
    if (records.empty()) return;
    Warn("detail.child",
         fmt::format("may be one of the children whom the mother was known to expect, {}, and is "
                     "linked to none: decide whether it is (identity decide)",
                     records));
  }

  std::vector<Unborn> BornThen(const PersonId& mother) const {
    return intake::BornThen(state_, mother, contact::Occurred(Body().first), unsaid_);
  }

  void Stand(const Named& named, const PersonId& record, const std::vector<std::string>& roles,
             const Ref* via) {
    const PersonId person = state_.PartOf(record);
    if (v1::Placement* placement = standings_.Find(person, record)) {
      for (const std::string& role : roles) {
        const auto& known = placement->roles();
        if (std::find(known.begin(), known.end(), role) == known.end()) placement->add_roles(role);
      }
      placement->add_also_labels(named.label);
      MarkHandling(contact_, *placement);
      if (!named.label.starts_with(kReplaces)) {
        Warn(PathOf(named), "names the same person as another subject of this contact");
      }
      return;
    }
    v1::Placement* placement = standings_.Add(person, named.subject->person_kind(), named.label);
    if (placement == nullptr) return;
    if (record != person) placement->set_record(std::string(record.Raw()));
    for (const std::string& role : roles) placement->add_roles(role);
    placement->set_why("subject");
    if (via == nullptr) return;
    *placement->mutable_via_reference() = *via->given;
    placement->set_scope(via->scoped.scope());
  }

  const DecideInput& input_;
  const v1::Contact& contact_;
  const Speaker& speaker_;
  State state_;
  References references_;
  v1::Placed placed_;
  v1::Contact::Subject unnamed_;
  Standings standings_{contact_, placed_};
  std::map<std::string, PersonId> local_;     // by ReferenceKey: named in this contact
  std::map<std::string, PersonId> by_label_;  // records
  // Children so far, by whether the contact itself names them, and by mother.
  std::map<std::pair<bool, PersonId>, int> unborn_of_;
  std::set<Seq> unsaid_;  // by this contact
  std::vector<v1::PersonMade> also_named_;
};

}  // namespace

PersonId NewRecord(const State& state, Seq seq, std::string_view label) {
  std::string bytes = "person" + state.Journal().opened_sha256();
  AppendU64(bytes, seq);
  bytes += label;
  auto person = PersonId::FromRaw(Sha256(bytes).substr(0, 16));
  CHECK(person.has_value());
  return *person;
}

bool NamesAPerson(std::string_view scheme, bool household) {
  // The engine's own id of a record is for those who decide about it.
  if (scheme == kPersonId) return false;
  if (scheme == kUnbornOf || scheme == "police-urn") return false;
  if (scheme == "case-ref" || scheme == "tenancy-ref") return household;
  return true;
}

v1::Placed Place(const DecideInput& input) { return Placer(input).Run(); }

}  // namespace throughline::intake
