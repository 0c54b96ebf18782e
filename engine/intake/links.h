#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/intake/state.h"
#include "throughline/v1/contact.pb.h"

namespace throughline::intake {

// One more warning on a contact; without personal data.
void Warn(std::string field, std::string text, v1::Placed& placed);

// The placements of one contact while it is placed. Both must outlive it.
class Standings {
 public:
  Standings(const v1::Contact& contact, v1::Placed& placed) : contact_(contact), placed_(placed) {}

  // The first placement on a person, or nullptr. Lives until the next Add.
  v1::Placement* Find(const PersonId& person);
  // The placement on a person as one of its records. Lives as long.
  v1::Placement* Find(const PersonId& person, const PersonId& record);
  // A new placement, with the marks that apply to it; nullptr: the contact stands on as many as it
  // can, which is a warning.
  v1::Placement* Add(const PersonId& person, const std::string& person_kind,
                     std::string_view label);

  v1::Placed& placed() { return placed_; }

 private:
  const v1::Contact& contact_;
  v1::Placed& placed_;
  std::map<PersonId, int> index_;
  bool full_ = false;
};

// Sets the codes of the list handling that apply to a placement: those of the whole contact and of
// whom it names by the placement's labels. Of a correction, those of the contact as it should read
// too.
void MarkHandling(const v1::Contact& contact, v1::Placement& placement);

struct Linking {
  const State& state;
  const v1::Contact& contact;
  std::string_view agency;  // that speaks
};

// Of a kind that flows so: places the contact wherever what it links to is placed, and notes what
// of that it waits for.
void PlaceBesideLinks(const Linking& linking, Standings& standings);

// Of a correction: warns if the contact as it should read names somebody no more whom the contact
// named. It stays on that person's chronology, for it may tell of them without a name: to take it
// off, it is retracted as a wrong person's.
void WarnOfWhoIsLeftOut(const Linking& linking, v1::Placed& placed);

// Warns of links to contacts, and of recipients, that are not known.
void WarnOfStrangers(const Linking& linking, v1::Placed& placed);

}  // namespace throughline::intake
