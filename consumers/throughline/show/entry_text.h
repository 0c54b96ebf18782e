#pragma once

#include "consumers/throughline/show/page.h"
#include "throughline/v1/chronology.pb.h"

namespace throughline::show {

// One contact on a page. `but_year` is the year of the heading that it stands under; 0: none. Pure.
void AddEntry(Page& page, const v1::ChronologyEntry& entry, v1::Lens lens, int but_year);

// A decision about who the person is or is related to.
void AddNote(Page& page, const v1::ChronologyNote& note);

// Whether it still says something: not retracted, withdrawn, erased or withheld.
bool Stands(const v1::ChronologyEntry& entry);

}  // namespace throughline::show
