#include "consumers/throughline/instance.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "consumers/throughline/files.h"
#include "engine/base/bytes.h"
#include "engine/log/journal.h"

namespace throughline::cli {
namespace {

constexpr std::size_t kRandomBytes = 6;

std::string Line(const std::string& name, ino_t inode) {
  return fmt::format("{} {}\n", name, inode);
}

std::string NewName() { return "i-" + Hex(log::RandomSalt().substr(0, kRandomBytes)); }

Result<std::string> Make(const std::string& path) {
  std::string fresh = path + ".new";
  int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  struct stat status {};
  std::string name = NewName();
  bool written = fd >= 0 && ::fstat(fd, &status) == 0;
  if (written) {
    std::string line = Line(name, status.st_ino);
    written = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
              ::fsync(fd) == 0 && ::rename(fresh.c_str(), path.c_str()) == 0;
  }
  int why = errno;
  if (fd >= 0) ::close(fd);
  if (!written) return Fail(Code::kUnavailable, "cannot write {}: {}", path, std::strerror(why));
  return name;
}

}  // namespace

Result<std::string> InstanceOf(const DataDirectory& directory) {
  TL_ASSIGN(const Descriptor held, HoldDirectory(directory.root));
  std::string path = directory.Instance();
  auto text = ReadFile(path);
  if (!text && text.error().code != Code::kNotFound) return Fail(std::move(text.error()));
  struct stat status {};
  if (text && ::stat(path.c_str(), &status) == 0) {
    std::string name = text->substr(0, text->find(' '));
    if (*text == Line(name, status.st_ino)) return name;
  }
  return Make(path);
}

}  // namespace throughline::cli
