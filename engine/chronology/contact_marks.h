#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/contact/read_contact.h"
#include "engine/projection/key_values.h"
#include "throughline/v1/journal.pb.h"

// Marks of whole contacts, of whomever they are: every shard keeps them by contact, since what
// points at a contact may stand where the contact does not. Pure over the store.
namespace throughline::chronology {

// What a contact says of a mark: of itself, or by handling_set of another or of one item of that.
struct MarkWord {
  contact::Target on;
  std::string mark;
  std::string item;  // empty: the whole
  bool lifts = false;
};

// Those of a contact, and, of a correction, of what it puts in the place of what it corrects; not
// those that it bears on a part of its own.
std::vector<MarkWord> WordsOf(const v1::Contact& contact, const contact::Target& of);

// Whether the contact of that decision may say any, by the decision alone.
bool MayMark(const v1::Placed& placed);

// Takes in what it says of whole contacts; what a correction says of itself, for those that it
// corrects too.
void KeepMarks(const v1::Placed& placed, const v1::Contact& contact, Millis recorded,
               projection::Writes& store);

// Of those contacts, the ones of which a mark hides that they are there.
std::set<contact::Target> WithHiddenFact(const projection::Reads& reads,
                                         const std::set<contact::Target>& contacts);
// Whether the store knows any mark.
bool AnyMarksKept(const projection::Reads& reads);

}  // namespace throughline::chronology
