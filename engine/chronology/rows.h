#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "engine/chronology/read.h"

// A person's rows, decoded, before anything is said of what was known when.
namespace throughline::chronology {

struct Row {
  Seq seq = 0;
  std::shared_ptr<const v1::StoredEntry> stored;
  std::shared_ptr<const v1::Contact> contact;  // never null; empty once erased
};

// By what others name its contact.
inline contact::Target TargetOf(const Row& row) {
  return {row.stored->agency(), row.stored->contact_id()};
}

struct PersonRows {
  v1::StoredPerson person;
  std::vector<Row> entries;  // in order of seq
  std::vector<Note> notes;   // in order of seq; none in what a cache keeps
  std::size_t bytes = 0;     // as stored
};

// What the row's contact corrects, and what that corrects in turn, as known at a record and an
// instant. Nothing: it corrects nothing of its own agency.
std::vector<contact::Target> CorrectsInTurn(const Row& row, Seq up_to = kEverything,
                                            Millis until = kLatest);

// What corrects what, put together of all corrections.
class Corrected {
 public:
  // `in_turn` as CorrectsInTurn gives it of the contact.
  void Add(const contact::Target& contact, const std::vector<contact::Target>& in_turn);
  // What it corrects in the end; itself: it corrects nothing.
  contact::Target Root(const contact::Target& contact) const;

 private:
  std::map<contact::Target, contact::Target> corrects_;
};

// nullptr: nothing is known of the person.
std::shared_ptr<const PersonRows> ReadRows(const projection::Reads& reads, const PersonId& person);

// The same, kept in the cache, where it is extended in place if nobody else holds it; without
// notes, and entries without their originals and warnings.
std::shared_ptr<const PersonRows> ReadRows(const projection::Reads& reads, const PersonId& person,
                                           DecodeCache& cache);

// A person's notes alone, in order of seq.
std::vector<Note> ReadNotes(const projection::Reads& reads, const PersonId& person);

// Whether it holds what a contact says of relations, not a decision.
bool StatesRelations(const Note& note);

// What ReadNow made of rows, and of which.
struct Reading {
  std::size_t rows = 0;                         // so many of the person's first; 0: not made yet
  std::shared_ptr<const v1::StoredEntry> last;  // the last of them
  Seq changed_seq = 0;                          // the person's, then
  Known known;
  bool acts = false;   // one of the entries acts on another
  bool marks = false;  // one of the rows says marks, perhaps of a contact that is still to come
  // What one that acts points at where it does not stand, and of which marks hide the fact.
  std::set<contact::Target> hidden_elsewhere;
  std::any derived;
};

// The rows of those read last, and what was derived of them, up to a number of bytes as stored.
class DecodeCache::Rows {
 public:
  explicit Rows(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  std::shared_ptr<PersonRows> Find(const PersonId& person);
  // Takes the place of what was kept of the person; the reading stays.
  void Keep(const PersonId& person, std::shared_ptr<PersonRows> rows);
  void CountDerived(const PersonId& person, std::size_t bytes);
  // That of somebody whose rows are kept; else one that is kept until the next call.
  Reading& ReadingOf(const PersonId& person);
  // nullptr: nothing is kept of the person, or nothing was derived.
  std::any* DerivedOf(const PersonId& person);
  void Drop(const PersonId& person);
  void Clear();
  // To parse into: what it once held is used again.
  v1::StoredEntry& scratch() { return scratch_; }

 private:
  struct Kept {
    std::shared_ptr<PersonRows> rows;
    std::list<PersonId>::iterator place;
    std::unique_ptr<Reading> reading;
    std::size_t bytes = 0;    // that were counted for the rows
    std::size_t derived = 0;  // and for what was derived of them
  };
  void DropWhatIsTooMuch();
  using ByPerson = std::map<PersonId, Kept>;
  ByPerson::iterator Lookup(const PersonId& person);

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::list<PersonId> used_;  // the last used first
  ByPerson kept_;
  ByPerson::iterator last_ = kept_.end();  // whom was asked for last; mostly the next is the same
  Reading passing_;
  v1::StoredEntry scratch_;
};

}  // namespace throughline::chronology
