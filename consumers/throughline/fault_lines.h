#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "consumers/throughline/terminal.h"
#include "engine/base/yaml.h"

namespace throughline::cli {

// Says the faults of a file as they come, one a line: the first hundred, or all. Of what is beyond
// that it says at the end which faults they are, how often each is there and where first. Threads:
// one.
class FaultLines {
 public:
  FaultLines(const Terminal& terminal, bool says_all) : terminal_(terminal), says_all_(says_all) {}

  // `kind`: what is the same of many faults; `after` follows the line.
  void Say(const yaml::Fault& fault, const std::string& kind, const std::string& after = {});
  // What was not said, if anything; `what` names it ("more").
  void SayRest(const std::string& what) const;

 private:
  struct Kind {
    std::size_t times = 0;
    std::string first;  // file:line
  };
  const Terminal& terminal_;
  const bool says_all_;
  std::size_t said_ = 0, rest_ = 0;
  std::map<std::string, Kind> kinds_;  // of the rest
};

}  // namespace throughline::cli
