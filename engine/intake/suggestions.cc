#include "engine/intake/suggestions.h"

#include <algorithm>
#include <map>
#include <optional>

#include "engine/base/uk_time.h"
#include "engine/contact/identifiers.h"
#include "engine/identity/index.h"
#include "engine/identity/strong.h"
#include "engine/intake/place.h"
#include "engine/intake/state.h"

namespace throughline::intake {
namespace {

using identity::Explanation;
using identity::Parameters;

constexpr std::uint32_t kMostPairs = 100;
constexpr std::uint32_t kMostPairsEver = 10000;

class Answerer {
 public:
  Answerer(const projection::Reads& reads, const v1::IdentityRequest& request)
      : reads_(reads),
        state_(reads),
        request_(request),
        parameters_(Parameters::England()),
        most_(request.most() == 0 ? kMostPairs : std::min(request.most(), kMostPairsEver)) {}

  Result<v1::IdentityAnswer> Run() {
    answer_.set_parameters(parameters_.version());
    answer_.set_suggest_at_bits(parameters_.suggest_at_bits());
    if (request_.has_second()) {
      TL_TRY(ExplainTwo());
    } else if (request_.has_first()) {
      TL_TRY(OfOne());
    } else {
      OfEveryone();
    }
    return std::move(answer_);
  }

 private:
  Result<PersonId> Find(const v1::PersonRecordRef& ref) const {
    if (!ref.id().empty()) {
      const auto record = PersonId::FromText(ref.id());
      if (record && state_.Person(*record)) return *record;
      return Fail(Code::kNotFound, "no record of that id is known here");
    }
    v1::ScopedReference scoped;
    scoped.set_scheme(ref.scheme());
    scoped.set_value(contact::Normalised(ref.scheme(), ref.value()));
    scoped.set_scope(ref.scope());
    for (const bool household : {false, true}) {
      const auto claimants = state_.Claimants(ReferenceKey(scoped, household));
      if (claimants.size() == 1) return claimants.front();
      if (claimants.size() > 1) {
        std::string ids;
        for (const PersonId& one : claimants) ids += " " + one.Text();
        return Fail(Code::kInvalid, "several records claim that reference; name one by its id:{}",
                    ids);
      }
    }
    return Fail(Code::kNotFound, "no record is known here by that reference{}",
                ref.scope().empty() ? " (an agency's own needs it: local-id:VALUE@AGENCY)" : "");
  }

  Result<void> ExplainTwo() {
    TL_ASSIGN(const PersonId first, Find(request_.first()));
    TL_ASSIGN(const PersonId second, Find(request_.second()));
    const auto a = identity::EvidenceOf(reads_, first).value_or(v1::IdentityEvidence());
    const auto b = identity::EvidenceOf(reads_, second).value_or(v1::IdentityEvidence());
    Add(first, second, identity::Weigh(parameters_, a, b));
    return {};
  }

  Result<void> OfOne() {
    TL_ASSIGN(const PersonId asked, Find(request_.first()));
    std::map<PersonId, std::pair<PersonId, Explanation>> best;  // by person
    for (const PersonId& record : state_.RecordsOf(state_.PartOf(asked))) {
      auto candidates = identity::Search(reads_, record, parameters_);
      answer_.set_blocks_parted(answer_.blocks_parted() + candidates.blocks_parted);
      answer_.set_more(answer_.more() + candidates.more);
      for (auto& candidate : candidates.found) {
        if (!Open(record, candidate.person)) continue;
        const PersonId person = state_.PartOf(candidate.person);
        const auto known = best.find(person);
        if (known != best.end() && known->second.second.bits >= candidate.explanation.bits)
          continue;
        best.insert_or_assign(person,
                              std::pair(candidate.person, std::move(candidate.explanation)));
      }
    }
    std::vector<std::pair<PersonId, Explanation>> found;
    found.reserve(best.size());
    for (auto& [person, candidate] : best) found.push_back(std::move(candidate));
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.second.bits > b.second.bits; });
    for (const auto& [record, explanation] : found) Add(asked, record, explanation);
    return {};
  }

  // Keeps the best pair of any two persons, and of those as many as are asked for.
  void OfEveryone() {
    std::map<std::pair<PersonId, PersonId>, identity::Suggestion> best;
    const auto pass =
        identity::EachSuggestion(reads_, parameters_, [&](const identity::Suggestion& one) {
          if (!Open(one.first, one.second)) return true;
          const PersonId first = state_.PartOf(one.first);
          const PersonId second = state_.PartOf(one.second);
          const auto persons = std::minmax(first, second);
          const auto [known, added] = best.try_emplace(persons, one);
          if (!added && known->second.explanation.bits < one.explanation.bits) known->second = one;
          return true;
        });
    answer_.set_blocks_parted(pass.blocks_parted);
    std::vector<identity::Suggestion> found;
    found.reserve(best.size());
    for (auto& [persons, one] : best) found.push_back(std::move(one));
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return a.explanation.bits > b.explanation.bits;
    });
    for (const auto& one : found) {
      if (answer_.pairs_size() < static_cast<int>(most_)) {
        Add(one.first, one.second, one.explanation);
      } else {
        answer_.set_more(answer_.more() + 1);
      }
    }
  }

  bool KeptApart(const PersonId& first, const PersonId& second) const {
    for (const PersonId& record : state_.RecordsOf(state_.PartOf(first))) {
      const auto row = state_.Person(record);
      if (!row) continue;
      for (const PersonId& other : state_.RecordsOf(state_.PartOf(second))) {
        const auto& apart = row->kept_apart();
        if (std::find(apart.begin(), apart.end(), other.Raw()) != apart.end()) return true;
      }
    }
    return false;
  }

  // Nobody has decided yet.
  bool Open(const PersonId& first, const PersonId& second) const {
    return state_.PartOf(first) != state_.PartOf(second) && !KeptApart(first, second);
  }

  void Add(const PersonId& first, const PersonId& second, const Explanation& explanation) {
    v1::IdentityPair& pair = *answer_.add_pairs();
    Describe(first, *pair.mutable_first());
    Describe(second, *pair.mutable_second());
    pair.set_bits(explanation.bits);
    for (const auto& weight : explanation.fields) {
      v1::IdentityFieldWeight& field = *pair.add_fields();
      field.set_field(weight.field);
      field.set_level(weight.level);
      field.set_bits(weight.bits);
    }
    if (state_.PartOf(first) == state_.PartOf(second)) {
      pair.set_decided("linked");
    } else if (KeptApart(first, second)) {
      pair.set_decided("kept_apart");
    }
    const auto a = identity::EvidenceOf(reads_, first);
    const auto b = identity::EvidenceOf(reads_, second);
    if (!a || !b) return;
    for (auto& field : identity::Agree(parameters_, *a, *b).disagrees) {
      pair.add_disagrees(std::move(field));
    }
  }

  void Describe(const PersonId& record, v1::IdentityRecord& out) const {
    const PersonId person = state_.PartOf(record);
    out.set_record(record.Text());
    out.set_person(person.Text());
    if (const auto row = state_.Person(record)) out.set_person_kind(row->person_kind());
    out.set_contacts(state_.ContactsOf(person).size());
    const auto evidence = identity::EvidenceOf(reads_, record);
    if (evidence) intake::Describe(*evidence, out);
  }

  const projection::Reads& reads_;
  State state_;
  const v1::IdentityRequest& request_;
  const Parameters& parameters_;
  std::uint32_t most_;
  v1::IdentityAnswer answer_;
};

}  // namespace

void Describe(const v1::IdentityEvidence& evidence, v1::IdentityRecord& out) {
  *out.mutable_names() = evidence.names();
  *out.mutable_parents() = evidence.parents();
  out.clear_births();
  for (const auto& birth : evidence.births()) {
    std::string text = FormatDay(birth.earliest());
    if (birth.latest() != birth.earliest()) text += " to " + FormatDay(birth.latest());
    out.add_births(std::move(text));
  }
  out.clear_addresses();
  for (const auto& address : evidence.addresses()) {
    out.add_addresses(address.line() + (address.line().empty() ? "" : " ") + address.postcode());
  }
  out.clear_references();
  for (const auto& reference : evidence.references()) {
    out.add_references(reference.scheme() + ":" + reference.value() +
                       (reference.scope().empty() ? "" : "@" + reference.scope()));
  }
}

Result<v1::IdentityAnswer> AnswerIdentity(const projection::Reads& reads,
                                          const v1::IdentityRequest& request) {
  TL_ASSIGN(v1::IdentityAnswer answer, Answerer(reads, request).Run());
  if (reads.fault()) return Fail(*reads.fault());
  return answer;
}

}  // namespace throughline::intake
