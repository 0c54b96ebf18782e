#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/ids.h"

// The chronology's keys; KEYS.md shows each byte by byte. No identifier, name or address stands in
// a key, and every key about a person lies in the shard that keeps that person. Pure.
namespace throughline::chronology {

constexpr char kContactPrefix = 'c';
constexpr char kEntryPrefix = 'e';
constexpr char kJournalPrefix = 'j';
constexpr char kMarksPrefix = 'm';
constexpr char kNotePrefix = 'n';
constexpr char kPersonPrefix = 'p';
constexpr char kReferencePrefix = 'r';
constexpr std::string_view kPrefixes = "cejmnpr";

// prefix, person, seq -> StoredEntry. All of a person's in order of seq: EntriesOf(person), to
// PrefixEnd of it.
std::string EntryKey(const PersonId& person, Seq seq);
std::string EntriesOf(const PersonId& person);
// prefix, person, seq -> StoredNote.
std::string NoteKey(const PersonId& person, Seq seq);
std::string NotesOf(const PersonId& person);
// prefix, person -> StoredPerson.
std::string PersonKey(const PersonId& person);
// prefix, SHA-256 of scheme and value, the first 8 bytes of SHA-256 of the scope, person ->
// (empty). The value is taken as contact::Normalised gives it. PersonsOf is of every scope.
std::string ReferenceKey(std::string_view scheme, std::string_view value, std::string_view scope,
                         const PersonId& person);
std::string PersonsOf(std::string_view scheme, std::string_view value);
std::string PersonsOf(std::string_view scheme, std::string_view value, std::string_view scope);
// prefix, SHA-256 of agency and contact id, person -> seq of the entry, 8 bytes.
std::string ContactKey(std::string_view agency, std::string_view contact_id,
                       const PersonId& person);
std::string ContactsOf(std::string_view agency, std::string_view contact_id);
// prefix, SHA-256 of agency and contact id -> StoredMarks, in every shard.
std::string MarksKey(std::string_view agency, std::string_view contact_id);
// prefix, seq, item, person -> seq of the entry, 8 bytes: what a record's item gave this shard.
std::string JournalKey(Seq seq, std::uint32_t item, const PersonId& person);
std::string JournalItemsOf(Seq seq);
std::string JournalItem(Seq seq, std::uint32_t item);

// The person at a key's end and the number before or at it; nothing if the key is too short.
std::optional<PersonId> LastPerson(std::string_view key);
std::optional<Seq> LastSeq(std::string_view key);

}  // namespace throughline::chronology
