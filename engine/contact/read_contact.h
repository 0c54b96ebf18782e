#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/uk_time.h"
#include "throughline/v1/contact.pb.h"

// What folds and rules read out of a contact. Pure; the contact was accepted by Validate.
namespace throughline::contact {

// When it happened, as exact as known. occurred_until, if any, ends it.
Interval Occurred(const v1::Contact& contact);

// The instant of the recorded lens: `recorded` as stated. A minute is its start; what is coarser
// than a minute is the end of its interval, so a day is its end, but no later than a day after
// `received` unless its start is. Unknown takes the latest that `occurred` allows, no later than
// `received`.
Millis RecordedInstant(const v1::Contact& contact, Millis received);

const v1::Contact::Subject* SubjectWith(const v1::Contact& contact, std::string_view label);
bool HasRole(const v1::Contact::Subject& subject, std::string_view role);
// The roles in which a subject stands on their own chronology. Who informs is protected: that role
// is none of them.
std::vector<std::string> OpenRoles(const v1::Contact::Subject& subject);

// A contact that corrects, retracts, disputes or duplicates another: which, by agency (the sender's
// when empty) and id.
struct Target {
  std::string agency;
  std::string contact_id;
  auto operator<=>(const Target&) const = default;
};
// The targets of every link and of every reference in the detail (of a correction: of the contact
// that it carries, too), with the sender's agency filled in, sorted and unique. A reference without
// a contact id speaks of the contact itself and is no target.
std::vector<Target> Targets(const v1::Contact& contact, std::string_view agency);
// The contact of a ContactRef, with the sender's agency filled in.
Target Resolve(const v1::ContactRef& ref, std::string_view agency);

}  // namespace throughline::contact
