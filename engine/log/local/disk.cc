#include "engine/log/local/disk.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace throughline::log::local {

Result<Disk::Space> Disk::SpaceAt(const std::string& directory) {
  struct statvfs found {};
  if (statvfs(directory.c_str(), &found) != 0) return FailErrno("statvfs", directory, errno);
  return Space{std::uint64_t{found.f_bavail} * found.f_frsize,
               std::uint64_t{found.f_blocks} * found.f_frsize};
}

int Disk::Sync(const File& file) {
  int rc = file.is_directory() ? fsync(file.fd()) : fdatasync(file.fd());
  return rc == 0 ? 0 : errno;
}

Disk& MachineDisk() {
  static Disk disk;
  return disk;
}

void SyncOrAbort(Disk& disk, const File& file) {
  int error = disk.Sync(file);
  if (error != 0) AbortOn(FailErrno("sync", file.path(), error).value());
}

void AbortOn(const Error& error) {
  std::fprintf(stderr, "log: stopping, the disk failed: %s\n", error.text.c_str());
  std::abort();
}

}  // namespace throughline::log::local
