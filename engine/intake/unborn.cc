#include "engine/intake/unborn.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/contact/read_contact.h"
#include "engine/intake/place.h"

namespace throughline::intake {

v1::ScopedReference UnbornOf(const PersonId& mother, int which) {
  v1::ScopedReference reference;
  reference.set_scheme(std::string(kUnbornOf));
  reference.set_value(fmt::format("{}/{}", mother.Text(), which));
  return reference;
}

namespace {

std::vector<Unborn> NamedBy(const State& state, const v1::ScopedReference& reference) {
  std::vector<Unborn> all;
  for (const PersonId& record : state.Claimants(ReferenceKey(reference, false))) {
    auto row = state.Person(record);
    if (row) all.push_back({reference, record, *std::move(row)});
  }
  return all;
}

}  // namespace

std::vector<Unborn> UnbornOfPerson(const State& state, const PersonId& mother, int which) {
  std::vector<PersonId> records = state.RecordsOf(state.PartOf(mother));
  std::stable_partition(records.begin(), records.end(),
                        [&](const PersonId& record) { return record == mother; });
  std::vector<Unborn> all;
  for (const PersonId& record : records) {
    for (Unborn& one : NamedBy(state, UnbornOf(record, which))) all.push_back(std::move(one));
  }
  return all;
}

std::optional<Millis> BornBy(const v1::IntakePerson& unborn, const std::set<Seq>& besides) {
  std::optional<Millis> earliest;
  for (const v1::IntakeBirth& birth : unborn.births()) {
    if (birth.unsaid() || besides.contains(birth.seq())) continue;
    earliest = std::min(earliest.value_or(birth.latest_ms()), birth.latest_ms());
  }
  return earliest;
}

bool CanBeOf(const v1::IntakePerson& unborn, const Interval& occurred) {
  return occurred.latest >= unborn.unborn_from_ms() &&
         occurred.earliest <= unborn.unborn_until_ms();
}

std::optional<Unborn> BornUnder(const State& state, const v1::ScopedReference& reference,
                                const Interval& occurred, const std::set<Seq>& besides) {
  std::vector<Unborn> all = NamedBy(state, reference);
  const auto born_then = [&](const Unborn& one) {
    const auto born = BornBy(one.row, besides);
    return born && *born + kDateMargin >= occurred.earliest &&
           *born - kDateMargin <= occurred.latest;
  };
  auto found = std::find_if(all.begin(), all.end(), born_then);
  if (found == all.end()) {
    found = std::find_if(all.begin(), all.end(), [&](const Unborn& one) {
      return !BornBy(one.row, besides) && CanBeOf(one.row, occurred);
    });
  }
  if (found == all.end()) return std::nullopt;
  return std::move(*found);
}

std::vector<Unborn> BornThen(const State& state, const PersonId& mother, const Interval& occurred,
                             const std::set<Seq>& besides) {
  std::vector<Unborn> all;
  for (const PersonId& record : state.RecordsOf(state.PartOf(mother))) {
    for (int which = 1; which <= kMostUnborn; ++which) {
      auto born = BornUnder(state, UnbornOf(record, which), occurred, besides);
      if (born) all.push_back(*std::move(born));
    }
  }
  return all;
}

std::optional<PersonId> BornOf(const State& state, const v1::Contact& contact,
                               const PersonId& mother, const std::set<Seq>& besides) {
  if (contact.birth().multiple() == v1::TRI_YES) return std::nullopt;
  auto all = BornThen(state, mother, contact::Occurred(contact), besides);
  std::erase_if(all, [&](const Unborn& one) { return BornBy(one.row, besides).has_value(); });
  if (all.size() != 1) return std::nullopt;
  return all.front().record;
}

}  // namespace throughline::intake
