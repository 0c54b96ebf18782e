#include "engine/intake/named.h"

#include <fmt/format.h>

#include "engine/contact/identifiers.h"
#include "engine/identity/evidence.h"
#include "engine/intake/state.h"

namespace throughline::intake {

std::string PathOf(const Named& named) { return fmt::format("{}[{}]", named.list, named.index); }

std::vector<Named> NamedIn(const v1::Contact& contact) {
  std::vector<Named> named;
  for (int i = 0; i < contact.subjects_size(); ++i) {
    const auto& subject = contact.subjects(i);
    named.push_back({&subject, "subjects", i, subject.label()});
  }
  if (!contact.has_contact_corrected()) return named;
  const v1::Contact& body = contact.contact_corrected().replaces();
  for (int i = 0; i < body.subjects_size(); ++i) {
    const auto& subject = body.subjects(i);
    named.push_back(
        {&subject, "detail.replaces.subjects", i, std::string(kReplaces) + subject.label()});
  }
  return named;
}

std::vector<Given> GivenFor(const Named& named, const v1::Contact& contact) {
  std::vector<Given> given;
  given.reserve(static_cast<std::size_t>(named.subject->references_size()));
  for (int i = 0; i < named.subject->references_size(); ++i) {
    given.push_back({&named.subject->references(i), &named, i});
  }
  const auto& detail = contact.person_recorded();
  const bool recorded =
      contact.has_person_recorded() && (detail.who().empty() || detail.who() == named.label);
  for (int i = 0; recorded && i < detail.references_size(); ++i) {
    given.push_back({&detail.references(i), nullptr, i});
  }
  return given;
}

v1::ScopedReference ScopedOf(const v1::Reference& given, std::string_view agency,
                             std::string_view import) {
  v1::ScopedReference scoped;
  if (given.scheme().empty() || contact::ReferenceFault(given)) return scoped;
  scoped.set_scheme(given.scheme());
  scoped.set_value(contact::Normalised(given.scheme(), given.value()));
  scoped.set_scope(contact::ScopeOf(given, agency, import));
  return scoped;
}

bool IsClaim(std::string_view scheme) {
  return scheme == "nhs-number" || scheme == "upn" || scheme == "la-child-id";
}

Descriptions DescriptionsIn(const v1::Contact& contact, std::string_view agency) {
  Descriptions descriptions;
  for (const Named& named : NamedIn(contact)) {
    const Labelled labelled = LabelledIn(contact, named.label);
    Description description;
    description.evidence = identity::EvidenceOf(labelled.contact, labelled.label);
    description.facts = identity::FactsOf(description.evidence);
    for (const Given& given : GivenFor(named, contact)) {
      if (!IsClaim(given.reference->scheme())) continue;
      const v1::ScopedReference scoped = ScopedOf(*given.reference, agency, {});
      if (scoped.value().empty()) continue;
      const bool household = IsHousehold(named.subject->person_kind());
      description.claims.push_back(ReferenceKey(scoped, household));
    }
    descriptions.emplace(named.label, std::move(description));
  }
  return descriptions;
}

}  // namespace throughline::intake
