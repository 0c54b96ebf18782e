#include "tests/sim/sim_store.h"

#include "engine/base/check.h"

namespace throughline::sim {
namespace {

using projection::Overlay;
using projection::Reads;

class DiskReads final : public Reads {
 public:
  DiskReads(std::shared_ptr<Disk> disk, std::uint64_t version)
      : disk_(std::move(disk)), version_(version) {}

  std::optional<std::string> Get(std::string_view key) const override {
    const auto found = disk_->cells.find(key);
    if (found == disk_->cells.end()) return std::nullopt;
    const std::string* value = At(found->second);
    return value == nullptr ? std::nullopt : std::optional(*value);
  }

  void Scan(std::string_view begin, std::string_view end,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    for (auto at = disk_->cells.lower_bound(begin);
         at != disk_->cells.end() && (end.empty() || at->first < end); ++at) {
      const std::string* value = At(at->second);
      if (value != nullptr && !visit(at->first, *value)) return;
    }
  }

  const std::optional<Error>& fault() const override { return disk_->damage; }

 private:
  const std::string* At(const std::vector<Disk::Cell>& cells) const {
    for (auto cell = cells.rbegin(); cell != cells.rend(); ++cell) {
      if (cell->version <= version_) return cell->value ? &*cell->value : nullptr;
    }
    return nullptr;
  }

  std::shared_ptr<Disk> disk_;
  std::uint64_t version_;
};

}  // namespace

void Disk::LoseAfter(std::uint64_t kept) {
  for (auto at = cells.begin(); at != cells.end();) {
    auto& versions = at->second;
    while (!versions.empty() && versions.back().version > kept) versions.pop_back();
    at = versions.empty() ? cells.erase(at) : std::next(at);
  }
  version = kept;
  synced = std::min(synced, kept);
}

SimStore::SimStore(std::shared_ptr<Disk> disk)
    : disk_(std::move(disk)),
      now_(std::make_unique<DiskReads>(disk_, std::numeric_limits<std::uint64_t>::max())) {}
SimStore::~SimStore() = default;

std::unique_ptr<Reads> SimStore::Snapshot() const {
  return std::make_unique<DiskReads>(disk_, disk_->version);
}

Result<void> SimStore::Commit(const Overlay& changes) {
  if (disk_->damage) return Fail(*disk_->damage);
  if (disk_->refuse > 0) {
    --disk_->refuse;
    return Fail(Code::kUnavailable, "the disk is nearly full");
  }
  ++disk_->version;
  for (const auto& [key, value] : changes.changes()) {
    disk_->cells[key.text()].push_back({disk_->version, value});
  }
  return {};
}

Result<void> SimStore::BulkLoad(const projection::ByKey<std::string>& sorted) {
  if (disk_->damage) return Fail(*disk_->damage);
  if (disk_->refuse > 0) {
    --disk_->refuse;
    return Fail(Code::kUnavailable, "the disk is nearly full");
  }
  bool empty = true;
  now_->Scan({}, {}, [&](std::string_view, std::string_view) { return empty = false; });
  CHECK(empty);
  ++disk_->version;
  for (const auto& [key, value] : sorted)
    disk_->cells[key.text()].push_back({disk_->version, value});
  disk_->synced = disk_->version;
  return {};
}

Result<void> SimStore::Verify() const {
  if (disk_->damage) return Fail(*disk_->damage);
  return {};
}

Result<void> SimStore::CopyTo(const std::string&) const {
  return Fail(Code::kUnavailable, "a store in memory has no files");
}

Disk& SimPlace::At(std::uint32_t generation, std::uint32_t shard) const {
  auto& disk = disks_[{generation, shard}];
  if (disk == nullptr) disk = std::make_shared<Disk>();
  return *disk;
}

Result<std::unique_ptr<projection::Store>> SimPlace::Open(std::uint32_t generation,
                                                          std::uint32_t shard) const {
  At(generation, shard);
  return std::make_unique<SimStore>(disks_.at({generation, shard}));
}

void SimPlace::Remove(std::uint32_t generation, std::uint32_t shard) const {
  disks_.erase({generation, shard});
}

Result<void> SimPlace::SetAside(std::uint32_t generation, std::uint32_t shard) const {
  Remove(generation, shard);
  return {};
}

void SimPlace::RemoveGeneration(std::uint32_t generation) const {
  for (auto at = disks_.begin(); at != disks_.end();) {
    at = at->first.first == generation ? disks_.erase(at) : std::next(at);
  }
}

}  // namespace throughline::sim
