#pragma once

#include <string>
#include <string_view>

#include "consumers/risk/policy_file.h"
#include "engine/base/result.h"

namespace throughline::cli {

// The *.yaml files of a folder, or one file. kNotFound: there are none.
Result<std::vector<risk::PolicyFile>> ReadPolicyFiles(const std::string& path);

// What intake calls on an activation: a bundle compiled to a serialised v1::Policy. kInvalid: every
// fault, a line each.
Result<std::string> CompilePolicy(std::string_view bundle);

}  // namespace throughline::cli
