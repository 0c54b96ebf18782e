#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace throughline::log::local {

// kNotFound, kExists, else kUnavailable (a full or failing disk, too many files), with the call,
// the path and the system's text.
tl::unexpected<Error> FailErrno(const char* call, const std::string& path, int error);

// An open file or directory; closes itself. Positions are explicit, so threads may share it.
class File {
 public:
  enum class Mode {
    kRead,
    kWrite,   // reads and writes one that is there
    kCreate,  // reads and writes; made if it is not there, emptied if it is
    kDirectory,
  };
  File() = default;
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  static Result<File> Open(std::string path, Mode mode);

  // Up to `most` bytes appended to `out`; fewer only at the file's end. kCorrupt: the disk cannot
  // read.
  Result<void> ReadAt(std::uint64_t position, std::size_t most, std::string& out) const;
  Result<void> WriteAt(std::uint64_t position, std::string_view bytes) const;
  Result<void> Truncate(std::uint64_t size) const;
  Result<std::uint64_t> Size() const;

  bool open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  bool is_directory() const { return directory_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_ = -1;
  bool directory_ = false;
};

// The names in a directory, sorted.
Result<std::vector<std::string>> Names(const std::string& directory);
Result<void> MakeDirectory(const std::string& path);
Result<void> Remove(const std::string& path);      // a file
Result<void> RemoveTree(const std::string& path);  // a directory and all in it, if it is there
Result<void> Rename(const std::string& from, const std::string& to);
bool Exists(const std::string& path);

}  // namespace throughline::log::local
