#include "engine/log/local/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace throughline::log::local {
namespace {

constexpr std::size_t kMostPidDigits = 20;

// Written by the holder just after it took the lock, so it can be missing for a moment.
std::string Holder(const File& file) {
  std::string pid;
  if (!file.ReadAt(0, kMostPidDigits, pid)) pid.clear();
  pid.erase(std::find_if(pid.begin(), pid.end(), [](char c) { return c < '0' || c > '9'; }),
            pid.end());
  return pid.empty() ? "unknown" : pid;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::Take(const std::string& directory) {
  std::string path = directory + "/LOCK";
  if (!Exists(path)) {
    int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) return FailErrno("open", path, errno);
    close(fd);
  }
  TL_ASSIGN(File file, File::Open(path, File::Mode::kWrite));
  if (flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
    int error = errno;
    if (error != EWOULDBLOCK) return FailErrno("lock", path, error);
    return Fail(Code::kConflict, "log {} is owned by process {}", directory, Holder(file));
  }
  TL_TRY(file.Truncate(0));
  TL_TRY(file.WriteAt(0, fmt::format("{}\n", getpid())));
  return DirectoryLock(std::move(file));
}

}  // namespace throughline::log::local
