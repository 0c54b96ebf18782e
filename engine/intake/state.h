#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/projection/key_values.h"
#include "throughline/v1/intake.pb.h"
#include "throughline/v1/journal.pb.h"

// Intake's state: its keys, byte by byte, and how they are read. All of it is a fold of the journal
// (intake_fold.h).
//
// clang-format off
//   first   rest of the key                                value
//   'm'     -                                              IntakeJournal: the journal as a whole
//   'f'     topic                                          IntakeFeed
//   't'     topic, 0, 2: day modulo 512                    8: day, 8: where the feed stood before it
//   'i'     32: ReferenceKey                               16 each: the records that claim it, the first one first
//   'p'     16: record                                     IntakePerson
//   'p'     16: record, 'o'                                IntakeRelations: who it is to others
//   'p'     16: record, 'd'                                what is known of it: engine/identity/index.h
//   'c'     16: person, 8: seq                             8: offset in the journal's topic of a contact placed on the person
//   's'     32: ContactKey                                 IntakeSeen: of one that came, for ever
//   'q'     8: seq                                         IntakeContact: a contact that was placed
//   'w'     32: ContactKey of what is waited for, 8: seq   empty: the contact of that seq waits
//   'y'     name                                           IntakeInForce: a policy
//   'k'     name                                           IntakeInForce: a calendar, with its content
//   'l'     -                                              IntakeInForce: the flow
// clang-format on
//
//   'b'     the index of records by what is known of them: engine/identity/index.h
//
// Numbers are big-endian; offsets have their sign bit flipped. No key holds an identifier of a
// person; of values, only what is known of a record does. All rows of a record lie side by side:
// most decisions on a contact read more than one.
namespace throughline::intake {

// How the topics of feeds are named.
inline constexpr std::string_view kFeedPrefix = "throughline.contacts.";

inline constexpr std::string_view kPrefixes = "mfipcsqwykltb";

// How many records one person can be, and how many relations are kept of one record.
inline constexpr int kMaxRecords = 64;
inline constexpr int kMaxRelations = 2000;
// Of those who say one and the same, so many contacts are kept, the latest.
inline constexpr int kMaxSaid = 64;

// How many contacts may wait for one that never came, and for how many one contact may wait.
inline constexpr std::size_t kMaxWaiting = 10000;
inline constexpr int kMaxWaits = 64;

// SHA-256(agency, contact id).
std::string ContactKey(std::string_view agency, std::string_view contact_id);

// SHA-256(scheme, scope, value) of a normalised reference. A household's references are apart from
// persons': a local id may number both.
std::string ReferenceKey(const v1::ScopedReference& reference, bool household);

inline bool IsHousehold(std::string_view person_kind) { return person_kind == "household"; }
inline bool IsChild(std::string_view person_kind) {
  return person_kind == "child" || person_kind == "unborn_child";
}

// A person's id as intake's state holds it: anything else is a CHECK.
PersonId PersonIn(std::string_view raw);

namespace keys {
inline constexpr std::string_view kJournal = "m";
inline constexpr std::string_view kFlow = "l";
std::string Feed(std::string_view topic);
std::string Day(std::string_view topic, std::int64_t day);
std::string Identity(std::string_view reference_key);
std::string Person(std::string_view person);
std::string Relations(std::string_view record);
std::string PersonContact(std::string_view person, Seq seq);
std::string Seen(std::string_view contact_key);
std::string Contact(Seq seq);
std::string Waiting(std::string_view contact_key);
std::string Waiting(std::string_view contact_key, Seq seq);
std::string Policy(std::string_view name);
std::string Calendar(std::string_view name);
}  // namespace keys

// Reads it. Values that cannot be parsed are a CHECK: the store verifies its own bytes. Lives no
// longer than `reads`.
class State {
 public:
  explicit State(const projection::Reads& reads) : reads_(reads) {}

  const projection::Reads& reads() const { return reads_; }

  v1::IntakeJournal Journal() const;
  std::optional<v1::IntakeFeed> Feed(std::string_view topic) const;
  // By topic.
  std::map<std::string, v1::IntakeFeed> Feeds() const;
  // What was decided of a feed before which day: of each of its last days, day -> position.
  std::map<std::int64_t, std::int64_t> DaysOf(std::string_view topic) const;
  // An agency with an active feed.
  bool HasAgency(std::string_view agency) const;
  // The record that claimed a reference first.
  std::optional<PersonId> Resolve(std::string_view reference_key) const;
  // All that claim it, in the order in which they did.
  std::vector<PersonId> Claimants(std::string_view reference_key) const;
  std::optional<v1::IntakePerson> Person(const PersonId& person) const;
  // The person that a record is part of: itself, unless a link has joined it to another.
  PersonId PartOf(const PersonId& record) const;
  // The records of a person: its own first.
  std::vector<PersonId> RecordsOf(const PersonId& person) const;
  v1::IntakeRelations Relations(const PersonId& record) const;
  // Of one that came, or was erased.
  std::optional<v1::IntakeSeen> Seen(std::string_view contact_key) const;
  // Of any: of one that did not come it tells how many wait for it.
  v1::IntakeSeen SeenOrWaited(std::string_view contact_key) const;
  std::optional<v1::IntakeContact> Contact(Seq seq) const;
  // Of the contacts placed on a person, (seq, offset in the journal's topic), in order.
  std::vector<std::pair<Seq, std::int64_t>> ContactsOf(const PersonId& person) const;
  std::uint64_t WaitingCount(std::string_view contact_key) const;
  // The seqs of the contacts that wait for one.
  std::vector<Seq> WaitingFor(std::string_view contact_key) const;
  // By name.
  std::map<std::string, v1::IntakeInForce> Policies() const;
  std::map<std::string, v1::IntakeInForce> Calendars() const;
  std::optional<v1::IntakeInForce> Flow() const;

 private:
  template <typename T>
  std::optional<T> Read(std::string_view key) const;
  template <typename T>
  std::map<std::string, T> ReadAll(char prefix) const;

  const projection::Reads& reads_;
};

// For so many days a feed's positions are kept.
inline constexpr std::int64_t kDaysKept = 512;

// The offset before which everything of a feed was journalled before `instant`, as far as days
// tell; never beyond its position. Nothing: that is not known of any.
std::optional<std::int64_t> JournalledBefore(const State& state, std::string_view topic,
                                             Millis instant);

}  // namespace throughline::intake
