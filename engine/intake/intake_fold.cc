#include "engine/intake/intake_fold.h"

#include <algorithm>
#include <set>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/contact/read_contact.h"
#include "engine/intake/belonging.h"
#include "engine/intake/corrections.h"
#include "engine/intake/kinds.h"
#include "engine/intake/lifetimes.h"
#include "engine/intake/people.h"
#include "engine/intake/place.h"
#include "engine/intake/taking_back.h"
#include "engine/intake/teaching.h"
#include "engine/intake/unborn.h"

namespace throughline::intake {
namespace {

class Applier {
 public:
  Applier(const v1::JournalEnvelope& envelope, const AppliedRecord& record,
          projection::Writes& store)
      : envelope_(envelope),
        record_(record),
        store_(store),
        state_(store),
        journal_(state_.Journal()) {}

  bool Apply(const v1::Decision& decision) {
    journal_.set_last_placed_ms(envelope_.placed_ms());
    if (!envelope_.feed().empty()) feed_ = state_.Feed(envelope_.feed());
    if (feed_) {
      MarkDay();
      feed_->set_position(std::max(feed_->position(), envelope_.feed_offset() + 1));
      feed_->set_last_received_ms(std::max(feed_->last_received_ms(), envelope_.received_ms()));
    }
    if (decision.has_origin()) {
      const v1::ContactOrigin& origin = decision.origin();
      PutSeen(ContactKey(origin.agency(), origin.contact_id()), origin.contact_sha256());
    }
    Dispatch(decision);
    if (feed_) Put(keys::Feed(envelope_.feed()), *feed_);
    Put(std::string(keys::kJournal), journal_);
    return journal_.owed_because() != 0;
  }

 private:
  void Dispatch(const v1::Decision& decision) {
    switch (decision.decision_case()) {
      case v1::Decision::kOpened:
        return Open(decision.opened());
      case v1::Decision::kPlaced:
        return Place(decision.placed());
      case v1::Decision::kPlacedBecause:
        return Bring(decision.placed_because());
      case v1::Decision::kLinked:
        return Link(decision.linked());
      case v1::Decision::kUnlinked:
        return Unlink(decision.unlinked());
      case v1::Decision::kKeptApart:
        return People(envelope_.seq(), store_).KeepApart(decision.kept_apart());
      case v1::Decision::kRefused:
        journal_.set_refused(journal_.refused() + 1);
        if (feed_) feed_->set_refused(feed_->refused() + 1);
        return;
      case v1::Decision::kConflict:
        journal_.set_conflicts(journal_.conflicts() + 1);
        if (feed_) feed_->set_conflicts(feed_->conflicts() + 1);
        return;
      case v1::Decision::kTick:
        journal_.set_last_tick_ms(decision.tick().at_ms());
        journal_.clear_held_at_ms();
        journal_.clear_held_why();
        journal_.clear_released_at_ms();
        *journal_.mutable_behind() = decision.tick().behind();
        *journal_.mutable_silent() = decision.tick().silent();
        return;
      case v1::Decision::kHeld:
        journal_.set_held_at_ms(decision.held().at_ms());
        journal_.set_held_why(decision.held().why());
        return;
      case v1::Decision::kReleased:
        journal_.set_released_at_ms(decision.released().at_ms());
        return;
      case v1::Decision::kTook:
        journal_.set_writer(decision.took().instance());
        return;
      default:
        return Activate(decision);
    }
  }

  void Activate(const v1::Decision& decision) {
    switch (decision.decision_case()) {
      case v1::Decision::kFeedActivated:
        return ActivateFeed(decision.feed_activated());
      case v1::Decision::kPolicyActivated: {
        const v1::PolicyActivated& policy = decision.policy_activated();
        return SetInForce(keys::Policy(policy.policy()), policy.policy(), policy.version(),
                          policy.source(), policy.state(), false);
      }
      case v1::Decision::kCalendarActivated: {
        const v1::CalendarActivated& calendar = decision.calendar_activated();
        return SetInForce(keys::Calendar(calendar.calendar()), calendar.calendar(),
                          calendar.version(), calendar.content(), calendar.state(), true);
      }
      case v1::Decision::kFlowActivated:
        journal_.set_household_most(decision.flow_activated().household_most());
        return SetInForce(std::string(keys::kFlow), "flow", decision.flow_activated().version(),
                          decision.flow_activated().content(), "active", true);
      case v1::Decision::kErased:
        for (const std::string& key : decision.erased().contact_keys()) {
          v1::IntakeSeen seen = state_.SeenOrWaited(key);
          seen.set_erased(true);
          Put(keys::Seen(key), seen);
        }
        return;
      default:
        return;
    }
  }

  // Once a day, where the feed stood before it: so it is known later what was journalled by when.
  void MarkDay() {
    std::int64_t day = envelope_.placed_ms() / kDay;
    if (day == feed_->placed_day()) return;
    feed_->set_placed_day(day);
    if (!feed_->has_position()) return;
    std::string mark;
    AppendI64(mark, day);
    AppendI64(mark, feed_->position());
    store_.Put(keys::Day(envelope_.feed(), day), mark);
  }

  // What is left of it is read from its start, and what was decided on before is dropped as a
  // repeat: so an operator goes on where records were lost.
  void ForgetPosition(const std::string& topic, v1::IntakeFeed& feed) {
    feed.clear_position();
    feed.clear_placed_day();
    for (const auto& [day, position] : state_.DaysOf(topic)) store_.Erase(keys::Day(topic, day));
  }

  void Open(const v1::Opened& opened) {
    journal_.set_partnership(opened.partnership());
    journal_.set_tick_interval_ms(opened.tick_interval_ms());
    journal_.set_operator_feed(opened.operator_feed());
    journal_.set_generation(opened.generation());
    journal_.set_opened_sha256(record_.hash);
    journal_.set_opened_ms(envelope_.placed_ms());
    // Without a feed on which the operator speaks nothing could ever be activated.
    v1::IntakeFeed feed;
    std::string_view agency = opened.operator_feed();
    if (agency.starts_with(kFeedPrefix)) agency.remove_prefix(kFeedPrefix.size());
    feed.set_agency(std::string(agency));
    feed.set_active(true);
    feed.set_attests(true);
    feed.set_activated_ms(envelope_.placed_ms());
    Put(keys::Feed(opened.operator_feed()), feed);
  }

  void ActivateFeed(const v1::FeedActivated& activated) {
    // The record may come from the very feed that it changes.
    bool own = feed_ && envelope_.feed() == activated.topic();
    v1::IntakeFeed feed = own ? *feed_ : state_.Feed(activated.topic()).value_or(v1::IntakeFeed());
    if (!own && !feed.active()) ForgetPosition(activated.topic(), feed);
    feed.set_agency(activated.agency());
    feed.set_active(activated.state() != "closed");
    feed.set_attests(activated.attests());
    feed.set_delay_ms(activated.delay_ms());
    feed.set_expected_every_ms(activated.expected_every_ms());
    if (feed.activated_ms() == 0) feed.set_activated_ms(envelope_.placed_ms());
    if (own) {
      feed_ = feed;
    } else {
      Put(keys::Feed(activated.topic()), feed);
    }
  }

  void SetInForce(const std::string& key, const std::string& name, const std::string& version,
                  const std::string& source, std::string_view state, bool keep_source) {
    if (state == "retired") return store_.Erase(key);
    v1::IntakeInForce in_force;
    in_force.set_name(name);
    in_force.set_version(version);
    in_force.set_seq(envelope_.seq());
    in_force.set_source_sha256(Sha256(source));
    if (keep_source) in_force.set_content(source);
    Put(key, in_force);
  }

  void Place(const v1::Placed& placed) {
    journal_.set_placed(journal_.placed() + 1);
    if (feed_) feed_->set_placed(feed_->placed() + 1);
    v1::IntakeContact contact = AsContact(placed);
    const std::string key = contact.contact_key();
    PutSeen(key, placed.contact_sha256());
    for (const v1::PersonMade& made : placed.made()) Name(made);
    for (const v1::PersonMade& named : placed.also_named()) Name(named);
    const std::set<Seq> unsaid(placed.unsaid().begin(), placed.unsaid().end());
    for (const v1::ScopedReference& reference : placed.ended()) Bear(reference, unsaid, contact);

    if (record_.contact != nullptr) contact.set_happened_ms(HappenedOf(*record_.contact));
    contact.set_offset(record_.offset);
    contact.set_bytes(record_.contact_bytes + static_cast<std::uint32_t>(placed.ByteSizeLong()));
    for (const v1::Placement& to : placed.to()) {
      PutStanding(contact.offset(), envelope_.seq(), to.person());
    }
    for (const v1::ContactRef& target : placed.waits_for()) {
      Wait(contact, envelope_.seq(), ContactKey(target.agency(), target.contact_id()));
    }
    for (Seq beside : placed.beside()) {
      auto there = state_.Contact(beside);
      if (!there) continue;
      there->add_has_beside(envelope_.seq());
      Put(keys::Contact(beside), *there);
    }
    TakeBack(placed, contact);
    for (const std::string& id : placed.corrected_by()) {
      const auto seen = state_.Seen(ContactKey(placed.agency(), id));
      auto correction = seen ? state_.Contact(seen->seq()) : std::nullopt;
      if (!correction) continue;
      Lengthen(ChainOf(placed), *correction);
      Put(keys::Contact(seen->seq()), *correction);
    }
    std::vector<Taught> taught;
    if (record_.contact != nullptr) taught = TaughtBy(*record_.descriptions, placed);
    Teaching::Note(taught, contact);
    Put(keys::Contact(envelope_.seq()), contact);
    std::set<PersonId> moved = Learn(taught);
    moved.merge(KeepKinds(contact, store_));
    if (record_.contact != nullptr) LearnDeaths(placed);
    moved.merge(People(envelope_.seq(), store_).Say(placed));
    journal_.clear_owed_contacts();
    for (const auto* seqs : {&placed.wrong_person(), &placed.belongs_again()}) {
      for (const Seq seq : *seqs) {
        moved.merge(TellKindsAnew(seq, store_));
        journal_.add_owed_contacts(seq);
      }
    }
    if (contact.corrects()) journal_.add_owed_contacts(envelope_.seq());
    const bool met = MeetWaiting(contact);
    if (met || !moved.empty() || journal_.owed_contacts_size() > 0) {
      Owe(moved, placed.wrong_person().empty() ? kRelationEnded : kWrongPerson);
    }
  }

  // Whoever was born by it, of those whom the reference names.
  void Bear(const v1::ScopedReference& reference, const std::set<Seq>& unsaid,
            v1::IntakeContact& contact) {
    Interval occurred{envelope_.received_ms(), envelope_.received_ms()};
    if (record_.contact != nullptr) {
      occurred = contact::Occurred(record_.contact->has_contact_corrected()
                                       ? record_.contact->contact_corrected().replaces()
                                       : *record_.contact);
    }
    auto born = BornUnder(state_, reference, occurred, unsaid);
    if (!born || born->row.births_size() >= kMostBirths) return;
    v1::IntakeBirth& birth = *born->row.add_births();
    birth.set_seq(envelope_.seq());
    birth.set_latest_ms(occurred.latest);
    contact.add_born(std::string(born->record.Raw()));
    Put(keys::Person(born->record.Raw()), born->row);
  }

  // What it takes back, and what took it back before it came.
  void TakeBack(const v1::Placed& placed, v1::IntakeContact& contact) {
    const auto takers = TakersBackOf(state_, contact.contact_key());
    contact.mutable_taken_back_by()->Assign(takers.begin(), takers.end());
    contact.set_as_wrong_person(placed.as_wrong_person());
    if (!placed.has_takes_back()) return;
    const v1::ContactRef& of = placed.takes_back();
    contact.set_takes_back(ContactKey(of.agency(), of.contact_id()));
    const auto seen = state_.Seen(contact.takes_back());
    if (!seen) return;
    auto target = state_.Contact(seen->seq());
    if (!target || target->taken_back_by_size() >= kMaxTakenBackBy) return;
    target->add_taken_back_by(envelope_.seq());
    Put(keys::Contact(seen->seq()), *target);
  }

  // What waited for this contact stands beside it.
  bool MeetWaiting(const v1::IntakeContact& contact) {
    if (state_.WaitingCount(contact.contact_key()) == 0) return false;
    auto there = state_.Contact(envelope_.seq());
    CHECK(there.has_value());
    for (Seq seq : state_.WaitingFor(contact.contact_key())) {
      auto waiting = state_.Contact(seq);
      CHECK(waiting.has_value());
      auto& waits = *waiting->mutable_waits_for();
      waits.erase(std::remove(waits.begin(), waits.end(), contact.contact_key()), waits.end());
      waiting->add_beside(envelope_.seq());
      Put(keys::Contact(seq), *waiting);
      there->add_has_beside(seq);
    }
    Put(keys::Contact(envelope_.seq()), *there);
    return true;
  }

  void Link(const v1::Linked& linked) {
    if (linked.has_made()) Name(linked.made());
    const auto persons = People(envelope_.seq(), store_).Link(linked);
    if (linked.parts() > 0) OweParts(persons, "linked");
  }

  void Unlink(const v1::Unlinked& unlinked) {
    if (unlinked.has_made()) Name(unlinked.made());
    const auto persons = People(envelope_.seq(), store_).Unlink(unlinked);
    if (unlinked.parts() > 0) OweParts(persons, kWrongPerson);
  }

  // If anything that was placed earlier does not stand where it now belongs, parts follow.
  void Owe(const std::set<PersonId>& persons, const std::string& reason) {
    journal_.set_owed_because(envelope_.seq());
    journal_.set_owed_done(0);
    journal_.set_owed_reason(reason);
    journal_.clear_owed_persons();
    for (const PersonId& person : persons) journal_.add_owed_persons(std::string(person.Raw()));
    Put(std::string(keys::kJournal), journal_);
    if (Owed(state_).empty()) OweNothing();
  }

  // The decision says that parts follow: they are worked out when they are written.
  void OweParts(const std::set<PersonId>& persons, const std::string& reason) {
    journal_.set_owed_because(envelope_.seq());
    journal_.set_owed_done(0);
    journal_.set_owed_reason(reason);
    for (const PersonId& person : persons) journal_.add_owed_persons(std::string(person.Raw()));
  }

  void OweNothing() {
    // Who waits is owed by the waiting until all of it is brought.
    const auto there = state_.Contact(journal_.owed_because());
    if (there && state_.WaitingCount(there->contact_key()) > 0) {
      const std::string& key = there->contact_key();
      for (const Seq seq : state_.WaitingFor(key)) store_.Erase(keys::Waiting(key, seq));
      CountWaiting(key, 0);
    }
    journal_.clear_owed_because();
    journal_.clear_owed_done();
    journal_.clear_owed_reason();
    journal_.clear_owed_persons();
    journal_.clear_owed_contacts();
  }

  void Bring(const v1::PlacedBecause& brought) {
    for (const v1::EarlierContact& earlier : brought.contacts()) {
      auto contact = state_.Contact(earlier.seq());
      if (!contact) continue;
      Move(earlier, *contact);
      Put(keys::Contact(earlier.seq()), *contact);
    }
    if (journal_.owed_because() != brought.because()) return;
    journal_.set_owed_done(brought.part());
    if (brought.part() == brought.of()) OweNothing();
  }

  void Move(const v1::EarlierContact& earlier, v1::IntakeContact& contact) {
    for (const std::string& person : earlier.from()) {
      auto& standings = *contact.mutable_standings();
      standings.erase(std::remove_if(standings.begin(), standings.end(),
                                     [&](const auto& one) { return one.person() == person; }),
                      standings.end());
      store_.Erase(keys::PersonContact(person, earlier.seq()));
    }
    for (const v1::Placement& to : earlier.to()) {
      v1::IntakeStanding& standing = *contact.add_standings();
      standing.set_person(to.person());
      standing.set_person_kind(to.person_kind());
      standing.set_why(to.why());
      if (to.why() == "subject") {
        standing.set_record(to.record().empty() ? to.person() : to.record());
      }
      PutStanding(contact.offset(), earlier.seq(), to.person());
    }
  }

  void PutSeen(const std::string& contact_key, const std::string& sha256) {
    v1::IntakeSeen seen = state_.SeenOrWaited(contact_key);
    seen.set_contact_sha256(sha256);
    seen.set_seq(envelope_.seq());
    Put(keys::Seen(contact_key), seen);
  }

  void Name(const v1::PersonMade& made) {
    auto id = PersonId::FromRaw(made.person());
    if (!id) return;
    auto person = state_.Person(*id).value_or(v1::IntakePerson());
    if (person.made() == 0) {
      person.set_person_kind(made.person_kind());
      person.set_made(envelope_.seq());
      person.set_unborn_from_ms(made.unborn_from_ms());
      person.set_unborn_until_ms(made.unborn_until_ms());
    }
    for (const v1::ScopedReference& reference : made.references()) {
      const std::string key = ReferenceKey(reference, IsHousehold(made.person_kind()));
      if (reference.scheme() == kUnbornOf) ForgetPregnancies(key);
      Teaching(store_).Claim(key, made.person());
    }
    Put(keys::Person(made.person()), person);
  }

  // Of the children whom a reference of their mother named, the earliest, so that another can join.
  void ForgetPregnancies(const std::string& reference_key) {
    const auto claimants = state_.Claimants(reference_key);
    if (claimants.size() < kMostPregnancies) return;
    std::string left;
    for (std::size_t i = claimants.size() - kMostPregnancies + 1; i < claimants.size(); ++i) {
      left += claimants[i].Raw();
    }
    store_.Put(keys::Identity(reference_key), left);
  }

  // What the contact says that tells the records that it names from others. Those whose contacts
  // may stand elsewhere by it.
  std::set<PersonId> Learn(const std::vector<Taught>& all) {
    std::set<PersonId> moved;
    Teaching teaching(store_);
    for (const Taught& taught : all) {
      if (teaching.Learn(taught)) {
        moved.merge(Family(state_).Around({state_.PartOf(taught.record)}));
      }
    }
    return moved;
  }

  void LearnDeaths(const v1::Placed& placed) {
    for (const v1::Placement& to : placed.to()) {
      if (to.why() != "subject") continue;
      const auto id = PersonId::FromRaw(to.record().empty() ? to.person() : to.record());
      if (!id) continue;
      contact::EachLabel(to, [&](const std::string& label) {
        const Labelled named = LabelledIn(*record_.contact, label);
        if (!named.contact.has_death() || named.contact.death().who() != named.label) return;
        auto person = state_.Person(*id).value_or(v1::IntakePerson());
        KeepDeath(named.contact, envelope_.seq(), person);
        Put(keys::Person(id->Raw()), person);
      });
    }
  }

  Millis HappenedOf(const v1::Contact& contact) const {
    return std::min(contact::Occurred(contact).latest,
                    contact::RecordedInstant(contact, envelope_.received_ms()));
  }

  void PutStanding(std::int64_t contact_offset, Seq seq, const std::string& person) {
    std::string offset;
    AppendI64(offset, contact_offset);
    store_.Put(keys::PersonContact(person, seq), offset);
  }

  void Wait(v1::IntakeContact& contact, Seq seq, const std::string& key) {
    const auto& waits = contact.waits_for();
    if (waits.size() >= kMaxWaits || std::find(waits.begin(), waits.end(), key) != waits.end()) {
      return;
    }
    contact.add_waits_for(key);
    store_.Put(keys::Waiting(key, seq), {});
    CountWaiting(key, state_.WaitingCount(key) + 1);
  }

  void CountWaiting(const std::string& key, std::uint64_t count) {
    v1::IntakeSeen seen = state_.SeenOrWaited(key);
    seen.set_waiting(count);
    if (count == 0 && seen.seq() == 0 && !seen.erased()) return store_.Erase(keys::Seen(key));
    Put(keys::Seen(key), seen);
  }

  void Put(const std::string& key, const google::protobuf::MessageLite& message) {
    store_.Put(key, message.SerializeAsString());
  }

  const v1::JournalEnvelope& envelope_;
  const AppliedRecord& record_;
  projection::Writes& store_;
  State state_;
  v1::IntakeJournal journal_;
  std::optional<v1::IntakeFeed> feed_;
};

}  // namespace

bool ApplyRecord(const v1::JournalEnvelope& envelope, const v1::Decision& decision,
                 const AppliedRecord& record, projection::Writes& store) {
  return Applier(envelope, record, store).Apply(decision);
}

bool Foreseen::Holds(const std::vector<log::Accepted>& accepted) const {
  // Offsets rise, so between the first and the last there is no gap.
  const auto last = offset + static_cast<std::int64_t>(records) - 1;
  return records > 0 && accepted.size() == records && accepted.front().seq() == first &&
         accepted.front().offset == offset && accepted.back().offset == last;
}

Result<void> IntakeFold::Apply(const log::Accepted& record, projection::FoldContext& context) {
  if (foreseen_ && record.seq() - foreseen_->first < foreseen_->records) {
    if (record.seq() - foreseen_->first + 1 < foreseen_->records) return {};
    for (const auto& [key, value] : *std::exchange(foreseen_, std::nullopt)->changes) {
      if (value) {
        context.store().Put(key.text(), *value);
      } else {
        context.store().Erase(key.text());
      }
    }
    return {};
  }
  AppliedRecord applied{record.hash, record.offset, 0, nullptr, nullptr};
  v1::Contact contact;
  Descriptions descriptions;
  if (!record.contacts.empty()) {
    const std::string& content = record.contacts.front().content;
    applied.contact_bytes = static_cast<std::uint32_t>(content.size());
    const bool placed = record.decision.has_placed() && !record.contacts.front().erased;
    if (placed && contact.ParseFromString(content)) {
      descriptions = DescriptionsIn(contact, record.decision.placed().agency());
      applied.contact = &contact;
      applied.descriptions = &descriptions;
    }
  }
  ApplyRecord(record.envelope, record.decision, applied, context.store());
  return {};
}

Result<void> IntakeFold::Due(const projection::Timer&, const log::Accepted&,
                             projection::FoldContext&) {
  return Fail(Code::kInvalid, "intake arms no timers");
}

}  // namespace throughline::intake
