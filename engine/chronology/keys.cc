#include "engine/chronology/keys.h"

#include "engine/base/bytes.h"
#include "engine/contact/identifiers.h"

namespace throughline::chronology {
namespace {

constexpr std::size_t kPersonBytes = 16;
constexpr std::size_t kSeqBytes = 8;
constexpr std::size_t kScopeBytes = 8;

std::string Begin(char prefix, const PersonId& person) {
  std::string key(1, prefix);
  key += person.Raw();
  return key;
}

// Each part by its length, so that no two lists of parts give the same bytes.
std::string Digest(std::initializer_list<std::string_view> parts) {
  std::string bytes;
  for (const std::string_view part : parts) {
    AppendU32(bytes, static_cast<std::uint32_t>(part.size()));
    bytes += part;
  }
  return Sha256(bytes);
}

}  // namespace

std::string EntriesOf(const PersonId& person) { return Begin(kEntryPrefix, person); }

std::string EntryKey(const PersonId& person, Seq seq) {
  std::string key = EntriesOf(person);
  AppendU64(key, seq);
  return key;
}

std::string NotesOf(const PersonId& person) { return Begin(kNotePrefix, person); }

std::string NoteKey(const PersonId& person, Seq seq) {
  std::string key = NotesOf(person);
  AppendU64(key, seq);
  return key;
}

std::string PersonKey(const PersonId& person) { return Begin(kPersonPrefix, person); }

std::string PersonsOf(std::string_view scheme, std::string_view value) {
  return kReferencePrefix + Digest({scheme, contact::Normalised(scheme, value)});
}

std::string PersonsOf(std::string_view scheme, std::string_view value, std::string_view scope) {
  return PersonsOf(scheme, value) + Digest({scope}).substr(0, kScopeBytes);
}

std::string ReferenceKey(std::string_view scheme, std::string_view value, std::string_view scope,
                         const PersonId& person) {
  return PersonsOf(scheme, value, scope).append(person.Raw());
}

std::string ContactsOf(std::string_view agency, std::string_view contact_id) {
  return kContactPrefix + Digest({agency, contact_id});
}

std::string ContactKey(std::string_view agency, std::string_view contact_id,
                       const PersonId& person) {
  return ContactsOf(agency, contact_id).append(person.Raw());
}

std::string MarksKey(std::string_view agency, std::string_view contact_id) {
  return kMarksPrefix + Digest({agency, contact_id});
}

std::string JournalItemsOf(Seq seq) {
  std::string key(1, kJournalPrefix);
  AppendU64(key, seq);
  return key;
}

std::string JournalItem(Seq seq, std::uint32_t item) {
  std::string key = JournalItemsOf(seq);
  AppendU32(key, item);
  return key;
}

std::string JournalKey(Seq seq, std::uint32_t item, const PersonId& person) {
  return JournalItem(seq, item).append(person.Raw());
}

std::optional<PersonId> LastPerson(std::string_view key) {
  if (key.size() < kPersonBytes) return std::nullopt;
  return PersonId::FromRaw(key.substr(key.size() - kPersonBytes));
}

std::optional<Seq> LastSeq(std::string_view key) {
  if (key.size() < kSeqBytes) return std::nullopt;
  key.remove_prefix(key.size() - kSeqBytes);
  return TakeU64(key);
}

}  // namespace throughline::chronology
