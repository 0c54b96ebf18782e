#pragma once

#include <string>

#include "consumers/throughline/show/style.h"
#include "throughline/v1/household.pb.h"

// Households and relations as a safeguarding lead reads them. Pure.
namespace throughline::show {

std::string HomeText(const v1::HouseholdAnswer& answer, const Style& style);
std::string HomeText(const v1::RelationsAnswer& answer, const Style& style);

// A person by name; a home by its address, unless that is protected.
std::string NameWords(const v1::RelatedPerson& person);

}  // namespace throughline::show
