#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "consumers/throughline/show/page.h"
#include "throughline/v1/chronology.pb.h"
#include "throughline/v1/contact.pb.h"

namespace throughline::show {

// One row of an entry: what it is about, and what is said.
struct ContentRow {
  std::string name;
  std::string text;
  Ink ink = Ink::kPlain;
  bool operator==(const ContentRow&) const = default;
};

// Whose contact it is and to whom it is shown.
struct Telling {
  std::string sender;  // the agency
  std::string label;  // of the person whose chronology it is; empty: the contact does not name them
  std::string name;   // that person's, where the contact gives none
  // For each of `sharing`, what was answered; fewer: not known.
  std::vector<v1::ChronologyHandover> handovers;
};

// Everything that a contact says, in the order in which a practitioner reads it. Any kind. Pure.
std::vector<ContentRow> ContentRows(const v1::Contact& contact, const Telling& telling);

}  // namespace throughline::show
