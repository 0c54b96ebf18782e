#pragma once

#include <string>
#include <string_view>

#include "engine/intake/decide.h"

namespace throughline::intake {

// Where a valid contact stands: on every subject that it names, informants apart, and beside what
// it links to if its kind flows so. References resolve by exact scheme, value and scope; a subject
// that resolves to nobody makes a person. Warnings hold only what this adds. Pure.
v1::Placed Place(const DecideInput& input);

// The reference of an unborn child that is known only by its mother: her record's id, and which of
// her children of that contact.
inline constexpr std::string_view kUnbornOf = "unborn-of";

// The scheme by which a decision names a record that no agency has a reference for: its 32
// hexadecimal digits.
inline constexpr std::string_view kPersonId = "person-id";

// The id of a record that is made at that seq, for whom the label tells from others made there.
PersonId NewRecord(const State& state, Seq seq, std::string_view label);

// Whether a reference of that scheme can say who somebody is. One that numbers a matter (a case, an
// incident, a tenancy) is shared by all who belong to it.
bool NamesAPerson(std::string_view scheme, bool household);

}  // namespace throughline::intake
