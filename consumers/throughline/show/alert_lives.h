#pragma once

#include <string>

#include "consumers/throughline/show/style.h"
#include "throughline/v1/service.pb.h"

namespace throughline::show {

// Each alert as it was raised, and below it how it stands now. Ends with a line break. Pure.
std::string AlertLivesText(const v1::AlertsAnswer& answer, const Style& style);

}  // namespace throughline::show
