#pragma once

#include <string>

#include "consumers/throughline/show/style.h"
#include "throughline/v1/who_knew.pb.h"

namespace throughline::show {

// Contacts down the page, agencies across it: how each knew each first, and on what day; as many
// agencies beside each other as the page is wide for, the others below. Ends with a line break.
// Pure.
std::string WhoKnewText(const v1::WhoKnewAnswer& answer, const Style& style);

// Of each contact every source of everyone who knew it.
std::string WhoKnewInFull(const v1::WhoKnewAnswer& answer, const Style& style);

// What one knew and the other did not, and who knew it since when.
std::string DifferenceText(const v1::DifferenceAnswer& answer, const Style& style);

}  // namespace throughline::show
