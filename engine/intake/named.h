#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/contact/labels.h"
#include "throughline/v1/contact.pb.h"
#include "throughline/v1/identity.pb.h"
#include "throughline/v1/journal.pb.h"

// Whom a contact names, and how it describes them. Pure functions of the contact.
namespace throughline::intake {

using contact::kReplaces;
using contact::Labelled;
using contact::LabelledIn;

// A subject with where faults find it, and a label that is unique in the whole contact. Lives as
// long as the contact.
struct Named {
  const v1::Contact::Subject* subject;
  std::string_view list;
  int index;
  std::string label;
};
std::string PathOf(const Named& named);

// The subjects of the contact; of a correction also those of the contact as it should read.
std::vector<Named> NamedIn(const v1::Contact& contact);

// A reference of one who is named: their own, or given for them in the detail (`of`: nullptr).
struct Given {
  const v1::Reference* reference;
  const Named* of;
  int index;
};
std::vector<Given> GivenFor(const Named& named, const v1::Contact& contact);

// What a reference says within the feed of an agency, and an import if it is of one; without a
// value: nothing that could be one.
v1::ScopedReference ScopedOf(const v1::Reference& given, std::string_view agency,
                             std::string_view import);

// A number that others give out, and that names people whoever quotes it: a claim (references.h).
bool IsClaim(std::string_view scheme);

// What the contact states of one whom it names, by which one person is told from another.
struct Description {
  v1::IdentityEvidence evidence;
  std::vector<std::uint32_t> facts;  // identity::FactsOf
  std::vector<std::string> claims;   // by ReferenceKey, the numbers that are
};
// By label.
using Descriptions = std::map<std::string, Description, std::less<>>;
Descriptions DescriptionsIn(const v1::Contact& contact, std::string_view agency);

}  // namespace throughline::intake
