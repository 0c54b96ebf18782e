#include "engine/intake/record_links.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace throughline::intake {
namespace {

std::string RawOf(const PersonId& person) { return std::string(person.Raw()); }

Seq MadeAt(const State& state, const PersonId& record) {
  auto row = state.Person(record);
  return row ? row->made() : 0;
}

using Ends = std::pair<PersonId, PersonId>;

// The records that hang together with one by links, but for the link between those two.
std::set<PersonId> Together(const State& state, const PersonId& one, const Ends& but) {
  std::set<PersonId> met{one};
  std::vector<PersonId> next{one};
  while (!next.empty()) {
    const PersonId record = next.back();
    next.pop_back();
    auto row = state.Person(record);
    if (!row) continue;
    for (const std::string& raw : row->links()) {
      const PersonId other = PersonIn(raw);
      const bool ends = Ends(record, other) == but || Ends(other, record) == but;
      if (!ends && met.insert(other).second) next.push_back(other);
    }
  }
  return met;
}

PersonId Eldest(const State& state, const std::vector<PersonId>& records) {
  return *std::min_element(records.begin(), records.end(), [&](const auto& a, const auto& b) {
    return std::pair(MadeAt(state, a), a) < std::pair(MadeAt(state, b), b);
  });
}

// What named records of both sides is left with the one that its first reference names.
bool NamesBoth(const v1::IntakeContact& contact, const std::set<PersonId>& stay,
               const std::set<PersonId>& leave) {
  const auto any = [](const std::set<PersonId>& named, const std::set<PersonId>& of) {
    return std::any_of(named.begin(), named.end(),
                       [&](const PersonId& one) { return of.contains(one); });
  };
  return std::any_of(contact.subjects().begin(), contact.subjects().end(), [&](const auto& one) {
    std::set<PersonId> named{PersonIn(one.record())};
    for (const std::string& raw : one.also()) named.insert(PersonIn(raw));
    return any(named, stay) && any(named, leave);
  });
}

}  // namespace

bool IsAmong(const google::protobuf::RepeatedPtrField<std::string>& all, const PersonId& one) {
  return std::find(all.begin(), all.end(), one.Raw()) != all.end();
}

v1::Linked LinkOf(const State& state, const PersonId& first, const PersonId& second) {
  PersonId kept = state.PartOf(first);
  PersonId joined = state.PartOf(second);
  // Whoever somebody knows goes on, rather than whom nobody did; then the elder record.
  const auto rank = [&](const PersonId& person) {
    const auto row = state.Person(person);
    const bool unknown = row && row->person_kind() == "unknown_person";
    return std::tuple(unknown, MadeAt(state, person), person);
  };
  if (rank(joined) < rank(kept)) std::swap(kept, joined);
  v1::Linked linked;
  linked.set_kept(RawOf(kept));
  linked.set_joined(RawOf(joined));
  linked.set_first(RawOf(first));
  linked.set_second(RawOf(second));
  return linked;
}

v1::Unlinked UnlinkOf(const State& state, const PersonId& first, const PersonId& second,
                      const std::set<Seq>& besides) {
  const PersonId root = state.PartOf(first);
  // The records that hang together without this link; the person goes on with its own.
  const std::set<PersonId> stay = Together(state, root, {first, second});
  std::vector<PersonId> leaving;
  for (const PersonId& record : state.RecordsOf(root)) {
    if (!stay.contains(record)) leaving.push_back(record);
  }
  v1::Unlinked unlinked;
  unlinked.set_first(RawOf(root));
  unlinked.set_second(RawOf(leaving.empty() ? root : Eldest(state, leaving)));
  for (const PersonId& record : leaving) unlinked.add_records(RawOf(record));
  unlinked.set_first_record(RawOf(first));
  unlinked.set_second_record(RawOf(second));
  const std::set<PersonId> leave(leaving.begin(), leaving.end());
  for (const auto& [seq, offset] : state.ContactsOf(root)) {
    const auto contact = state.Contact(seq);
    if (contact && !besides.contains(seq) && NamesBoth(*contact, stay, leave)) {
      unlinked.add_undecided(seq);
    }
  }
  return unlinked;
}

bool MayBeOne(const State& state, const PersonId& first, const PersonId& second) {
  const auto records = state.RecordsOf(first);
  const auto others = state.RecordsOf(second);
  if (records.size() + others.size() > static_cast<std::size_t>(kMaxRecords)) return false;
  return std::all_of(records.begin(), records.end(), [&](const PersonId& record) {
    const auto row = state.Person(record);
    return row && std::none_of(others.begin(), others.end(), [&](const PersonId& other) {
             return IsAmong(row->kept_apart(), other);
           });
  });
}

}  // namespace throughline::intake
