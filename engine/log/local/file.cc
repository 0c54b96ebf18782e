#include "engine/log/local/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace throughline::log::local {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 0750;

int Flags(File::Mode mode) {
  switch (mode) {
    case File::Mode::kRead:
      return O_RDONLY;
    case File::Mode::kWrite:
      return O_RDWR;
    case File::Mode::kCreate:
      return O_RDWR | O_CREAT | O_TRUNC;
    case File::Mode::kDirectory:
      return O_RDONLY | O_DIRECTORY;
  }
  return O_RDONLY;
}

}  // namespace

tl::unexpected<Error> FailErrno(const char* call, const std::string& path, int error) {
  Code code = Code::kUnavailable;
  if (error == ENOENT) code = Code::kNotFound;
  if (error == EEXIST) code = Code::kExists;
  return Fail(code, "{} {}: {}", call, path, std::generic_category().message(error));
}

File::File(File&& other) noexcept { *this = std::move(other); }

File& File::operator=(File&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(directory_, other.directory_);
  return *this;
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Result<File> File::Open(std::string path, Mode mode) {
  File file;
  file.fd_ = ::open(path.c_str(), Flags(mode) | O_CLOEXEC, kFileMode);
  if (file.fd_ < 0) return FailErrno("open", path, errno);
  file.path_ = std::move(path);
  file.directory_ = mode == Mode::kDirectory;
  return file;
}

Result<void> File::ReadAt(std::uint64_t position, std::size_t most, std::string& out) const {
  std::size_t before = out.size();
  out.resize(before + most);
  std::size_t got = 0;
  while (got < most) {
    ssize_t n =
        pread(fd_, out.data() + before + got, most - got, static_cast<off_t>(position + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      int error = errno;
      out.resize(before);
      auto failed = FailErrno("read", path_, error);
      if (error == EIO) failed.value().code = Code::kCorrupt;
      return failed;
    }
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  out.resize(before + got);
  return {};
}

Result<void> File::WriteAt(std::uint64_t position, std::string_view bytes) const {
  while (!bytes.empty()) {
    ssize_t n = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno("write", path_, errno);
    position += static_cast<std::uint64_t>(n);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> File::Truncate(std::uint64_t size) const {
  if (ftruncate(fd_, static_cast<off_t>(size)) != 0) return FailErrno("truncate", path_, errno);
  return {};
}

Result<std::uint64_t> File::Size() const {
  struct stat found {};
  if (fstat(fd_, &found) != 0) return FailErrno("stat", path_, errno);
  return static_cast<std::uint64_t>(found.st_size);
}

Result<std::vector<std::string>> Names(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) return FailErrno("list", directory, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), kDirectoryMode) != 0) return FailErrno("mkdir", path, errno);
  return {};
}

Result<void> Remove(const std::string& path) {
  if (unlink(path.c_str()) != 0) return FailErrno("unlink", path, errno);
  return {};
}

Result<void> RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return FailErrno("remove", path, error.value());
  return {};
}

Result<void> Rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return FailErrno("rename", from, errno);
  return {};
}

bool Exists(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0;
}

}  // namespace throughline::log::local
