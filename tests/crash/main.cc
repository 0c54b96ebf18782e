#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

// test_crash [--kills N] [--events N] [--seed S], or THROUGHLINE_KILLS, THROUGHLINE_EVENTS and
// THROUGHLINE_SEED in the environment; see README.md.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  constexpr std::array<std::pair<std::string_view, const char*>, 3> kFlags{
      {{"--kills", "THROUGHLINE_KILLS"},
       {"--events", "THROUGHLINE_EVENTS"},
       {"--seed", "THROUGHLINE_SEED"}}};
  for (int i = 1; i + 1 < argc; i += 2) {
    for (const auto& [flag, variable] : kFlags) {
      if (argv[i] == flag) setenv(variable, argv[i + 1], 1);
    }
  }
  return RUN_ALL_TESTS();
}
