#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace throughline {

// Limits how often each of a set of names may pass within a second. Pure; threads: one at a time.
class LogLimit {
 public:
  struct Suppressed {
    std::string name;
    std::int64_t count = 0;
  };

  LogLimit(int most_per_second, std::size_t most_names)
      : most_per_second_(most_per_second), most_names_(most_names) {}

  // Whether `name` passes at `now` (milliseconds of any clock that does not go back). Names beyond
  // the first `most_names` share one limit.
  bool Admit(std::string_view name, std::int64_t now);
  // The names whose second is over, with how often they were held back in it; each once.
  std::vector<Suppressed> TakeEnded(std::int64_t now);
  // The same of all names, whether their second is over or not.
  std::vector<Suppressed> TakeAll();

 private:
  struct Window {
    std::int64_t start = 0;
    int passed = 0;
    std::int64_t suppressed = 0;
  };

  std::vector<Suppressed> Take(std::int64_t started_until);

  int most_per_second_;
  std::size_t most_names_;
  std::map<std::string, Window, std::less<>> windows_;
  std::int64_t suppressing_ = 0;  // names with something suppressed
};

}  // namespace throughline
