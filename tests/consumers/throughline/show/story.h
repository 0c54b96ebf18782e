#pragma once

#include <vector>

#include "tests/engine/chronology/written_journal.h"
#include "throughline/v1/alert.pb.h"

namespace throughline::show {

// The invented family of the worked examples: a call-out to domestic abuse, what was handed on and
// what was not answered, and what came to be known later. Child A is person 'a'.
struct Story {
  chronology::WrittenJournal journal;
  std::vector<v1::Alert> alerts;
};
void WriteTwoChildren(Story& story);

// A child whose record has hardly an exact day in it, imported years later.
void WriteCoarseDates(Story& story);

}  // namespace throughline::show
