#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/contact/read_contact.h"
#include "engine/projection/view.h"
#include "engine/relations/circle.h"
#include "throughline/v1/chronology.pb.h"
#include "throughline/v1/identity_answer.pb.h"
#include "throughline/v1/service.pb.h"

namespace throughline::cli {

// Takes out of answers every address that some contact says is protected, whichever contact gives
// it. View and circle must outlive it.
class ProtectedAddresses {
 public:
  ProtectedAddresses(const projection::View& view, relations::Circle& circle)
      : view_(view), circle_(circle) {}

  Result<void> Mask(const PersonId& person, v1::ChronologyAnswer& answer);

 private:
  // The labels of those whom contacts name and whose address is protected; an empty one: whoever's.
  Result<std::vector<std::string>> ProtectedIn(const std::set<contact::Target>& contacts);
  bool IsProtected(const PersonId& record);
  // Whether what is kept of a person says so of a contact.
  bool IsProtected(const projection::Reads& shard, const PersonId& person,
                   const contact::Target& contact);

  const projection::View& view_;
  relations::Circle& circle_;
  std::map<PersonId, bool> known_;  // of records
  std::map<PersonId, v1::StoredPerson> rows_;
};

// Out of what a page says of whose it is.
Result<void> MaskAddress(const projection::View& view, const PersonId& person,
                         v1::PersonAnswer& header);

// Of whoever decides whether records are one person's. Without a view nobody can tell whose address
// is protected: none is shown.
void MaskAddresses(const projection::View* view, v1::IdentityAnswer& answer);

}  // namespace throughline::cli
