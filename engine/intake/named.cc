#include "engine/intake/named.h"

#include <fmt/format.h>

#include "engine/identity/evidence.h"

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

Labelled LabelledIn(const v1::Contact& contact, std::string_view label) {
  if (!contact.has_contact_corrected() || !label.starts_with(kReplaces)) return {contact, label};
  return {contact.contact_corrected().replaces(), label.substr(kReplaces.size())};
}

Descriptions DescriptionsIn(const v1::Contact& contact) {
  Descriptions descriptions;
  for (const Named& named : NamedIn(contact)) {
    const Labelled labelled = LabelledIn(contact, named.label);
    Description description{identity::EvidenceOf(labelled.contact, labelled.label), {}};
    description.facts = identity::FactsOf(description.evidence);
    descriptions.emplace(named.label, std::move(description));
  }
  return descriptions;
}

}  // namespace throughline::intake
