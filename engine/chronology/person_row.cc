#include "engine/chronology/person_row.h"

#include <algorithm>
#include <map>

#include "engine/base/check.h"
#include "engine/chronology/keys.h"
#include "engine/contact/identifiers.h"

namespace throughline::chronology {
namespace {

int Says(std::string_view person_kind) {
  static const std::map<std::string_view, int> kLess = {
      {"", 0}, {"not_recorded", 1}, {"other", 1}, {"unknown_person", 2}, {"unborn_child", 3}};
  const auto found = kLess.find(person_kind);
  return found == kLess.end() ? 4 : found->second;
}

bool Same(const v1::ScopedReference& a, const v1::ScopedReference& b) {
  return a.scheme() == b.scheme() && a.scope() == b.scope() &&
         contact::Normalised(a.scheme(), a.value()) == contact::Normalised(b.scheme(), b.value());
}

std::string KeyOf(const v1::ScopedReference& reference, const PersonId& person) {
  return ReferenceKey(reference.scheme(), reference.value(), reference.scope(), person);
}

template <typename Rows, typename Which>
void RemoveIf(Rows& rows, const Which& which) {
  rows.erase(std::remove_if(rows.begin(), rows.end(), which), rows.end());
}

}  // namespace

PersonRow::PersonRow(projection::Writes& store, const PersonId& person)
    : store_(store), person_(person) {
  const auto value = store.Get(PersonKey(person));
  fresh_ = !value.has_value();
  if (value.has_value()) CHECK(row_.ParseFromString(*value));
}

void PersonRow::Is(std::string_view person_kind, Seq since) {
  const std::string_view now =
      row_.kinds().empty() ? std::string_view() : row_.kinds().rbegin()->person_kind();
  if (Says(person_kind) <= Says(now)) return;
  v1::StoredPersonKind& kind = *row_.add_kinds();
  kind.set_person_kind(std::string(person_kind));
  kind.set_since_seq(since);
}

void PersonRow::AddReference(const v1::ScopedReference& reference, Seq since) {
  if (reference.scheme().empty() || reference.value().empty()) return;
  const bool known =
      std::any_of(row_.references().begin(), row_.references().end(), [&](const auto& stored) {
        return stored.ended_seq() == 0 && Same(stored.reference(), reference);
      });
  if (known) return;
  v1::StoredReference& stored = *row_.add_references();
  *stored.mutable_reference() = reference;
  stored.set_since_seq(since);
  store_.Put(KeyOf(reference, person_), {});
}

void PersonRow::EndReference(const v1::ScopedReference& reference, Seq record) {
  for (v1::StoredReference& stored : *row_.mutable_references()) {
    if (stored.ended_seq() == 0 && Same(stored.reference(), reference)) {
      stored.set_ended_seq(record);
    }
  }
}

void PersonRow::AddEntry(Seq entry, Seq record) {
  if (row_.entries() == 0 || entry < row_.first_seq()) row_.set_first_seq(entry);
  if (entry < row_.last_seq()) Rewrote(record);
  row_.set_last_seq(std::max<Seq>(entry, row_.last_seq()));
  row_.set_entries(row_.entries() + 1);
}

void PersonRow::BecomePartOf(std::string_view person, Seq decision, Seq since, Millis at) {
  v1::StoredPartOf& part_of = *row_.add_part_of();
  part_of.set_person(std::string(person));
  part_of.set_decision(decision);
  part_of.set_since_seq(since);
  part_of.set_since_ms(at);
}

void PersonRow::CompletePartOf(Seq decision, Seq since, Millis at) {
  for (v1::StoredPartOf& part_of : *row_.mutable_part_of()) {
    if (part_of.decision() != decision || part_of.since_ms() != 0) continue;
    part_of.set_since_seq(since);
    part_of.set_since_ms(at);
  }
}

void PersonRow::Forget(Seq since) {
  for (const auto& stored : row_.references()) {
    if (stored.since_seq() == since) store_.Erase(KeyOf(stored.reference(), person_));
  }
  const auto said = [&](const auto& row) { return row.since_seq() == since; };
  RemoveIf(*row_.mutable_references(), said);
  RemoveIf(*row_.mutable_kinds(), said);
}

void PersonRow::Put(Seq record) {
  if (row_.entries() == 0 && row_.references().empty() && row_.kinds().empty()) {
    store_.Erase(PersonKey(person_));
    return;
  }
  row_.set_changed_seq(record);
  if (fresh_) Rewrote(record);
  store_.Put(PersonKey(person_), row_.SerializeAsString());
}

}  // namespace throughline::chronology
