#pragma once

#include <string>
#include <vector>

#include "engine/intake/dead_letters.h"

namespace throughline::cli {

// Every dead letter of a data directory, oldest first, read beside whoever owns it.
Result<std::vector<intake::StoredDeadLetter>> ReadDeadLetters(const std::string& directory);

}  // namespace throughline::cli
