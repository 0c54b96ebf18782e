#pragma once

#include <string>

#include "consumers/throughline/show/style.h"
#include "throughline/v1/identity_answer.pb.h"

namespace throughline::show {

// Each pair with what is known of both side by side, what speaks for one person and what against,
// and how to decide. Ends with a line break. Pure.
std::string IdentityText(const v1::IdentityAnswer& answer, const Style& style);

}  // namespace throughline::show
