#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/uk_time.h"
#include "engine/intake/flow_table.h"
#include "engine/intake/state.h"
#include "throughline/v1/contact.pb.h"

// The relations that a contact states. Pure.
namespace throughline::intake {

struct Stating {
  const State& state;
  const v1::Contact& contact;  // of a correction, the contact as it should read
  std::string_view agency;     // that speaks
  std::string_view contact_id;
  const FlowTable* flow;  // nullptr: none is in force, and nothing is carried
  // The record that a label of `contact` names; nothing: none.
  std::function<std::optional<PersonId>(const std::string&)> record;
};

struct Stated {
  std::vector<v1::RelationKnown> known;
  std::vector<v1::RelationEnded> ended;
  // What could not be taken as it was said; without personal data.
  std::vector<std::pair<std::string, std::string>> warnings;  // field, text
};

// What of it is new: the same again by the same agency says nothing. A relation that cannot be
// (with oneself, a cycle of parents) is kept beside the rest, disputed, and carries nothing.
Stated RelationsStated(const Stating& stating);

// What IntakeRelation::says holds for a relation that an agency states.
std::uint64_t DigestOf(const v1::RelationKnown& relation);
// When it can have held, as far as it says.
Interval SpanOf(const v1::RelationKnown& relation);

}  // namespace throughline::intake
