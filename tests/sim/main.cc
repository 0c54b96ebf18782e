#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/sim/seeds.h"

// test_sim [--seed N] [--seeds COUNT [--from N] [--most-failures N]], or THROUGHLINE_SEED and
// THROUGHLINE_SEEDS in the environment.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  auto& seeds = throughline::sim::Seeds::Get();
  const auto number = [](const char* text) { return std::strtoull(text, nullptr, 10); };
  if (const char* seed = std::getenv("THROUGHLINE_SEED")) seeds.One(number(seed));
  if (const char* count = std::getenv("THROUGHLINE_SEEDS")) seeds.count = number(count);
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seed") == 0) seeds.One(number(argv[i + 1]));
    if (std::strcmp(argv[i], "--seeds") == 0) seeds.count = number(argv[i + 1]);
    if (std::strcmp(argv[i], "--from") == 0) seeds.from = number(argv[i + 1]);
    if (std::strcmp(argv[i], "--most-failures") == 0) seeds.most_failures = number(argv[i + 1]);
  }
  return RUN_ALL_TESTS();
}
