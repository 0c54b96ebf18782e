#pragma once

#include <list>
#include <map>
#include <memory>
#include <vector>

#include "engine/chronology/read.h"

// A person's rows, decoded, before anything is said of what was known when.
namespace throughline::chronology {

struct Row {
  Seq seq = 0;
  std::shared_ptr<const v1::StoredEntry> stored;
  std::shared_ptr<const v1::Contact> contact;  // never null; empty once erased
};

struct PersonRows {
  v1::StoredPerson person;
  std::vector<Row> entries;  // in order of seq
  std::vector<Note> notes;   // in order of seq
  std::size_t bytes = 0;     // as stored
};

// nullptr: nothing is known of the person.
std::shared_ptr<const PersonRows> ReadRows(const projection::Reads& reads, const PersonId& person,
                                           DecodeCache* cache);

// What ReadNow made of rows.
struct Reading {
  std::shared_ptr<const PersonRows> rows;  // of which it was made; none: not made yet
  Known known;
  bool acts = false;  // one of the entries acts on another
  std::any derived;
};

// The rows of those read last, up to a number of stored bytes.
class DecodeCache::Rows {
 public:
  explicit Rows(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  std::shared_ptr<const PersonRows> Find(const PersonId& person);
  // Takes the place of what was kept of the person; the reading stays.
  void Keep(const PersonId& person, std::shared_ptr<const PersonRows> rows);
  // That of somebody whose rows are kept; else one that is kept until the next call.
  Reading& ReadingOf(const PersonId& person);
  void Drop(const PersonId& person);
  void Clear();

 private:
  struct Kept {
    std::shared_ptr<const PersonRows> rows;
    std::list<PersonId>::iterator place;
    std::unique_ptr<Reading> reading;
  };
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::list<PersonId> used_;  // the last used first
  std::map<PersonId, Kept> kept_;
  Reading passing_;
};

}  // namespace throughline::chronology
