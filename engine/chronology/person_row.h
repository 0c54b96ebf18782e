#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/uk_time.h"
#include "engine/chronology/protection.h"
#include "engine/projection/key_values.h"
#include "throughline/v1/chronology.pb.h"

// What the fold keeps of a person, changed in place and written back once for each record.
namespace throughline::chronology {

// The rows that were put last, up to a number of bytes as stored, each as the store has it. Must be
// cleared when what was put is taken back. Threads: one.
class PersonRowCache {
 public:
  struct Row {
    v1::StoredPerson stored;
    std::size_t bytes = 0;
  };
  explicit PersonRowCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  // Out of the cache: whoever takes a row changes it. nullptr: it is not there.
  std::unique_ptr<Row> Take(const PersonId& person);
  void Keep(const PersonId& person, std::unique_ptr<Row> row);
  void Clear();

 private:
  using Rows = std::map<PersonId, std::unique_ptr<Row>>;

  std::size_t most_bytes_;
  // Half of the bytes are the newer's; once they are more, the older go and the newer are the
  // older.
  Rows newer_;
  Rows older_;
  std::size_t newer_bytes_ = 0;
};

class PersonRow {
 public:
  // Store and cache must outlive it.
  PersonRow(projection::Writes& store, PersonRowCache& cache, const PersonId& person);

  const PersonId& person() const { return person_; }
  // Takes the kind if it says more than what is known: nobody knew, an unborn child, the rest.
  void Is(std::string_view person_kind, Seq since);
  // One more reference, with its row; a repeat changes nothing.
  void AddReference(const v1::ScopedReference& reference, Seq since);
  // It resolves to nobody from that record on.
  void EndReference(const v1::ScopedReference& reference, Seq record);
  void AddEntry(Seq entry, Seq record);
  void DropEntry() { row().set_entries(row().entries() - 1); }
  // A row at or before last_seq was put or changed.
  void Rewrote(Seq record) { row().set_rewritten_seq(record); }
  // From `since` on, whose instant is 0 until it is known, it is part of another; empty: its own
  // again.
  void BecomePartOf(std::string_view person, Seq decision, Seq since, Millis at);
  // The last part of the decision has come.
  void CompletePartOf(Seq decision, Seq since, Millis at);
  // What the contact of an entry says there of protected addresses.
  void Protect(const v1::Contact& contact, const v1::Placement& placement,
               const v1::StoredEntry& entry) {
    TakeProtection(contact, placement, entry.agency(), entry.recorded_ms(), row());
  }
  // Takes back what that record said of kind and references.
  void Forget(Seq since);
  // Writes the row; erases it when nothing is left in it. Once, and nothing is called after it.
  void Put(Seq record);

 private:
  v1::StoredPerson& row() { return row_->stored; }

  projection::Writes& store_;
  PersonRowCache& cache_;
  PersonId person_;
  std::unique_ptr<PersonRowCache::Row> row_;
  bool fresh_ = false;
};

}  // namespace throughline::chronology
