#pragma once

#include <string_view>

namespace throughline {

// Ends the process at once, as a kill would (exit code 137), at the n-th passage of a named point,
// if the environment said THROUGHLINE_CRASH=<name>:<n> when the first point was passed. For the
// crash tests. Threads: any.
void CrashPoint(std::string_view name);

}  // namespace throughline
