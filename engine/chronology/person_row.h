#pragma once

#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/uk_time.h"
#include "engine/chronology/protection.h"
#include "engine/projection/key_values.h"
#include "throughline/v1/chronology.pb.h"

// What the fold keeps of a person, changed in place and written back once for each record.
namespace throughline::chronology {

class PersonRow {
 public:
  PersonRow(projection::Writes& store, const PersonId& person);

  const PersonId& person() const { return person_; }
  // Takes the kind if it says more than what is known: nobody knew, an unborn child, the rest.
  void Is(std::string_view person_kind, Seq since);
  // One more reference, with its row; a repeat changes nothing.
  void AddReference(const v1::ScopedReference& reference, Seq since);
  // It resolves to nobody from that record on.
  void EndReference(const v1::ScopedReference& reference, Seq record);
  void AddEntry(Seq entry, Seq record);
  void DropEntry() { row_.set_entries(row_.entries() - 1); }
  // A row at or before last_seq was put or changed.
  void Rewrote(Seq record) { row_.set_rewritten_seq(record); }
  // From `since` on, whose instant is 0 until it is known, it is part of another; empty: its own
  // again.
  void BecomePartOf(std::string_view person, Seq decision, Seq since, Millis at);
  // The last part of the decision has come.
  void CompletePartOf(Seq decision, Seq since, Millis at);
  // What the contact of an entry says there of protected addresses.
  void Protect(const v1::Contact& contact, const v1::Placement& placement,
               const v1::StoredEntry& entry) {
    TakeProtection(contact, placement, entry.agency(), entry.recorded_ms(), row_);
  }
  // Takes back what that record said of kind and references.
  void Forget(Seq since);
  // Writes the row; erases it when nothing is left in it.
  void Put(Seq record);

 private:
  projection::Writes& store_;
  PersonId person_;
  v1::StoredPerson row_;
  bool fresh_ = true;
};

}  // namespace throughline::chronology
