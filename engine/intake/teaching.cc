#include "engine/intake/teaching.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/identity/evidence.h"
#include "engine/identity/index.h"

namespace throughline::intake {
namespace {

// How a contact's row names a number that it gives.
std::uint64_t ClaimOf(std::string_view reference_key) { return TakeU64(reference_key).value_or(0); }

bool HasTaught(const v1::IntakeSubject& subject) {
  return !subject.taught().empty() || !subject.claims().empty();
}

template <typename T>
std::set<T> SetOf(const google::protobuf::RepeatedField<T>& values) {
  return {values.begin(), values.end()};
}

}  // namespace

std::vector<Taught> TaughtBy(const Descriptions& descriptions, const v1::Placed& placed) {
  std::vector<Taught> taught;
  for (const v1::Placement& to : placed.to()) {
    if (to.why() != "subject") continue;
    const auto id = PersonId::FromRaw(to.record().empty() ? to.person() : to.record());
    contact::EachLabel(to, [&](const std::string& label) {
      const auto description = descriptions.find(label);
      if (id && description != descriptions.end()) taught.push_back({*id, &description->second});
    });
  }
  return taught;
}

void Teaching::Note(const std::vector<Taught>& taught, v1::IntakeContact& contact) {
  for (v1::IntakeSubject& subject : *contact.mutable_subjects()) {
    std::set<std::uint32_t> facts;
    std::set<std::uint64_t> claims;
    for (const Taught& one : taught) {
      if (one.record.Raw() != subject.record()) continue;
      facts.insert(one.description->facts.begin(), one.description->facts.end());
      for (const std::string& key : one.description->claims) claims.insert(ClaimOf(key));
    }
    subject.mutable_taught()->Assign(facts.begin(), facts.end());
    subject.mutable_claims()->Assign(claims.begin(), claims.end());
  }
}

bool Teaching::Learn(const Taught& taught) {
  const bool learnt = identity::Learn(store_, taught.record, taught.description->evidence,
                                      identity::Parameters::England());
  return learnt && !taught.description->evidence.births().empty() &&
         state_.Relations(taught.record).relations_size() > 0;
}

void Teaching::Claim(const std::string& reference_key, std::string_view record) {
  const std::string key = keys::Identity(reference_key);
  std::string claimants = store_.Get(key).value_or("");
  for (std::size_t at = 0; at < claimants.size(); at += record.size()) {
    if (claimants.compare(at, record.size(), record) == 0) return;
  }
  store_.Put(key, claimants.append(record));
}

void Teaching::DropClaim(const std::string& reference_key, const PersonId& record) {
  std::string left;
  for (const PersonId& one : state_.Claimants(reference_key)) {
    if (one != record) left += one.Raw();
  }
  const std::string key = keys::Identity(reference_key);
  if (left.empty()) return store_.Erase(key);
  store_.Put(key, left);
}

std::vector<std::string> Teaching::ClaimedBy(const PersonId& record,
                                             const std::set<std::uint64_t>& claims) const {
  std::vector<std::string> claimed;
  for (const std::uint64_t claim : claims) {
    std::string digest;
    AppendU64(digest, claim);
    const std::string begin = keys::Identity(digest);
    store_.Scan(begin, PrefixEnd(begin), [&](std::string_view key, std::string_view claimants) {
      for (std::size_t at = 0; at < claimants.size(); at += record.Raw().size()) {
        if (!claimants.substr(at).starts_with(record.Raw())) continue;
        claimed.emplace_back(key.substr(begin.size() - digest.size()));
        break;
      }
      return true;
    });
  }
  return claimed;
}

Teaching::TakenBack Teaching::TakeBack(Seq seq, const PersonId& record,
                                       const v1::IntakeSubject& taught) {
  TakenBack taken;
  std::set<std::uint32_t> facts = SetOf(taught.taught());
  std::set<std::uint64_t> claims = SetOf(taught.claims());
  const auto known = identity::EvidenceOf(store_, record);
  if (known) taken.evidence = identity::Leave(identity::Facts::kThose, facts, *known);
  taken.claims = ClaimedBy(record, claims);
  const auto contacts = state_.ContactsOf(state_.PartOf(record));
  if (contacts.size() > kMostRead) return taken;
  for (const auto& [other, offset] : contacts) {
    if (other == seq) continue;
    if (facts.empty() && claims.empty()) return taken;
    const auto contact = state_.Contact(other);
    if (!contact || contact->wrong_person()) continue;
    for (const v1::IntakeSubject& subject : contact->subjects()) {
      if (subject.record() != record.Raw()) continue;
      for (const std::uint32_t fact : subject.taught()) facts.erase(fact);
      for (const std::uint64_t claim : subject.claims()) claims.erase(claim);
    }
  }
  for (const std::string& key : taken.claims) {
    if (claims.contains(ClaimOf(key))) DropClaim(key, record);
  }
  if (facts.empty() || !known) return taken;
  const v1::IdentityEvidence rest = identity::Leave(identity::Facts::kAllBut, facts, *known);
  identity::Forget(store_, record, identity::Parameters::England());
  identity::Learn(store_, record, rest, identity::Parameters::England());
  return taken;
}

void Teaching::Forget(Seq seq, v1::IntakeContact& contact) {
  for (v1::IntakeSubject& subject : *contact.mutable_subjects()) {
    const auto record = PersonId::FromRaw(subject.record());
    if (!record || !HasTaught(subject)) continue;
    TakenBack taken = TakeBack(seq, *record, subject);
    *subject.mutable_unlearnt() = std::move(taken.evidence);
    *subject.mutable_unclaimed() = {taken.claims.begin(), taken.claims.end()};
  }
}

void Teaching::LearnAgain(v1::IntakeContact& contact) {
  for (v1::IntakeSubject& subject : *contact.mutable_subjects()) {
    const auto record = PersonId::FromRaw(subject.record());
    if (!record || !subject.has_unlearnt()) continue;
    identity::Learn(store_, *record, subject.unlearnt(), identity::Parameters::England());
    for (const std::string& key : subject.unclaimed()) Claim(key, record->Raw());
    subject.clear_unlearnt();
    subject.clear_unclaimed();
  }
}

void Teaching::Move(Seq seq, const v1::IntakeSubject& subject, const PersonId& to) {
  const auto record = PersonId::FromRaw(subject.record());
  if (!record || !HasTaught(subject) || *record == to) return;
  const TakenBack taken = TakeBack(seq, *record, subject);
  identity::Learn(store_, to, taken.evidence, identity::Parameters::England());
  for (const std::string& key : taken.claims) Claim(key, to.Raw());
}

}  // namespace throughline::intake
