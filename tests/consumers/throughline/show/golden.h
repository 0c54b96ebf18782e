#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace throughline::show {

// What is shown is compared with tests/golden/show/NAME.txt, which people read and judge. After a
// change that is meant, THROUGHLINE_WRITE_GOLDEN=1 writes them again.
inline void ExpectGolden(const std::string& name, const std::string& text) {
  std::string path = THROUGHLINE_SOURCE_DIR "/tests/golden/show/";
  path += name;
  path += ".txt";
  if (std::getenv("THROUGHLINE_WRITE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(text, golden) << name;
}

}  // namespace throughline::show
