#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/v1/contact.pb.h"
#include "throughline/v1/identity.pb.h"

// Whom a contact names, and how it describes them. Pure functions of the contact.
namespace throughline::intake {

// Before the labels of the contact as it should read, in a correction.
inline constexpr std::string_view kReplaces = "replaces/";

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

// A label of one who is named, in the contact that it is a label of: of a correction, the contact
// as it should read has labels of its own.
struct Labelled {
  const v1::Contact& contact;
  std::string_view label;
};
Labelled LabelledIn(const v1::Contact& contact, std::string_view label);

// What the contact states of one whom it names, by which one person is told from another.
struct Description {
  v1::IdentityEvidence evidence;
  std::vector<std::uint32_t> facts;  // identity::FactsOf
};
// By label.
using Descriptions = std::map<std::string, Description, std::less<>>;
Descriptions DescriptionsIn(const v1::Contact& contact);

}  // namespace throughline::intake
