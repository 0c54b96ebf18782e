#include "engine/intake/teaching.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/identity/evidence.h"
#include "engine/identity/index.h"
#include "engine/intake/place.h"

namespace throughline::intake {
namespace {

std::set<std::uint32_t> FactsIn(const v1::IntakeSubject& subject) {
  return {subject.taught().begin(), subject.taught().end()};
}

}  // namespace

std::vector<Taught> TaughtBy(const Descriptions& descriptions, const v1::Placed& placed) {
  std::vector<Taught> taught;
  for (const v1::Placement& to : placed.to()) {
    if (to.why() != "subject" || to.label().empty()) continue;
    const auto id = PersonId::FromRaw(to.record().empty() ? to.person() : to.record());
    const auto description = descriptions.find(to.label());
    if (id && description != descriptions.end()) taught.push_back({*id, &description->second});
  }
  return taught;
}

void Teaching::Note(const std::vector<Taught>& taught, v1::IntakeContact& contact) {
  for (v1::IntakeSubject& subject : *contact.mutable_subjects()) {
    std::set<std::uint32_t> facts;
    for (const Taught& one : taught) {
      if (one.record.Raw() != subject.record()) continue;
      facts.insert(one.description->facts.begin(), one.description->facts.end());
    }
    subject.mutable_taught()->Assign(facts.begin(), facts.end());
  }
}

bool Teaching::Learn(const Taught& taught) {
  const bool learnt = identity::Learn(store_, taught.record, taught.description->evidence,
                                      identity::Parameters::England());
  return learnt && !taught.description->evidence.births().empty() &&
         state_.Relations(taught.record).relations_size() > 0;
}

v1::IdentityEvidence Teaching::TakeBack(Seq seq, const PersonId& record,
                                        const std::set<std::uint32_t>& facts) {
  const auto known = identity::EvidenceOf(store_, record);
  if (!known) return {};
  v1::IdentityEvidence taken = identity::Leave(identity::Facts::kThose, facts, *known);
  std::set<std::uint32_t> alone = facts;
  const auto contacts = state_.ContactsOf(state_.PartOf(record));
  if (contacts.size() > kMostRead) return taken;
  for (const auto& [other, offset] : contacts) {
    if (other == seq) continue;
    if (alone.empty()) return taken;
    const auto contact = state_.Contact(other);
    if (!contact || contact->wrong_person()) continue;
    for (const v1::IntakeSubject& subject : contact->subjects()) {
      if (subject.record() != record.Raw()) continue;
      for (const std::uint32_t fact : subject.taught()) alone.erase(fact);
    }
  }
  if (alone.empty()) return taken;
  const v1::IdentityEvidence rest = identity::Leave(identity::Facts::kAllBut, alone, *known);
  identity::Forget(store_, record, identity::Parameters::England());
  identity::Learn(store_, record, rest, identity::Parameters::England());
  return taken;
}

void Teaching::Forget(Seq seq, v1::IntakeContact& contact) {
  for (v1::IntakeSubject& subject : *contact.mutable_subjects()) {
    const auto record = PersonId::FromRaw(subject.record());
    if (!record || subject.taught().empty()) continue;
    *subject.mutable_unlearnt() = TakeBack(seq, *record, FactsIn(subject));
  }
}

void Teaching::LearnAgain(v1::IntakeContact& contact) {
  for (v1::IntakeSubject& subject : *contact.mutable_subjects()) {
    const auto record = PersonId::FromRaw(subject.record());
    if (!record || !subject.has_unlearnt()) continue;
    identity::Learn(store_, *record, subject.unlearnt(), identity::Parameters::England());
    subject.clear_unlearnt();
  }
}

void Teaching::Move(Seq seq, const v1::IntakeSubject& subject, const PersonId& to) {
  const auto record = PersonId::FromRaw(subject.record());
  if (!record || subject.taught().empty() || *record == to) return;
  const auto taken = TakeBack(seq, *record, FactsIn(subject));
  identity::Learn(store_, to, taken, identity::Parameters::England());
}

}  // namespace throughline::intake
