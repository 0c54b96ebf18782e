#pragma once

#include <string>

#include "engine/log/local/file.h"

namespace throughline::log::local {

// That one process owns a directory: a lock on its file LOCK, which the kernel gives back when the
// process ends, however it ends.
class DirectoryLock {
 public:
  // kConflict: another has it; the text names its process id.
  static Result<DirectoryLock> Take(const std::string& directory);

 private:
  explicit DirectoryLock(File file) : file_(std::move(file)) {}
  File file_;
};

}  // namespace throughline::log::local
