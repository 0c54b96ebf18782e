#pragma once

#include <map>
#include <string>

#include "consumers/risk/compiled_policy.h"

namespace throughline::risk {

// Which of a jurisdiction's days the rules count, that only its calendar knows.
struct CountedDays {
  bool working = false, school = false;
};

// By jurisdiction, of each that a rule names. Pure.
std::map<std::string, CountedDays, std::less<>> CountedDaysOf(const CompiledPolicy& policy);

}  // namespace throughline::risk
