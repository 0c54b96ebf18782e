#pragma once

#include <functional>
#include <optional>
#include <set>
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
  Millis recorded;        // as contact::RecordedInstant gives it
  std::set<Seq> unsaid;   // contacts that stand no more by this one
  const FlowTable* flow;  // nullptr: none is in force, and nothing is carried
  // The record that a label of `contact` names; nothing: none.
  std::function<std::optional<PersonId>(const std::string&)> record;
};

struct Stated {
  std::vector<v1::RelationKnown> known;
  std::vector<v1::RelationEnded> ended;
  std::vector<v1::PlacementMove> moves;
  // What could not be taken as it was said; without personal data.
  std::vector<std::pair<std::string, std::string>> warnings;  // field, text
};

// A relation that cannot be is kept beside the rest: with oneself it carries nothing as long as
// both are known as one person; that of a parent who is known as a descendant, by what stands, is
// disputed.
Stated RelationsStated(const Stating& stating);

// What IntakeRelation::says holds for a relation that an agency states: the same again has the
// same.
std::uint64_t DigestOf(const v1::RelationKnown& relation);
// When it can have held, as far as it says.
Interval SpanOf(const v1::RelationKnown& relation);

}  // namespace throughline::intake
