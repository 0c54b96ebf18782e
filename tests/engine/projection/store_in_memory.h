#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/check.h"
#include "engine/projection/shard.h"

namespace throughline::projection {

// What a live shard asks of a store, kept in memory: for what watches a shard from outside.
class StoreInMemory : public Store {
 public:
  const Reads& Now() const override { return memory_; }
  std::unique_ptr<Reads> Snapshot() const override { CHECK(false); }
  Result<void> Commit(const Overlay& changes) override {
    changes.ApplyTo(memory_);
    return {};
  }
  Result<void> BulkLoad(const ByKey<std::string>&) override { CHECK(false); }
  Result<void> Verify() const override { return {}; }
  Result<void> CopyTo(const std::string&) const override { CHECK(false); }
  std::optional<Error> Fault() const override { return std::nullopt; }

 private:
  MemoryStore memory_;
};

}  // namespace throughline::projection
