#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/log/local/file.h"

namespace throughline::log::local {

// What can go wrong with a disk and cannot be had at will: a test stands in for it. Threads: any.
class Disk {
 public:
  struct Space {
    std::uint64_t free = 0;  // to us
    std::uint64_t total = 0;
  };
  virtual ~Disk() = default;
  virtual Result<Space> SpaceAt(const std::string& directory);
  // Until this returns 0, what was written to the file, or which names are in the directory, may be
  // lost. Else the errno.
  virtual int Sync(const File& file);
};

// The machine's own.
Disk& MachineDisk();

// Aborts when the sync fails: the kernel may have dropped the pages and called them clean, so
// nothing that is still in memory can be trusted to match the disk, and trying again would succeed
// wrongly.
void SyncOrAbort(Disk& disk, const File& file);
// For a write whose failure leaves the same doubt.
[[noreturn]] void AbortOn(const Error& error);

}  // namespace throughline::log::local
