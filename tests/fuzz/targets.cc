#include "tests/fuzz/targets.h"

namespace throughline::fuzz {

const std::vector<Target>& Targets() {
  static const std::vector<Target> targets{
      {"contact", Contact}, {"json_lines", JsonLines}, {"case_file", CaseFile},
      {"policy", Policy},   {"calendar", Calendar},    {"journal", Journal},
      {"segment", Segment}, {"store_keys", StoreKeys},
  };
  return targets;
}

}  // namespace throughline::fuzz
