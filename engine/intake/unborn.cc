#include "engine/intake/unborn.h"

#include <fmt/core.h>

#include "engine/contact/read_contact.h"
#include "engine/intake/place.h"

namespace throughline::intake {

v1::ScopedReference UnbornOf(const PersonId& mother, int which) {
  v1::ScopedReference reference;
  reference.set_scheme(std::string(kUnbornOf));
  reference.set_value(fmt::format("{}/{}", mother.Text(), which));
  return reference;
}

std::vector<v1::ScopedReference> UnbornOfPerson(const State& state, const PersonId& mother) {
  std::vector<v1::ScopedReference> all;
  for (const PersonId& record : state.RecordsOf(state.PartOf(mother))) {
    for (int which = 1; which <= kMostUnborn; ++which) {
      v1::ScopedReference reference = UnbornOf(record, which);
      if (state.Resolve(ReferenceKey(reference, false))) all.push_back(std::move(reference));
    }
  }
  return all;
}

std::vector<v1::ScopedReference> UnbornThen(const State& state, const PersonId& mother,
                                            const Interval& occurred) {
  std::vector<v1::ScopedReference> all = UnbornOfPerson(state, mother);
  std::erase_if(all, [&](const v1::ScopedReference& reference) {
    const auto unborn = state.Resolve(ReferenceKey(reference, false));
    const auto person = unborn ? state.Person(*unborn) : std::nullopt;
    return !person || !CanBeOf(*person, occurred);
  });
  return all;
}

bool CanBeOf(const v1::IntakePerson& unborn, const Interval& occurred) {
  return occurred.latest >= unborn.unborn_from_ms() &&
         occurred.earliest <= unborn.unborn_until_ms();
}

std::optional<PersonId> BornOf(const State& state, const v1::Contact& contact,
                               const PersonId& mother) {
  if (contact.birth().multiple() == v1::TRI_YES) return std::nullopt;
  const auto all = UnbornThen(state, mother, contact::Occurred(contact));
  if (all.size() != 1) return std::nullopt;
  return state.Resolve(ReferenceKey(all.front(), false));
}

}  // namespace throughline::intake
