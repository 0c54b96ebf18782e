#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/intake/state.h"
#include "throughline/v1/contact.pb.h"

// Births and deaths that cannot all be right. Nothing is changed by them: each stays as it was
// said, and the contact that shows it bears a warning. Pure.
namespace throughline::intake {

struct Telling {
  const projection::Reads& reads;  // intake's state
  const v1::Contact& contact;      // of a correction, the contact as it should read
  // The record that a label of `contact` names; nothing: none.
  std::function<std::optional<PersonId>(const std::string&)> record;
  const google::protobuf::RepeatedPtrField<v1::RelationKnown>& relations;  // that it states
};

// A parent born after the child, somebody born after a death of theirs, a birth by a mother who had
// died. Field and text, without personal data.
std::vector<std::pair<std::string, std::string>> ImpossibleDates(const Telling& telling);

// What a contact of `seq` says of a person's death, kept with the record; of many, the last.
void KeepDeath(const v1::Contact& contact, Seq seq, v1::IntakePerson& person);
// The contact turned out to be about another; whether it tells of a death.
bool MoveDeath(Seq seq, v1::IntakePerson& from, v1::IntakePerson& to);

}  // namespace throughline::intake
