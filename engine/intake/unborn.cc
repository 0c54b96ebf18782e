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

bool CanBeOf(const v1::IntakePerson& unborn, const Interval& occurred) {
  return occurred.latest >= unborn.unborn_from_ms() &&
         occurred.earliest <= unborn.unborn_until_ms();
}

std::optional<PersonId> BornOf(const State& state, const v1::Contact& contact,
                               const PersonId& mother) {
  if (contact.birth().multiple() == v1::TRI_YES) return std::nullopt;
  const auto all = UnbornOfPerson(state, mother);
  if (all.size() != 1) return std::nullopt;
  const auto unborn = state.Resolve(ReferenceKey(all.front(), false));
  if (!unborn) return std::nullopt;
  const auto person = state.Person(*unborn);
  if (!person || !CanBeOf(*person, contact::Occurred(contact))) return std::nullopt;
  return unborn;
}

}  // namespace throughline::intake
