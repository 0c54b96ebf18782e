#pragma once

#include <any>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/personal.h"
#include "engine/base/uk_time.h"
#include "engine/chronology/entry.h"
#include "engine/chronology/knowledge.h"
#include "engine/projection/key_values.h"
#include "engine/projection/shard.h"

// What the chronology fold's store holds, as known at a record or an instant. Pure. Whoever reads
// asks reads.fault() before showing or keeping anything.
namespace throughline::chronology {

// Keeps what was decoded of persons, so that reading one again costs only what was added since. It
// changes no result. Belongs to one store; Clear() when anything written to that was dropped.
// `most_bytes` counts rows as stored and what callers keep, some 12,000 children of ten entries;
// decoded it is more: an engine whose two are full takes 1.7 GiB in all. Threads: one.
class DecodeCache {
 public:
  explicit DecodeCache(std::size_t most_bytes = std::size_t{128} << 20);
  ~DecodeCache();
  DecodeCache(const DecodeCache&) = delete;
  DecodeCache& operator=(const DecodeCache&) = delete;
  void Clear();
  // About how much the caller keeps of a person in KnownNow::derived: it counts like what is
  // decoded, and those used least go when that is too much. No KnownNow from before may be used
  // then.
  void CountDerived(const PersonId& person, std::size_t bytes);
  // What the caller keeps of a person; nullptr: nothing.
  std::any* DerivedOf(const PersonId& person);

  class Rows;
  Rows& rows() { return *rows_; }

 private:
  std::unique_ptr<Rows> rows_;
};

constexpr Seq kEverything = std::numeric_limits<Seq>::max();

// What was known of a person at a record, that record included, through the shared lens; as rules
// count it, what marks hide included. Empty for a person of whom nothing is known. One scan of that
// person's keys.
Known ReadKnown(const projection::Reads& reads, const PersonId& person, Seq up_to = kEverything);

// What is known now, as ReadKnown gives it, without notes, originals and warnings, kept in the
// cache and extended by what came since.
struct KnownNow {
  const Known* known = nullptr;  // until the next use of the cache; never null
  // Of its entries so many are those of the last reading through this cache.
  std::size_t same = 0;
  // The caller's own, of this person, kept as long as the reading is; empty at first.
  std::any* derived = nullptr;
};
KnownNow ReadNow(const projection::Reads& reads, const PersonId& person, DecodeCache& cache);

struct Query {
  std::optional<Millis> as_known_at;  // none: everything
  v1::Lens lens = v1::LENS_SHARED;
  std::optional<Interval> occurred;  // only what can have happened within it
  std::string agency{};              // through whose lens, of LENS_AGENCY
  AlertEvidence alerts{};            // of the person, for LENS_AGENCY
  // What marks hide is in it: for rules, which count it, never to be shown.
  bool unmasked = false;
};

// What was known at an instant. Shared: what had been placed by then. An agency's: what of that it
// had a source of knowing (knowledge.h). Recorded: what had been written down by then, relations
// included, over the links of today; what a relation brought counts from the later of both. Entries
// outside the range are in it, marked so. What marks hide from whoever looks through the lens is
// not (handling.h), whenever they were set.
Known KnownAt(const projection::Reads& reads, const PersonId& person, const Query& query);

// Who a person is, as far as `known` says.
struct Header {
  struct Reference {
    std::string scheme;
    Personal<std::string> value;
    std::string scope;
  };
  struct Name {
    Personal<std::string> name;
    bool alias = false;
    std::string agency;
    Seq seq = 0;
  };
  struct Birth {
    Personal<v1::UncertainTime> date;
    Interval interval;
    bool expected = false;  // not born yet
    std::string agency;
    Seq seq = 0;
  };
  PersonId person;
  std::string person_kind;
  std::vector<Reference> references;
  // That only contacts gave which do not stand here any more (of a wrong person, of a link undone).
  std::vector<Reference> lost;
  std::vector<Name> names;    // distinct, the newest first
  std::vector<Birth> births;  // distinct; the one that ages are taken from first
  std::uint64_t entries = 0;  // of the store, withdrawn and later ones included
  Seq first_seq = 0;
  Seq last_seq = 0;
  // When it was written down that the address is protected no more, as of the whole store; 0: it
  // was not, or it was marked again since.
  Millis freed = 0;
  std::optional<projection::Incomplete> incomplete;
};
// Nothing for a person that this store does not hold.
std::optional<Header> ReadHeader(const projection::Reads& reads, const Known& known);

// The date of birth that ages are taken from: of what counts in `known`, the most exact, then the
// newest; a birth before what was expected.
std::optional<Header::Birth> BirthKnown(const Known& known);

// The persons of this store that a reference was used for, in order of id. The value may be written
// in any of its usual ways; the scope is as contact::ScopeOf gives it, empty for any.
std::vector<PersonId> FindPersons(const projection::Reads& reads, std::string_view scheme,
                                  std::string_view value, std::string_view scope);

// On whose chronologies of this store a contact stands or stood.
struct Whereabouts {
  PersonId person;
  Seq seq = 0;
};
std::vector<Whereabouts> FindContact(const projection::Reads& reads, std::string_view agency,
                                     std::string_view contact_id);

// As what the contact of that seq ever stood on a person of this store.
std::vector<v1::Placement> ReadPlacements(const projection::Reads& reads, const PersonId& person,
                                          Seq seq);

// Whose record a person of this store is part of, as known at an instant (none: everything), since
// the last part of which decision; nothing: it is its own. That one may be part of another in turn.
struct PartOf {
  PersonId person;
  Seq decision = 0;
  Millis since = 0;
};
std::optional<PartOf> ReadPartOf(const projection::Reads& reads, const PersonId& record,
                                 std::optional<Millis> as_known_at);

// What a person of this store keeps of a decision; nothing: none of it concerns the person.
std::optional<v1::StoredNote> ReadNote(const projection::Reads& reads, const PersonId& person,
                                       Seq decision);

// The records that links known at an instant (none: everything) joined to a person of this store,
// or that taking a link apart left with it, in order. Some may have gone since: ReadPartOf says.
std::vector<PersonId> ReadJoined(const projection::Reads& reads, const PersonId& person,
                                 std::optional<Millis> as_known_at);
// The same of what is read already.
std::vector<PersonId> JoinedBy(const std::vector<Note>& notes, const PersonId& person);

// Every person of this store in order of id, until `visit` returns false.
void EachPerson(const projection::Reads& reads,
                const std::function<bool(const PersonId&, const v1::StoredPerson&)>& visit);

}  // namespace throughline::chronology
