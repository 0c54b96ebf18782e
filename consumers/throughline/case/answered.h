#pragma once

#include <string>
#include <vector>

#include "consumers/throughline/case/player.h"
#include "consumers/throughline/case/report.h"
#include "engine/base/result.h"

// Asks the record that a case has left, as the command line asks it.
namespace throughline::cases {

Result<std::vector<Answered>> Ask(const std::vector<Question>& questions, const Player& player);

}  // namespace throughline::cases
