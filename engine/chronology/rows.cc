#include "engine/chronology/rows.h"

#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/chronology/keys.h"
#include "engine/contact/validate.h"

namespace throughline::chronology {
namespace {

std::shared_ptr<const v1::Contact> Decoded(const v1::StoredEntry& entry) {
  if (entry.erased()) return std::make_shared<const v1::Contact>();
  auto contact = contact::Decode(entry.original());
  CHECK(contact.has_value());  // the fold decoded it before it stored it
  return std::make_shared<const v1::Contact>(std::move(*contact));
}

// Appends what lies at or after `from`.
void AppendEntries(const projection::Reads& reads, const PersonId& person, Seq from,
                   PersonRows& rows) {
  reads.Scan(EntryKey(person, from), PrefixEnd(EntriesOf(person)),
             [&](std::string_view key, std::string_view value) {
               auto entry = std::make_shared<v1::StoredEntry>();
               CHECK(entry->ParseFromArray(value.data(), static_cast<int>(value.size())));
               rows.bytes += value.size();
               rows.entries.push_back({*LastSeq(key), entry, Decoded(*entry)});
               return true;
             });
}

void AppendNotes(const projection::Reads& reads, const PersonId& person, Seq from,
                 PersonRows& rows) {
  reads.Scan(NoteKey(person, from), PrefixEnd(NotesOf(person)),
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

std::shared_ptr<const PersonRows> ReadRows(const projection::Reads& reads, const PersonId& person,
                                           DecodeCache* cache) {
  const auto value = reads.Get(PersonKey(person));
  if (!value.has_value()) {
    if (cache != nullptr) cache->rows().Drop(person);
    return nullptr;
  }
  auto rows = std::make_shared<PersonRows>();
  CHECK(rows->person.ParseFromString(*value));
  Seq entries_from = 0;
  Seq notes_from = 0;
  if (cache != nullptr) {
    auto kept = cache->rows().Find(person);
    if (kept != nullptr && kept->person.changed_seq() == rows->person.changed_seq()) return kept;
    // What was kept is a prefix of what is there, as long as nothing in it was touched since.
    if (kept != nullptr && rows->person.rewritten_seq() <= kept->person.changed_seq()) {
      entries_from = kept->person.last_seq() + 1;
      notes_from = kept->person.changed_seq() + 1;
      rows->entries = kept->entries;
      rows->notes = kept->notes;
      rows->bytes = kept->bytes;
    }
  }
  AppendEntries(reads, person, entries_from, *rows);
  AppendNotes(reads, person, notes_from, *rows);
  if (cache != nullptr && !reads.fault().has_value()) cache->rows().Keep(person, rows);
  return rows;
}

std::shared_ptr<const PersonRows> DecodeCache::Rows::Find(const PersonId& person) {
  const auto found = kept_.find(person);
  if (found == kept_.end()) return nullptr;
  used_.splice(used_.begin(), used_, found->second.place);
  return found->second.rows;
}

void DecodeCache::Rows::Keep(const PersonId& person, std::shared_ptr<const PersonRows> rows) {
  std::unique_ptr<Reading> reading;
  if (const auto found = kept_.find(person); found != kept_.end()) {
    reading = std::move(found->second.reading);
  }
  Drop(person);
  bytes_ += rows->bytes;
  used_.push_front(person);
  kept_[person] = {std::move(rows), used_.begin(), std::move(reading)};
  while (bytes_ > most_bytes_) Drop(PersonId(used_.back()));
}

Reading& DecodeCache::Rows::ReadingOf(const PersonId& person) {
  const auto found = kept_.find(person);
  if (found == kept_.end()) return passing_ = Reading();
  if (found->second.reading == nullptr) found->second.reading = std::make_unique<Reading>();
  return *found->second.reading;
}

void DecodeCache::Rows::Drop(const PersonId& person) {
  const auto found = kept_.find(person);
  if (found == kept_.end()) return;
  bytes_ -= found->second.rows->bytes;
  used_.erase(found->second.place);
  kept_.erase(found);
}

void DecodeCache::Rows::Clear() {
  kept_.clear();
  used_.clear();
  bytes_ = 0;
}

DecodeCache::DecodeCache(std::size_t most_bytes) : rows_(std::make_unique<Rows>(most_bytes)) {}
DecodeCache::~DecodeCache() = default;
void DecodeCache::Clear() { rows_->Clear(); }

}  // namespace throughline::chronology
