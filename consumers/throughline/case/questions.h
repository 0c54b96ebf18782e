#pragma once

#include "consumers/throughline/case/case_file.h"
#include "consumers/throughline/case/faults.h"

// Expectations that ask the record: household, relations, chronology. Pure.
namespace throughline::cases {

bool IsQuestion(const yaml::Node& expectation);
Question ReadQuestion(const yaml::Node& node, const CaseFile& file, Faults& faults);

}  // namespace throughline::cases
