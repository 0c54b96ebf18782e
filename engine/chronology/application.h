#pragma once

#include <google/protobuf/arena.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/chronology/person_row.h"
#include "engine/log/journal.h"
#include "engine/projection/fold.h"
#include "throughline/v1/chronology.pb.h"

namespace throughline::chronology {

// What one record does to one shard's store: a call for the decision that it bears. Internal to the
// folder. Record and context must outlive it. Errors (kCorrupt): the record cannot be right; what
// was written for it is dropped by the host.
class Application {
 public:
  Application(const log::Accepted& record, projection::FoldContext& context)
      : record_(record), context_(context), store_(context.store()) {}

  Result<void> Placed(const v1::Placed& placed);
  Result<void> PlacedBecause(const v1::PlacedBecause& placed);
  Result<void> Linked(const v1::Linked& linked);
  Result<void> Unlinked(const v1::Unlinked& unlinked);
  Result<void> KeptApart(const v1::KeptApart& apart);
  void Erased(const v1::Erased& erased);

 private:
  using Placements = std::map<PersonId, std::vector<const v1::Placement*>>;

  // The placements on persons of this shard.
  Result<Placements> Own(const google::protobuf::RepeatedPtrField<v1::Placement>& to) const;
  // What the row of a contact says, without standings, and the contact (nullptr: it is erased).
  // Both on the arena.
  struct Content {
    v1::StoredEntry* entry = nullptr;
    const v1::Contact* contact = nullptr;
  };
  // Of the record's own contact.
  Result<Content> EntryOf(const v1::Placed& placed);
  // nullptr: it is erased.
  Result<const v1::Contact*> SetContent(const log::Item& item, v1::StoredEntry& entry);
  // What the record's contact says of marks; `contact` if it is decoded already.
  Result<void> Marks(const v1::Placed& placed, const v1::Contact* contact);
  Result<void> Name(const v1::PersonMade& named);
  void EndReference(const v1::ScopedReference& reference);
  std::optional<v1::StoredEntry> Entry(const PersonId& person, Seq seq) const;
  // Puts one more standing of a contact (nullptr: it is erased) on a person's chronology; `entry`
  // is what the row says when this is the first, and is as it was afterwards.
  void Stand(PersonRow& person, const std::vector<const v1::Placement*>& placements,
             const v1::StoredStanding& standing, Seq seq, std::uint32_t item,
             const v1::Contact* contact, v1::StoredEntry& entry);
  // Earlier contacts no longer stand on persons from the last part on.
  Result<void> Withdraw(const v1::EarlierContact& earlier, std::string_view reason, Seq because,
                        Seq last, std::uint32_t item, std::map<PersonId, PersonRow>& persons);
  // A note kept with a person, if this shard keeps that. A decision with parts is known at the
  // last.
  Result<void> Note(std::string_view person, v1::StoredNote note, std::uint32_t parts);
  // What a contact says of relations, kept with both ends of each.
  Result<void> Relations(const v1::Placed& placed);
  // What an earlier contact said of relations does not stand any more.
  void SetUnsaid(Seq seq, bool unsaid);
  void LengthenChains(const v1::Placed& placed);
  Result<void> BecomePartOf(std::string_view record, std::string_view person, std::uint32_t parts);
  // Everything that the parts brought is seen from the last one on, at that one's instant.
  void CompleteParts(Seq because, Seq last);
  void CompleteNotes(Seq because, Seq last);
  void EraseContent(std::string_view journal_key, std::string_view entry_seq);
  void EraseDecision(Seq seq);

  const log::Accepted& record_;
  projection::FoldContext& context_;
  projection::Writes& store_;
  google::protobuf::Arena arena_;  // of what is built for the store: freed in one go
};

// Nothing of what a contact said stays in the row, its times included.
void ClearContent(v1::StoredEntry& entry);

}  // namespace throughline::chronology
