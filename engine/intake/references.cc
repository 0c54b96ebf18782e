#include "engine/intake/references.h"

#include <algorithm>

#include "engine/contact/catalogue.h"
#include "engine/contact/identifiers.h"
#include "engine/identity/evidence.h"
#include "engine/identity/index.h"
#include "engine/intake/links.h"
#include "engine/intake/place.h"
#include "engine/intake/record_links.h"

namespace throughline::intake {
namespace {

bool IsStrong(const Ref& ref) { return contact::Catalogue::Get().IsStrong(ref.scoped.scheme()); }

std::optional<PersonId> FirstRecord(const std::vector<Ref>& refs) {
  const auto found =
      std::find_if(refs.begin(), refs.end(), [](const Ref& ref) { return ref.record.has_value(); });
  return found == refs.end() ? std::nullopt : found->record;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

}  // namespace

std::string PathOf(const Ref& ref) {
  return fmt::format("{}.references[{}]", ref.of == nullptr ? "detail" : PathOf(*ref.of),
                     ref.index);
}

std::string Disagreement(const Ref& ref) {
  return fmt::format("names somebody else by {}: not placed by it, a person decides",
                     Joined(ref.disagrees));
}

v1::ScopedReference ScopedOf(const v1::Reference& given, const Speaker& speaker) {
  return ScopedOf(given, speaker.agency, speaker.import);
}

References::References(const projection::Reads& reads, const Examined& examined)
    : reads_(reads),
      state_(reads),
      contact_(*examined.contact),
      speaker_(examined.speaker),
      descriptions_(examined.descriptions) {}

std::vector<Ref> References::Of(const Named& named, v1::Placed* warned) const {
  const bool household = IsHousehold(named.subject->person_kind());
  std::vector<Ref> refs;
  for (const Given& one : GivenFor(named, contact_)) {
    const v1::Reference& given = *one.reference;
    Ref ref{ScopedOf(given, speaker_), {}, &given, one.of, one.index, std::nullopt, {}};
    if (ref.scoped.value().empty()) continue;
    if (!NamesAPerson(given.scheme(), household)) {
      if (warned != nullptr) {
        Warn(PathOf(ref), "numbers a matter, not a person: does not link", *warned);
      }
      continue;
    }
    ref.key = ReferenceKey(ref.scoped, household);
    Resolve(named, ref);
    refs.push_back(std::move(ref));
  }
  std::stable_sort(refs.begin(), refs.end(),
                   [](const Ref& a, const Ref& b) { return IsStrong(a) && !IsStrong(b); });
  return refs;
}

void References::Resolve(const Named& named, Ref& ref) const {
  const auto claimants = state_.Claimants(ref.key);
  if (claimants.empty()) return;
  if (!IsClaim(ref.scoped.scheme())) {
    ref.record = claimants.front();
    return;
  }
  const v1::IdentityEvidence& stated = Stated(named);
  for (const PersonId& claimant : claimants) {
    const auto agreement =
        identity::Agree(identity::Parameters::England(), stated, KnownOf(state_.PartOf(claimant)));
    if (agreement.links) {
      ref.record = claimant;
      ref.disagrees.clear();
      return;
    }
    if (ref.disagrees.empty()) ref.disagrees = agreement.disagrees;
  }
}

const v1::IdentityEvidence& References::Stated(const Named& named) const {
  const auto found = descriptions_.find(named.label);
  return found == descriptions_.end() ? v1::IdentityEvidence::default_instance()
                                      : found->second.evidence;
}

v1::IdentityEvidence References::KnownOf(const PersonId& person) const {
  std::optional<v1::IdentityEvidence> known;
  for (const PersonId& record : state_.RecordsOf(person)) {
    auto evidence = identity::EvidenceOf(reads_, record);
    if (!evidence) continue;
    if (known) {
      identity::Learn(*evidence, *known);
    } else {
      known = std::move(evidence);
    }
  }
  return std::move(known).value_or(v1::IdentityEvidence());
}

bool References::MayLink(const Named& named, const PersonId& first, const PersonId& second) const {
  if (!MayBeOne(state_, first, second)) return false;
  const auto& parameters = identity::Parameters::England();
  const v1::IdentityEvidence one = KnownOf(first);
  const v1::IdentityEvidence other = KnownOf(second);
  const v1::IdentityEvidence& stated = Stated(named);
  return identity::Agree(parameters, one, other).links &&
         identity::Agree(parameters, stated, one).links &&
         identity::Agree(parameters, stated, other).links;
}

std::optional<PersonId> References::RecordOf(const Named& named) const {
  return FirstRecord(Of(named));
}

std::optional<v1::Linked> References::LinkTo(const Named& named, const PersonId& unborn,
                                             Seq seq) const {
  const std::vector<Ref> refs = Of(named);
  if (refs.empty()) return std::nullopt;
  const PersonId kept = state_.PartOf(unborn);
  const auto& parameters = identity::Parameters::England();
  const v1::IdentityEvidence known = KnownOf(kept);
  if (!identity::Agree(parameters, Stated(named), known).links) return std::nullopt;
  v1::Linked linked;
  if (const auto record = FirstRecord(refs)) {
    // That the contact means this record, the reference has settled.
    const PersonId other = state_.PartOf(*record);
    if (kept == other || !MayBeOne(state_, kept, other)) return std::nullopt;
    if (!identity::Agree(parameters, known, KnownOf(other)).links) return std::nullopt;
    linked = intake::LinkOf(state_, unborn, *record);
  } else {
    const PersonId made = NewRecord(state_, seq, named.label);
    linked.set_kept(std::string(kept.Raw()));
    linked.set_joined(std::string(made.Raw()));
    linked.set_first(std::string(unborn.Raw()));
    linked.set_second(std::string(made.Raw()));
    linked.mutable_made()->set_person(std::string(made.Raw()));
    linked.mutable_made()->set_person_kind(named.subject->person_kind());
    *linked.mutable_made()->add_references() = refs.front().scoped;
  }
  linked.set_by_rule(true);
  linked.set_reason("the birth of the mother's one unborn child");
  return linked;
}

std::optional<v1::Linked> References::LinkOf(const Named& named) const {
  if (named.subject->references_size() < 2 && !contact_.has_person_recorded()) return std::nullopt;
  const std::vector<Ref> refs = Of(named);
  const Ref* first = nullptr;
  for (const Ref& ref : refs) {
    if (!ref.record || !IsStrong(ref)) continue;
    if (first == nullptr) {
      first = &ref;
      continue;
    }
    const PersonId one = state_.PartOf(*first->record);
    const PersonId other = state_.PartOf(*ref.record);
    if (one == other || !MayLink(named, one, other)) continue;
    v1::Linked linked = intake::LinkOf(state_, *first->record, *ref.record);
    linked.set_by_rule(true);
    linked.set_reason(
        fmt::format("one contact gives {} and {}; date of birth and forename agree "
                    "as far as both are known",
                    first->scoped.scheme(), ref.scoped.scheme()));
    return linked;
  }
  return std::nullopt;
}

}  // namespace throughline::intake
