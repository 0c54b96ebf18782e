#pragma once

#include <cstdint>

namespace throughline::sim {

// Which histories are run.
struct Seeds {
  std::uint64_t from = 1;
  std::uint64_t count = 200;
  std::uint64_t most_failures = 5;  // then it is no use to go on
  bool verbose = false;             // the trace too, even of one that passes

  void One(std::uint64_t seed) {
    from = seed;
    count = 1;
    verbose = true;
  }
  static Seeds& Get() {
    static Seeds seeds;
    return seeds;
  }
};

}  // namespace throughline::sim
