#pragma once

#include <string>

#include "consumers/throughline/show/page.h"
#include "throughline/v1/chronology.pb.h"

namespace throughline::show {

// Where an entry stands.
struct Setting {
  v1::Lens lens = v1::LENS_SHARED;
  int but_year = 0;    // of the heading above it; 0: none
  std::string person;  // the name of whose chronology it is
};

// One contact on a page. Pure.
void AddEntry(Page& page, const v1::ChronologyEntry& entry, const Setting& setting);

// A decision about who the person is or is related to.
void AddNote(Page& page, const v1::ChronologyNote& note);

// Whether it still says something: not retracted, withdrawn, erased or withheld.
bool Stands(const v1::ChronologyEntry& entry);

}  // namespace throughline::show
