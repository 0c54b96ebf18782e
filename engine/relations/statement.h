#pragma once

#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/relations/span.h"
#include "throughline/v1/household.pb.h"
#include "throughline/v1/journal.pb.h"

// What contacts say of two persons, and what several of them come to. Pure.
namespace throughline::relations {

// One contact's word that `from` is `said.relation()` of `to`.
struct Statement {
  Seq seq = 0;
  Millis recorded = 0;  // when its agency wrote it down
  PersonId from, to;    // the persons that the two records were part of
  Span span;
  v1::RelationStatement said;
  // When it ended, by accounts that cannot all be right; empty: there is one, or they agree.
  std::vector<Interval> ends;
};

// One contact's word that it ended, or never was.
struct Ending {
  Seq seq = 0;
  Millis recorded = 0;
  PersonId from, to;
  std::string relation;
  Interval ended;
  v1::RelationEnding said;
};

// Lets endings act on what was written down before them or at the same time, and stand against what
// was after; that it never was so, on what its own agency said, or if verified on what anybody did:
// else it stands against that. Of the endings of one agency the last acts, unless it ends another
// time together; those of several each do, and a statement that they end at different times bears
// them all. An agency's later word on the same relation, with an end, ends its earlier one. What it
// comes to hangs on what is said, never on the order in which it became known.
void ApplyEndings(const std::vector<Ending>& endings, std::vector<Statement>& statements);

// When somebody can have been born, and by what contacts they died.
struct Life {
  PersonId person;
  Interval born;
  std::vector<Ending> deaths;
};

// Nobody lives anywhere, is a partner or has or is in anybody's care after their death, nor, where
// it is not said since when, before their birth. What began after a death denies it, and stays.
void ApplyLife(const Life& life, std::vector<Statement>& statements);

// What several statements of one relation between the same two come to on a day, and each by
// itself (`on_day`). certain, possible, contested, earlier, later, or not_so.
std::string Weigh(Day day, std::vector<Statement>& statements);

// Whether that is a thing of the day: certain, possible or contested.
bool IsOn(std::string_view on_day);

}  // namespace throughline::relations
