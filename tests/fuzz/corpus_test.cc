#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/fuzz/targets.h"

// The committed corpus in every build, so that what fuzzing once found stays found.
namespace throughline::fuzz {
namespace {

namespace fs = std::filesystem;

class Corpus : public testing::TestWithParam<Target> {};

std::string Read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_P(Corpus, EveryInputComesBack) {
  const fs::path folder = fs::path(THROUGHLINE_SOURCE_DIR) / "tests/fuzz/corpus" / GetParam().name;
  std::vector<fs::path> inputs;
  for (const auto& entry : fs::directory_iterator(folder)) inputs.push_back(entry.path());
  std::sort(inputs.begin(), inputs.end());
  ASSERT_FALSE(inputs.empty()) << folder << " has no input";
  for (const auto& input : inputs) {
    SCOPED_TRACE(input.filename());
    GetParam().run(Read(input));
  }
}

// Cut anywhere, or with one bit flipped anywhere: most of what goes wrong on the way.
TEST_P(Corpus, EveryInputComesBackTornOrFlipped) {
  const fs::path folder = fs::path(THROUGHLINE_SOURCE_DIR) / "tests/fuzz/corpus" / GetParam().name;
  std::mt19937 random(1);
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string whole = Read(entry.path());
    for (int i = 0; i < 20 && !whole.empty(); ++i) {
      GetParam().run(std::string_view(whole).substr(0, random() % whole.size()));
      std::string flipped = whole;
      flipped[random() % whole.size()] ^= static_cast<char>(1U << (random() % 8));
      GetParam().run(flipped);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Corpus, testing::ValuesIn(Targets()),
                         [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace throughline::fuzz
