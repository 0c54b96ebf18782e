#pragma once

#include <string>
#include <vector>

#include "consumers/throughline/show/style.h"
#include "throughline/v1/alert.pb.h"
#include "throughline/v1/chronology.pb.h"

namespace throughline::show {

// A chronology to be read on a terminal by someone entitled to it: by year and month, each contact
// with what it says, what was done to it since, and what became of what it handed over; gaps
// between contacts; alerts at the instant at which they were raised. Ends with a line break. Pure.
//
// `alerts` may hold one or several changes of each alert, in any order.
std::string ChronologyText(const v1::ChronologyAnswer& answer, const std::vector<v1::Alert>& alerts,
                           const Style& style);

// Who a person is, as far as known.
std::string PersonText(const v1::PersonAnswer& person, const Style& style);

}  // namespace throughline::show
