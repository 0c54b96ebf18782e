#include "consumers/throughline/identity_marks.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "consumers/throughline/protected_addresses.h"
#include "consumers/throughline/view_source.h"
#include "engine/contact/labels.h"
#include "engine/identity/evidence.h"
#include "engine/identity/index.h"
#include "engine/identity/strong.h"
#include "engine/identity/weigh.h"
#include "engine/intake/suggestions.h"

namespace throughline::cli {
namespace {

using projection::Reads;
using projection::View;

// What the contacts of a person that may be seen say.
struct Seen {
  std::uint64_t contacts = 0;
  std::set<std::uint32_t> facts;  // identity::FactsOf
};

void AddFacts(const v1::Contact& body, const v1::Placement& placement,
              std::set<std::uint32_t>& facts) {
  contact::EachLabel(placement, [&](const std::string& label) {
    const contact::Labelled named = contact::LabelledIn(body, label);
    const auto evidence = identity::EvidenceOf(named.contact, named.label);
    const auto all = identity::FactsOf(evidence);
    facts.insert(all.begin(), all.end());
  });
}

Seen SeenOf(const View* view, const PersonId& record) {
  Seen seen;
  if (view == nullptr) return seen;
  const Lens lens;
  const ViewSource source(*view, lens, {});
  relations::Circle circle(source, DayOf(view->last_tick()));
  const chronology::Known& known = circle.KnownOf(circle.PersonOf(record));
  if (circle.fault() || circle.cut()) return seen;
  for (const chronology::Entry& entry : known.entries) {
    if (entry.withdrawn_by != 0) continue;
    ++seen.contacts;
    if (entry.withheld || entry.erased) continue;
    AddFacts(*entry.contact, entry.placement, seen.facts);
    if (entry.stated == entry.contact) continue;
    AddFacts(*entry.stated, entry.stated_placement ? *entry.stated_placement : entry.placement,
             seen.facts);
  }
  return seen;
}

template <typename List, typename Keeps>
void Keep(const Keeps& keeps, List& list) {
  list.erase(std::remove_if(list.begin(), list.end(), [&](const auto& one) { return !keeps(one); }),
             list.end());
}

class Masking {
 public:
  Masking(const Reads& state, const View* view) : state_(state), view_(view) {}

  void Mask(v1::IdentityPair& pair) {
    const auto first = Left(*pair.mutable_first());
    const auto second = Left(*pair.mutable_second());
    if (!pair.first().details_withheld() && !pair.second().details_withheld()) return;
    const auto& parameters = identity::Parameters::England();
    const auto reasons = identity::Weigh(parameters, first, second).fields;
    Keep(
        [&](const v1::IdentityFieldWeight& one) {
          return std::find(reasons.begin(), reasons.end(),
                           identity::FieldWeight{one.field(), one.level(), one.bits()}) !=
                 reasons.end();
        },
        *pair.mutable_fields());
    const auto disagree = identity::Agree(parameters, first, second).disagrees;
    Keep(
        [&](const std::string& one) {
          return std::find(disagree.begin(), disagree.end(), one) != disagree.end();
        },
        *pair.mutable_disagrees());
  }

 private:
  // What is left of what is known of a record, which is then told so.
  v1::IdentityEvidence Left(v1::IdentityRecord& record) {
    const auto id = PersonId::FromText(record.record());
    if (!id) return {};
    const v1::IdentityEvidence known =
        identity::EvidenceOf(state_, *id).value_or(v1::IdentityEvidence());
    const auto [at, added] = seen_.try_emplace(*id);
    if (added) at->second = SeenOf(view_, *id);
    record.set_contacts(at->second.contacts);
    v1::IdentityEvidence left = identity::Leave(identity::Facts::kThose, at->second.facts, known);
    record.set_details_withheld(left.SerializeAsString() != known.SerializeAsString());
    intake::Describe(left, record);
    return left;
  }

  const Reads& state_;
  const View* view_;
  std::map<PersonId, Seen> seen_;  // by record
};

}  // namespace

void MaskIdentity(const Reads& state, const View* view, v1::IdentityAnswer& answer) {
  Masking masking(state, view);
  for (v1::IdentityPair& pair : *answer.mutable_pairs()) masking.Mask(pair);
  MaskAddresses(view, answer);
}

}  // namespace throughline::cli
