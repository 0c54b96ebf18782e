#include "consumers/throughline/data_disk.h"

#include <sys/statvfs.h>

#include "consumers/throughline/node.h"

namespace throughline::cli {

Finding LookAtDisk(const DataDirectory& directory, const Settings& settings) {
  struct statvfs status {};
  if (::statvfs(directory.root.c_str(), &status) != 0) return {"disk", "not there", ""};
  const std::uint64_t all = status.f_blocks * status.f_frsize;
  return Disk(status.f_bavail * status.f_frsize, all, FreeBytesNeeded(directory, settings, all));
}

}  // namespace throughline::cli
