#pragma once

#include <vector>

#include "engine/chronology/read.h"
#include "throughline/v1/chronology.pb.h"

// What the store holds of a person as the messages that --json prints and the socket carries. Pure.
namespace throughline::chronology {

v1::PersonAnswer Answer(const Header& header);

// `seq` is the record at which the store was read. Entries come in order of when they happened;
// what happened at one and the same time (a month, say), in the order that their links tell.
// Content that is withheld or erased is not in it.
v1::ChronologyAnswer Answer(const Known& known, const Header& header, const Query& query, Seq seq);

// In order of when they happened; what happened at one and the same time, as their links tell.
std::vector<const Entry*> InOrderOfTime(const Known& known);

// A source of knowing the entry of seq `of`.
v1::KnownBy Answer(const Learned& learned, Seq of, const Known& known);

}  // namespace throughline::chronology
