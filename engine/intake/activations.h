#pragma once

#include <optional>
#include <vector>

#include "engine/contact/validate.h"
#include "engine/intake/decide.h"

namespace throughline::intake {

// The journal's own answer to a contact by which an operator acts on the engine; or every fault for
// which it cannot be obeyed.
struct Activation {
  v1::Decision decision;
  std::vector<contact::Fault> faults;
};

// Nothing: the kind is another, to be placed. Pure as far as compile_policy is.
std::optional<Activation> Activate(const DecideInput& input);

}  // namespace throughline::intake
