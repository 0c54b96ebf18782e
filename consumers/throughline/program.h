#pragma once

#include <string>
#include <vector>

#include "consumers/throughline/terminal.h"

namespace throughline::cli {

// The whole command line: `arguments` without the program's name. Returns the exit code.
int Run(const std::vector<std::string>& arguments, Terminal& terminal);

}  // namespace throughline::cli
