#pragma once

#include "consumers/throughline/case/case_file.h"
#include "consumers/throughline/case/faults.h"
#include "engine/base/yaml.h"

namespace throughline::cases {

// Reads `expect` of a case, whose people are read already, into file.expectations. Pure.
void ReadExpectations(const yaml::Node& root, CaseFile& file, Faults& faults);

}  // namespace throughline::cases
