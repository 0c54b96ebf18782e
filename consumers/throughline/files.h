#pragma once

#include <string>

#include "engine/base/result.h"

namespace throughline::cli {

// The whole of a file, or of standard input for `-`. kNotFound, kUnavailable; kInvalid above 1 GiB.
Result<std::string> ReadFile(const std::string& path);

}  // namespace throughline::cli
