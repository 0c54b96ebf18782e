#include "engine/intake/relations.h"

#include <algorithm>
#include <set>

#include "engine/base/bytes.h"
#include "engine/contact/placement_moves.h"
#include "engine/contact/read_contact.h"
#include "engine/contact/relation.h"
#include "engine/intake/family.h"

namespace throughline::intake {
namespace {

constexpr int kMostGenerations = 12;

class Reader {
 public:
  explicit Reader(const Stating& stating)
      : stating_(stating), contact_(stating.contact), family_(stating.state, stating.unsaid) {}

  Stated Read() {
    for (int i = 0; i < contact_.subjects_size(); ++i) {
      const auto& subject = contact_.subjects(i);
      if (!subject.has_stated_relation()) continue;
      const auto& stated = subject.stated_relation();
      v1::RelationKnown relation;
      relation.set_relation(stated.relation());
      relation.set_confidence("stated");
      Add(subject.label(), stated.to(), std::move(relation),
          fmt::format("subjects[{}].stated_relation", i));
    }
    for (const auto& subject : contact_.subjects()) {
      if (!subject.has_unborn()) continue;
      v1::RelationKnown relation;
      relation.set_relation("unborn_child_of");
      relation.set_confidence("recorded");
      Add(subject.label(), subject.unborn().mother(), std::move(relation), "subjects");
    }
    ReadDetail();
    return std::move(stated_);
  }

 private:
  void ReadDetail() {
    switch (contact_.detail_case()) {
      case v1::Contact::kRelationAsserted:
        return ReadAsserted(contact_.relation_asserted());
      case v1::Contact::kRelationEnded:
        return ReadEnded(contact_.relation_ended());
      case v1::Contact::kAddressKnown:
        return ReadAddress(contact_.address_known());
      case v1::Contact::kCareEpisode:
        return ReadCare(contact_.care_episode());
      case v1::Contact::kAdultObserved:
        return ReadObserved(contact_.adult_observed());
      case v1::Contact::kBirth:
        return ReadBirth(contact_.birth());
      case v1::Contact::kPlacementStarted:
        return ReadPlaced(contact_.placement_started().address());
      case v1::Contact::kPlacementEnded:
        return ReadPlaced(contact_.placement_ended().to());
      case v1::Contact::kPrivateFosteringKnown:
        return ReadFostering(contact_.private_fostering_known());
      default:
        return;
    }
  }

  std::vector<std::string> ChildrenNamed() const {
    std::vector<std::string> children;
    for (const auto& subject : contact_.subjects()) {
      if (subject.person_kind() == "child" && contact::HasRole(subject, "subject_child")) {
        children.push_back(subject.label());
      }
    }
    return children;
  }

  void ReadAsserted(const v1::RelationAsserted& detail) {
    v1::RelationKnown relation;
    relation.set_relation(detail.relation());
    relation.set_confidence(detail.confidence());
    relation.set_basis(detail.basis());
    if (detail.has_since()) *relation.mutable_since() = detail.since();
    if (detail.has_until()) *relation.mutable_until() = detail.until();
    Add(detail.from(), detail.to(), std::move(relation), "detail");
  }

  void ReadEnded(const v1::RelationEndedDetail& detail) {
    auto from = stating_.record(detail.from());
    auto to = stating_.record(detail.to());
    if (!from || !to) return;
    v1::RelationEnded ended;
    ended.set_from(std::string(from->Raw()));
    ended.set_to(std::string(to->Raw()));
    ended.set_relation(detail.relation());
    ended.set_reason(detail.reason());
    ended.set_confidence(detail.confidence());
    ended.set_recorded_ms(stating_.recorded);
    *ended.mutable_until() = detail.has_until() ? detail.until() : contact_.occurred();
    *ended.mutable_source() = Source();
    if (stating_.flow != nullptr) {
      for (auto& code :
           stating_.flow->StoppedBy(detail.relation(), detail.reason(), detail.confidence())) {
        ended.add_stops(std::move(code));
      }
    }
    if (!IsKnown(*from, *to, detail.relation())) {
      stated_.warnings.emplace_back("detail", "ends a relation that nobody has stated");
    }
    stated_.ended.push_back(std::move(ended));
  }

  void ReadAddress(const v1::AddressKnown& detail) {
    const bool apart = stating_.flow != nullptr && stating_.flow->LivesApart(detail.type());
    for (const std::string& who : detail.who()) {
      v1::RelationKnown relation;
      relation.set_relation("member_of_household");
      relation.set_confidence("recorded");
      if (detail.has_since()) *relation.mutable_since() = detail.since();
      if (detail.has_until()) *relation.mutable_until() = detail.until();
      Add(who, detail.address(), std::move(relation), "detail", !apart);
    }
  }

  void ReadCare(const v1::CareEpisode& detail) {
    for (const std::string& child : ChildrenNamed()) {
      if (child == detail.carer()) continue;
      v1::RelationKnown relation;
      relation.set_relation("carer");
      relation.set_confidence(detail.confidence());
      relation.set_doing("caring");
      relation.set_alone(detail.alone());
      if (detail.has_from()) *relation.mutable_since() = detail.from();
      if (detail.has_until()) *relation.mutable_until() = detail.until();
      Add(detail.carer(), child, std::move(relation), "detail");
    }
  }

  // Who lives, stays or cares there is more than a visitor; of one who visits or collects nothing
  // is carried.
  void ReadObserved(const v1::AdultObserved& detail) {
    const bool lives = detail.doing() == "living" || detail.doing() == "staying";
    for (const auto& subject : contact_.subjects()) {
      if (!lives || !IsHousehold(subject.person_kind())) continue;
      v1::RelationKnown relation;
      relation.set_relation("member_of_household");
      relation.set_confidence("recorded");
      relation.set_doing(detail.doing());
      *relation.mutable_since() = contact_.occurred();
      Add(detail.who(), subject.label(), std::move(relation), "detail");
    }
    if (detail.doing() != "caring") return;
    for (const std::string& child : ChildrenNamed()) {
      v1::RelationKnown relation;
      relation.set_relation("carer");
      relation.set_confidence("recorded");
      relation.set_doing(detail.doing());
      relation.set_alone(detail.caring_alone());
      *relation.mutable_since() = contact_.occurred();
      *relation.mutable_until() = contact_.occurred();
      Add(detail.who(), child, std::move(relation), "detail");
    }
  }

  void ReadBirth(const v1::Birth& detail) {
    v1::RelationKnown relation;
    relation.set_relation("parent");
    relation.set_confidence("recorded");
    relation.set_basis("own_record");
    *relation.mutable_since() = contact_.occurred();
    Add(detail.mother(), detail.child(), std::move(relation), "detail");
  }

  // To whom a child goes says no home.
  void ReadPlaced(const std::string& home) {
    const auto* there = contact::SubjectWith(contact_, home);
    const bool is_home = there != nullptr && IsHousehold(there->person_kind());
    for (const std::string& child : ChildrenNamed()) {
      AddMove(child);
      if (!is_home) continue;
      v1::RelationKnown relation;
      relation.set_relation("member_of_household");
      relation.set_confidence("recorded");
      *relation.mutable_since() = contact_.occurred();
      Add(child, home, std::move(relation), "detail");
    }
  }

  void ReadFostering(const v1::PrivateFosteringKnown& detail) {
    for (const std::string& child : ChildrenNamed()) {
      v1::RelationKnown relation;
      relation.set_relation("friend_with_care");
      relation.set_confidence("recorded");
      if (detail.has_from()) *relation.mutable_since() = detail.from();
      if (detail.has_until()) *relation.mutable_until() = detail.until();
      Add(detail.carer(), child, std::move(relation), "detail");
    }
  }

  void AddMove(const std::string& label) {
    const auto child = stating_.record(label);
    const auto told = contact::PlacementMoveOf(contact_);
    if (!child || !told) return;
    v1::PlacementMove& move = stated_.moves.emplace_back();
    move.set_child(std::string(child->Raw()));
    move.set_starts(told->starts);
    move.set_temporary(told->temporary);
    move.set_own_home(told->own_home);
    move.set_leaves(told->leaves);
    *move.mutable_at() = contact_.occurred();
    move.set_recorded_ms(stating_.recorded);
  }

  v1::ContactRef Source() const {
    v1::ContactRef source;
    source.set_agency(std::string(stating_.agency));
    source.set_contact_id(std::string(stating_.contact_id));
    return source;
  }

  void Add(const std::string& from_label, const std::string& to_label, v1::RelationKnown relation,
           const std::string& field, bool carries = true) {
    auto from = stating_.record(from_label);
    auto to = stating_.record(to_label);
    if (!from || !to || relation.relation().empty()) return;
    if (stating_.state.PartOf(*from) == stating_.state.PartOf(*to)) {
      stated_.warnings.emplace_back(field, "a relation to oneself: both are known as one person");
      if (*from == *to) return;
    }
    if (relation.confidence().empty()) relation.set_confidence("stated");
    if (relation.relation() == "parent" && relation.confidence() != "disputed" &&
        Descends(*from, *to)) {
      stated_.warnings.emplace_back(
          field, "a parent who is known as a descendant: kept beside that, disputed");
      relation.set_confidence("disputed");
    }
    relation.set_from(std::string(from->Raw()));
    relation.set_to(std::string(to->Raw()));
    *relation.mutable_source() = Source();
    relation.set_recorded_ms(stating_.recorded);
    relation.set_apart(!carries);
    if (carries && stating_.flow != nullptr) {
      for (auto& code : stating_.flow->CarriedBy(relation.relation(), relation.confidence())) {
        relation.add_carries(std::move(code));
      }
    }
    if (MayBeKept(*from, *to, relation, field)) stated_.known.push_back(std::move(relation));
  }

  bool MayBeKept(const PersonId& from, const PersonId& to, const v1::RelationKnown& relation,
                 const std::string& field) {
    const std::uint64_t says = DigestOf(relation);
    const bool twice =
        std::any_of(stated_.known.begin(), stated_.known.end(), [&](const auto& one) {
          return one.from() == relation.from() && one.to() == relation.to() &&
                 DigestOf(one) == says;
        });
    if (twice) return false;
    const v1::IntakeRelations known = stating_.state.Relations(from);
    for (const v1::IntakeRelation& one : known.relations()) {
      if (one.is_from() && one.other() == to.Raw() && one.says() == says) return true;
    }
    if (known.relations_size() < kMaxRelations &&
        stating_.state.Relations(to).relations_size() < kMaxRelations) {
      return true;
    }
    stated_.warnings.emplace_back(field, "one relation more than is kept of one record");
    return false;
  }

  bool IsKnown(const PersonId& from, const PersonId& to, const std::string& relation) const {
    for (const PersonId& record : stating_.state.RecordsOf(stating_.state.PartOf(from))) {
      const v1::IntakeRelations known = stating_.state.Relations(record);
      for (const auto& one : known.relations()) {
        const bool either_way = one.is_from() || contact::IsMutual(relation);
        if (either_way && one.relation() == relation && OfPerson(one.other(), to)) return true;
      }
    }
    return false;
  }

  bool OfPerson(const std::string& record, const PersonId& other) const {
    return stating_.state.PartOf(PersonIn(record)) == stating_.state.PartOf(other);
  }

  // Whether `person` is a child, a grandchild and so on of `of`.
  bool Descends(const PersonId& person, const PersonId& of) {
    const PersonId end = family_.PartOf(of);
    std::set<PersonId> met{family_.PartOf(person)};
    std::set<PersonId> now = met;
    for (int i = 0; i < kMostGenerations && !now.empty(); ++i) {
      std::set<PersonId> parents;
      for (const PersonId& one : now) {
        for (const PersonId& parent : family_.ParentsOf(one)) {
          if (parent == end) return true;
          if (met.insert(parent).second) parents.insert(parent);
        }
      }
      now = std::move(parents);
    }
    return false;
  }

  const Stating& stating_;
  const v1::Contact& contact_;
  Family family_;
  Stated stated_;
};

}  // namespace

Stated RelationsStated(const Stating& stating) { return Reader(stating).Read(); }

std::uint64_t DigestOf(const v1::RelationKnown& relation) {
  v1::RelationKnown said = relation;
  said.mutable_source()->clear_contact_id();
  said.clear_recorded_ms();
  const std::string hash = Sha256(said.SerializeAsString());
  std::string_view front = hash;
  return *TakeU64(front);
}

Interval SpanOf(const v1::RelationKnown& relation) {
  Interval span;
  if (relation.has_since()) {
    if (auto since = Implied(relation.since())) span.earliest = since->earliest;
  }
  if (relation.has_until()) {
    if (auto until = Implied(relation.until())) span.latest = until->latest;
  }
  return span;
}

}  // namespace throughline::intake
