#include <algorithm>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/chronology/application.h"
#include "engine/chronology/keys.h"

namespace throughline::chronology {

void ClearContent(v1::StoredEntry& entry) {
  entry.set_erased(true);
  entry.clear_original();
  entry.set_earliest_ms(kEarliest);
  entry.set_latest_ms(kLatest);
  entry.set_recorded_ms(entry.received_ms());
}

void Application::Erased(const v1::Erased& erased) {
  for (const v1::ErasedItem& item : erased.items()) {
    if (item.item() == 0) {
      EraseDecision(item.seq());
      continue;
    }
    const std::string begin = JournalItem(item.seq(), item.item());
    std::vector<std::pair<std::string, std::string>> rows;
    store_.Scan(begin, PrefixEnd(begin), [&](std::string_view key, std::string_view value) {
      rows.emplace_back(key, value);
      return true;
    });
    for (const auto& [key, value] : rows) EraseContent(key, value);
  }
}

void Application::EraseContent(std::string_view journal_key, std::string_view entry_seq) {
  const PersonId id = *LastPerson(journal_key);
  const Seq seq = *LastSeq(entry_seq);
  auto entry = Entry(id, seq);
  if (!entry.has_value()) return;
  ClearContent(*entry);
  entry->set_erased_seq(record_.seq());
  store_.Put(EntryKey(id, seq), entry->SerializeAsString());
  PersonRow person(store_, id);
  person.Rewrote(record_.seq());
  person.Put(record_.seq());
}

// The decision itself goes: nothing that rests on it alone may stay.
void Application::EraseDecision(Seq seq) {
  const std::string begin = JournalItemsOf(seq);
  std::vector<std::pair<std::string, std::string>> rows;
  store_.Scan(begin, PrefixEnd(begin), [&](std::string_view key, std::string_view value) {
    rows.emplace_back(key, value);
    return true;
  });
  for (const auto& [key, value] : rows) {
    const PersonId id = *LastPerson(key);
    PersonRow person(store_, id);
    person.Forget(seq);
    store_.Erase(NoteKey(id, seq));
    if (!value.empty()) {
      const Seq entry_seq = *LastSeq(value);
      auto entry = Entry(id, entry_seq);
      if (entry.has_value()) {
        auto& standings = *entry->mutable_standings();
        standings.erase(std::remove_if(standings.begin(), standings.end(),
                                       [&](const v1::StoredStanding& standing) {
                                         return standing.because() < seq &&
                                                seq <= standing.since_seq();
                                       }),
                        standings.end());
        if (standings.empty()) {
          store_.Erase(EntryKey(id, entry_seq));
          store_.Erase(ContactKey(entry->agency(), entry->contact_id(), id));
          person.DropEntry();
        } else {
          store_.Put(EntryKey(id, entry_seq), entry->SerializeAsString());
        }
      }
    }
    store_.Erase(key);
    person.Rewrote(record_.seq());
    person.Put(record_.seq());
  }
}

}  // namespace throughline::chronology
