#pragma once

#include <string>
#include <string_view>

#include "consumers/throughline/case/report.h"
#include "engine/base/result.h"

// Plays a case on a log and a clock of its own.
namespace throughline::cases {

struct RunOptions {
  // Holds policy/<name>/*.yaml and calendars/<name>.yaml.
  std::string deploy;
  // A policy to judge by in place of the case's: a name, or a path with a slash. Empty: the case's.
  std::string policy;
  // The log in memory, for tests; else the embedded log in a temporary directory.
  bool memory = false;
};

// Publishes every contact when its agency does, lets time pass, and reads the alerts from their
// topic; then evaluates the same record through the recorded lens. `name` is the case's file, which
// faults cite and relative policies are found from. The same contents give the same report.
// kInvalid: faults of the case or of its policy, each on a line. kNotFound: no such policy or
// calendar. kUnavailable: the disk.
Result<CaseReport> RunCase(std::string_view contents, const std::string& name,
                           const RunOptions& options);

}  // namespace throughline::cases
