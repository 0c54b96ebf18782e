#pragma once

#include <string>

#include "engine/base/result.h"

namespace throughline::cli {

// An open file descriptor, closed with it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// The whole of a file, or of standard input for `-`. kNotFound, kUnavailable; kInvalid
// above 1 GiB, or of a directory.
Result<std::string> ReadFile(const std::string& path);

// Holds a directory, as long as it is there, against other processes that make files in it as they
// begin; waits till none does. kUnavailable: it cannot be opened.
Result<Descriptor> HoldDirectory(const std::string& directory);

}  // namespace throughline::cli
