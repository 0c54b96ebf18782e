#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/projection/generation.h"

// Stores in memory that outlive the process that has them open, lose what was not synced, and fail.
namespace throughline::sim {

// What a disk holds of one store: every version of every key, so that a snapshot costs nothing and
// the last commits can be lost.
struct Disk {
  struct Cell {
    std::uint64_t version = 0;
    std::optional<std::string> value;
  };
  std::map<std::string, std::vector<Cell>, std::less<>> cells;
  std::uint64_t version = 0;
  std::uint64_t synced = 0;     // a power cut may lose the versions after this
  int refuse = 0;               // the next commits: no room
  std::optional<Error> damage;  // found by whoever reads or verifies
  // Back to a version; the store must not be open.
  void LoseAfter(std::uint64_t kept);
};

class SimStore final : public projection::Store {
 public:
  explicit SimStore(std::shared_ptr<Disk> disk);
  ~SimStore() override;
  const projection::Reads& Now() const override { return *now_; }
  std::unique_ptr<projection::Reads> Snapshot() const override;
  Result<void> Commit(const projection::Overlay& changes) override;
  Result<void> BulkLoad(const projection::ByKey<std::string>& sorted) override;
  Result<void> Verify() const override;
  Result<void> CopyTo(const std::string& directory) const override;
  std::optional<Error> Fault() const override { return disk_->damage; }

 private:
  std::shared_ptr<Disk> disk_;
  std::unique_ptr<projection::Reads> now_;
};

class SimPlace final : public projection::StorePlace {
 public:
  Result<std::unique_ptr<projection::Store>> Open(std::uint32_t generation,
                                                  std::uint32_t shard) const override;
  void Remove(std::uint32_t generation, std::uint32_t shard) const override;
  Result<void> SetAside(std::uint32_t generation, std::uint32_t shard) const override;
  std::string Directory(std::uint32_t) const override { return {}; }

  // The disk of a shard; made if it is not there.
  Disk& At(std::uint32_t generation, std::uint32_t shard) const;
  void RemoveGeneration(std::uint32_t generation) const;

 private:
  mutable std::map<std::pair<std::uint32_t, std::uint32_t>, std::shared_ptr<Disk>> disks_;
};

}  // namespace throughline::sim
