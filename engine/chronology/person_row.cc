#include "engine/chronology/person_row.h"

#include <algorithm>
#include <map>
#include <utility>

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

std::unique_ptr<PersonRowCache::Row> PersonRowCache::Take(const PersonId& person) {
  auto taken = newer_.extract(person);
  if (taken.empty()) {
    taken = older_.extract(person);
  } else {
    newer_bytes_ -= taken.mapped()->bytes;
  }
  return taken.empty() ? nullptr : std::move(taken.mapped());
}

void PersonRowCache::Keep(const PersonId& person, std::unique_ptr<Row> row) {
  newer_bytes_ += row->bytes;
  newer_.insert_or_assign(person, std::move(row));
  if (newer_bytes_ <= most_bytes_ / 2) return;
  older_ = std::exchange(newer_, {});
  newer_bytes_ = 0;
}

void PersonRowCache::Clear() {
  newer_.clear();
  older_.clear();
  newer_bytes_ = 0;
}

PersonRow::PersonRow(projection::Writes& store, PersonRowCache& cache, const PersonId& person)
    : store_(store), cache_(cache), person_(person), row_(cache.Take(person)) {
  if (row_ != nullptr) return;
  row_ = std::make_unique<PersonRowCache::Row>();
  const auto value = store.Get(PersonKey(person));
  fresh_ = !value.has_value();
  if (value.has_value()) CHECK(row().ParseFromString(*value));
}

void PersonRow::Is(std::string_view person_kind, Seq since) {
  const std::string_view now =
      row().kinds().empty() ? std::string_view() : row().kinds().rbegin()->person_kind();
  if (Says(person_kind) <= Says(now)) return;
  v1::StoredPersonKind& kind = *row().add_kinds();
  kind.set_person_kind(std::string(person_kind));
  kind.set_since_seq(since);
}

void PersonRow::AddReference(const v1::ScopedReference& reference, Seq since) {
  if (reference.scheme().empty() || reference.value().empty()) return;
  const bool known =
      std::any_of(row().references().begin(), row().references().end(), [&](const auto& stored) {
        return stored.ended_seq() == 0 && Same(stored.reference(), reference);
      });
  if (known) return;
  v1::StoredReference& stored = *row().add_references();
  *stored.mutable_reference() = reference;
  stored.set_since_seq(since);
  store_.Put(KeyOf(reference, person_), {});
}

void PersonRow::EndReference(const v1::ScopedReference& reference, Seq record) {
  for (v1::StoredReference& stored : *row().mutable_references()) {
    if (stored.ended_seq() == 0 && Same(stored.reference(), reference)) {
      stored.set_ended_seq(record);
    }
  }
}

void PersonRow::AddEntry(Seq entry, Seq record) {
  if (row().entries() == 0 || entry < row().first_seq()) row().set_first_seq(entry);
  if (entry < row().last_seq()) Rewrote(record);
  row().set_last_seq(std::max<Seq>(entry, row().last_seq()));
  row().set_entries(row().entries() + 1);
}

void PersonRow::BecomePartOf(std::string_view person, Seq decision, Seq since, Millis at) {
  v1::StoredPartOf& part_of = *row().add_part_of();
  part_of.set_person(std::string(person));
  part_of.set_decision(decision);
  part_of.set_since_seq(since);
  part_of.set_since_ms(at);
}

void PersonRow::CompletePartOf(Seq decision, Seq since, Millis at) {
  for (v1::StoredPartOf& part_of : *row().mutable_part_of()) {
    if (part_of.decision() != decision || part_of.since_ms() != 0) continue;
    part_of.set_since_seq(since);
    part_of.set_since_ms(at);
  }
}

void PersonRow::Forget(Seq since) {
  for (const auto& stored : row().references()) {
    if (stored.since_seq() == since) store_.Erase(KeyOf(stored.reference(), person_));
  }
  const auto said = [&](const auto& row) { return row.since_seq() == since; };
  RemoveIf(*row().mutable_references(), said);
  RemoveIf(*row().mutable_kinds(), said);
}

void PersonRow::Put(Seq record) {
  if (row().entries() == 0 && row().references().empty() && row().kinds().empty()) {
    store_.Erase(PersonKey(person_));
    return;
  }
  row().set_changed_seq(record);
  if (fresh_) Rewrote(record);
  const std::string bytes = row().SerializeAsString();
  store_.Put(PersonKey(person_), bytes);
  row_->bytes = bytes.size();
  cache_.Keep(person_, std::move(row_));
}

}  // namespace throughline::chronology
