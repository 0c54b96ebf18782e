#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace throughline::projection {

// A directory of its own below the test program's temporary ones; gone with the object.
class Scratch {
 public:
  Scratch() {
    std::string pattern = testing::TempDir() + "throughline-projection-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
}

inline void FlipBit(const std::string& path, std::size_t byte, unsigned bit = 0) {
  std::string bytes = ReadFile(path);
  ASSERT_LT(byte, bytes.size());
  bytes[byte] = static_cast<char>(bytes[byte] ^ (1U << bit));
  WriteFile(path, bytes);
}

// All below a directory, into one that is not there yet.
inline void CopyTree(const std::string& from, const std::string& to) {
  std::filesystem::create_directories(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

// The largest file of a directory that ends so.
inline std::string LargestFile(const std::string& directory, const std::string& ending) {
  std::string largest;
  std::uintmax_t size = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (!entry.is_regular_file() || !entry.path().string().ends_with(ending)) continue;
    if (largest.empty() || entry.file_size() > size) {
      largest = entry.path();
      size = entry.file_size();
    }
  }
  EXPECT_FALSE(largest.empty()) << directory << " has no file ending in " << ending;
  return largest;
}

}  // namespace throughline::projection
