#pragma once

#include <string>
#include <vector>

#include "consumers/risk/risk_fold.h"
#include "engine/chronology/entry.h"

namespace throughline::risk {

// What channels delivered and people said of an alert.
struct AlertAnswers {
  std::vector<const chronology::Entry*> entries;  // of the chronology given; in order of seq
  // Alerts of records that became part of this person, whose answers hold for this one, by id.
  std::vector<std::string> earlier;
};

// The alert that an answer names; empty: it is none.
std::string_view AlertNamed(const v1::Contact& contact);

// Of an alert that a link closed, in which of the alerts of the person that its `part_of` names it
// goes on, as far as those are known; nullptr: in none. Pure.
const AlertHistory* GoesOnIn(const AlertHistory& closed,
                             const std::vector<AlertHistory>& of_person);

// The answers that hold for `alert`, as far as they stand on the person's chronology. An answer
// holds for the alert that it names, and for the one of the same rule and anchor that was open on
// the person when a link closed that one: `joined` are the alerts of the records that are part of
// the person, as they stand since. Pure.
AlertAnswers AnswersTo(const AlertHistory& alert, const std::vector<AlertHistory>& joined,
                       const chronology::Known& known);

}  // namespace throughline::risk
