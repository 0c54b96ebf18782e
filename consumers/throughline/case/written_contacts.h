#pragma once

#include <set>
#include <string>
#include <vector>

#include "consumers/throughline/case/faults.h"
#include "engine/base/yaml.h"
#include "engine/contact/read_contact.h"

namespace throughline::cases {

// The contacts that a case file writes, whether sound or not: so that a fault in one is not
// repeated wherever it is named.
class WrittenContacts {
 public:
  explicit WrittenContacts(const yaml::Node& root);

  // Contacts by agency and id, as `police P-1`: one text or a list. A fault for each that is none.
  std::vector<contact::Target> Read(const yaml::Node& node, Faults& faults) const;

 private:
  std::set<contact::Target> written_;
};

// As a case file names it.
std::string Named(const contact::Target& target);

}  // namespace throughline::cases
