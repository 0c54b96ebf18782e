#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/projection/fold.h"
#include "engine/projection/key_values.h"

namespace throughline::projection {

// Every shard of a generation as it stood at one record. Whoever reads through it asks Fault()
// before showing what was read. It keeps the generation's files; hold it for a page, not for ever.
// Threads: any, at once.
class View {
 public:
  // The shards' readings in order; where one is not served, nothing and why. `keep` outlives them.
  struct Part {
    std::shared_ptr<const Reads> reads;
    std::optional<Error> fault;
  };
  View(std::shared_ptr<const void> keep, Seq seq, Millis last_tick, std::vector<Part> parts)
      : keep_(std::move(keep)), seq_(seq), last_tick_(last_tick), parts_(std::move(parts)) {}

  // The record that it is read at, and the last tick up to it.
  Seq seq() const { return seq_; }
  Millis last_tick() const { return last_tick_; }
  std::uint32_t shards() const { return static_cast<std::uint32_t>(parts_.size()); }
  // The shard that keeps a person. kCorrupt: it is damaged and not served. Lives as long as the
  // view.
  Result<const Reads*> Of(const PersonId& person) const;
  Result<const Reads*> At(std::uint32_t shard) const;
  // All of them, in order; an error if any is not served.
  Result<std::vector<const Reads*>> All() const;
  // The first fault that a read through it met.
  std::optional<Error> Fault() const;

 private:
  std::shared_ptr<const void> keep_;
  Seq seq_;
  Millis last_tick_;
  std::vector<Part> parts_;
};

}  // namespace throughline::projection
