#include "consumers/throughline/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

namespace throughline::cli {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::string> ReadFile(const std::string& path) {
  constexpr std::size_t kLimit = std::size_t{1} << 30;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(nullptr, &std::fclose);
  std::FILE* file = stdin;
  if (path != "-") {
    opened.reset(std::fopen(path.c_str(), "rb"));
    file = opened.get();
    if (file == nullptr) {
      return Fail(errno == ENOENT ? Code::kNotFound : Code::kUnavailable, "cannot read {}: {}",
                  path, std::strerror(errno));
    }
  }
  std::string bytes;
  std::array<char, 65536> part{};
  while (std::size_t n = std::fread(part.data(), 1, part.size(), file)) {
    bytes.append(part.data(), n);
    if (bytes.size() > kLimit) return Fail(Code::kInvalid, "{} is larger than 1 GiB", path);
  }
  if (std::ferror(file) != 0) {
    return Fail(errno == EISDIR ? Code::kInvalid : Code::kUnavailable, "cannot read {}: {}", path,
                std::strerror(errno));
  }
  return bytes;
}

Result<Descriptor> HoldDirectory(const std::string& directory) {
  Descriptor held(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  while (held && ::flock(held.get(), LOCK_EX) != 0) {
    if (errno != EINTR) held = Descriptor();
  }
  if (held) return held;
  return Fail(Code::kUnavailable, "cannot lock {}: {}", directory, std::strerror(errno));
}

}  // namespace throughline::cli
