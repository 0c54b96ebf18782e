#include "engine/chronology/rows.h"

#include <google/protobuf/arena.h>

#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/chronology/keys.h"
#include "engine/contact/validate.h"

namespace throughline::chronology {
namespace {

using google::protobuf::Arena;

// An entry and its contact, mostly, and what some have beyond: an arena is kept as long as the
// entry, so what it does not use is paid for.
constexpr std::size_t kBytesOfOne = 3072;
constexpr std::size_t kBytesBeyond = 1024;

std::shared_ptr<Arena> ArenaFor(std::size_t entries) {
  google::protobuf::ArenaOptions blocks;
  blocks.start_block_size = kBytesOfOne;
  if (entries == 1) blocks.max_block_size = kBytesBeyond;
  return std::make_shared<Arena>(blocks);
}

// What is read together lies on one arena, which lives as long as any of it. What a cache keeps is
// parsed into its scratch first, and keeps no more of it than rules ask for.
void AppendEntry(std::string_view key, std::string_view value, const std::shared_ptr<Arena>& arena,
                 v1::StoredEntry* scratch, PersonRows& rows) {
  auto* entry = Arena::CreateMessage<v1::StoredEntry>(arena.get());
  v1::StoredEntry& parsed = scratch != nullptr ? *scratch : *entry;
  CHECK(parsed.ParseFromArray(value.data(), static_cast<int>(value.size())));
  auto* contact = Arena::CreateMessage<v1::Contact>(arena.get());
  // The fold decoded it before it stored it.
  CHECK(parsed.erased() || contact::DecodeInto(parsed.original(), *contact));
  if (scratch != nullptr) {
    parsed.clear_original();
    parsed.clear_warnings();
    *entry = parsed;
  }
  rows.bytes += value.size();
  rows.entries.push_back({*LastSeq(key), {arena, entry}, {arena, contact}});
}

// Appends what lies at or after `from`, before which every row is there already.
void AppendEntries(const projection::Reads& reads, const PersonId& person, Seq from,
                   v1::StoredEntry* scratch, PersonRows& rows) {
  // A scan costs far more than a key.
  const std::size_t all = rows.person.entries();
  if (all == rows.entries.size()) return;
  const auto arena = ArenaFor(all - rows.entries.size());
  if (all == rows.entries.size() + 1 && rows.person.last_seq() >= from) {
    const std::string key = EntryKey(person, rows.person.last_seq());
    if (const auto value = reads.Get(key)) return AppendEntry(key, *value, arena, scratch, rows);
  }
  reads.Scan(EntryKey(person, from), PrefixEnd(EntriesOf(person)),
             [&](std::string_view key, std::string_view value) {
               AppendEntry(key, value, arena, scratch, rows);
               return true;
             });
}

void AppendNotes(const projection::Reads& reads, const PersonId& person, PersonRows& rows) {
  reads.Scan(NotesOf(person), PrefixEnd(NotesOf(person)),
             [&](std::string_view key, std::string_view value) {
               Note note;
               note.seq = *LastSeq(key);
               CHECK(note.note.ParseFromArray(value.data(), static_cast<int>(value.size())));
               note.placed = note.note.placed_ms();
               rows.bytes += value.size();
               rows.notes.push_back(std::move(note));
               return true;
             });
}

}  // namespace

std::shared_ptr<const PersonRows> ReadRows(const projection::Reads& reads, const PersonId& person) {
  const auto value = reads.Get(PersonKey(person));
  if (!value.has_value()) return nullptr;
  auto rows = std::make_shared<PersonRows>();
  CHECK(rows->person.ParseFromString(*value));
  AppendEntries(reads, person, 0, nullptr, *rows);
  AppendNotes(reads, person, *rows);
  return rows;
}

std::shared_ptr<const PersonRows> ReadRows(const projection::Reads& reads, const PersonId& person,
                                           DecodeCache& cache) {
  const auto value = reads.Get(PersonKey(person));
  if (!value.has_value()) {
    cache.rows().Drop(person);
    return nullptr;
  }
  v1::StoredPerson now;
  CHECK(now.ParseFromString(*value));
  auto rows = cache.rows().Find(person);
  if (rows != nullptr && rows->person.changed_seq() == now.changed_seq()) return rows;
  Seq from = 0;
  // What was kept is a prefix of what is there, as long as nothing in it was touched since.
  if (rows != nullptr && now.rewritten_seq() <= rows->person.changed_seq()) {
    from = rows->person.last_seq() + 1;
    constexpr int kTheCacheAndHere = 2;
    if (rows.use_count() != kTheCacheAndHere) rows = std::make_shared<PersonRows>(*rows);
  } else {
    rows = std::make_shared<PersonRows>();
  }
  rows->person = std::move(now);
  AppendEntries(reads, person, from, &cache.rows().scratch(), *rows);
  if (reads.fault().has_value()) {
    cache.rows().Drop(person);
  } else {
    cache.rows().Keep(person, rows);
  }
  return rows;
}

std::vector<contact::Target> CorrectsInTurn(const Row& row, Seq up_to, Millis until) {
  std::vector<contact::Target> targets;
  if (!row.contact->has_contact_corrected()) return targets;
  const std::string& agency = row.stored->agency();
  contact::Target of = contact::Resolve(row.contact->contact_corrected().of(), agency);
  if (of.agency != agency) return targets;
  targets.push_back(std::move(of));
  for (const v1::StoredCorrected& further : row.stored->corrects_further()) {
    if (further.since_seq() > up_to || further.since_ms() > until) break;
    targets.push_back({agency, further.contact_id()});
  }
  return targets;
}

void Corrected::Add(const contact::Target& contact, const std::vector<contact::Target>& in_turn) {
  const contact::Target* by = &contact;
  for (const contact::Target& of : in_turn) {
    corrects_.emplace(*by, of);
    by = &of;
  }
}

contact::Target Corrected::Root(const contact::Target& contact) const {
  contact::Target root = contact;
  // Those that correct each other in a ring end somewhere.
  for (std::size_t i = 0; i < corrects_.size(); ++i) {
    const auto of = corrects_.find(root);
    if (of == corrects_.end()) break;
    root = of->second;
  }
  return root;
}

bool StatesRelations(const Note& note) {
  return !note.note.relations().empty() || !note.note.relations_ended().empty();
}

std::vector<Note> ReadNotes(const projection::Reads& reads, const PersonId& person) {
  PersonRows rows;
  AppendNotes(reads, person, rows);
  return std::move(rows.notes);
}

DecodeCache::Rows::ByPerson::iterator DecodeCache::Rows::Lookup(const PersonId& person) {
  if (last_ == kept_.end() || last_->first != person) last_ = kept_.find(person);
  return last_;
}

std::any* DecodeCache::Rows::DerivedOf(const PersonId& person) {
  const auto found = Lookup(person);
  if (found == kept_.end() || found->second.reading == nullptr) return nullptr;
  std::any& derived = found->second.reading->derived;
  return derived.has_value() ? &derived : nullptr;
}

std::shared_ptr<PersonRows> DecodeCache::Rows::Find(const PersonId& person) {
  const auto found = Lookup(person);
  if (found == kept_.end()) return nullptr;
  used_.splice(used_.begin(), used_, found->second.place);
  return found->second.rows;
}

void DecodeCache::Rows::Keep(const PersonId& person, std::shared_ptr<PersonRows> rows) {
  if (Lookup(person) == kept_.end()) last_ = kept_.try_emplace(person).first;
  Kept& kept = last_->second;
  if (kept.rows == nullptr) kept.place = used_.insert(used_.begin(), person);
  used_.splice(used_.begin(), used_, kept.place);
  bytes_ -= kept.bytes;
  kept.bytes = rows->bytes;
  bytes_ += kept.bytes;
  kept.rows = std::move(rows);
  // One that is too large by itself is not kept at all.
  if (kept.bytes + kept.derived > most_bytes_) return Drop(person);
  DropWhatIsTooMuch();
}

void DecodeCache::Rows::CountDerived(const PersonId& person, std::size_t bytes) {
  const auto found = Lookup(person);
  if (found == kept_.end()) return;
  bytes_ -= found->second.derived;
  found->second.derived = bytes;
  bytes_ += bytes;
  if (found->second.bytes + bytes > most_bytes_) return Drop(person);
  DropWhatIsTooMuch();
}

void DecodeCache::Rows::DropWhatIsTooMuch() {
  while (bytes_ > most_bytes_) Drop(PersonId(used_.back()));
}

Reading& DecodeCache::Rows::ReadingOf(const PersonId& person) {
  const auto found = Lookup(person);
  if (found == kept_.end()) return passing_ = Reading();
  if (found->second.reading == nullptr) found->second.reading = std::make_unique<Reading>();
  return *found->second.reading;
}

void DecodeCache::Rows::Drop(const PersonId& person) {
  const auto found = Lookup(person);
  if (found == kept_.end()) return;
  bytes_ -= found->second.bytes + found->second.derived;
  used_.erase(found->second.place);
  kept_.erase(found);
  last_ = kept_.end();
}

void DecodeCache::Rows::Clear() {
  kept_.clear();
  last_ = kept_.end();
  used_.clear();
  bytes_ = 0;
}

DecodeCache::DecodeCache(std::size_t most_bytes) : rows_(std::make_unique<Rows>(most_bytes)) {}
DecodeCache::~DecodeCache() = default;
void DecodeCache::Clear() { rows_->Clear(); }
std::any* DecodeCache::DerivedOf(const PersonId& person) { return rows_->DerivedOf(person); }
void DecodeCache::CountDerived(const PersonId& person, std::size_t bytes) {
  rows_->CountDerived(person, bytes);
}

}  // namespace throughline::chronology
