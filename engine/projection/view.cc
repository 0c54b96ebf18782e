#include "engine/projection/view.h"

#include "engine/base/check.h"

namespace throughline::projection {

Result<const Reads*> View::At(std::uint32_t shard) const {
  CHECK(shard < parts_.size());
  const Part& part = parts_[shard];
  if (part.fault) return Fail(*part.fault);
  if (part.reads->fault()) return Fail(*part.reads->fault());
  return part.reads.get();
}

Result<const Reads*> View::Of(const PersonId& person) const {
  for (std::uint32_t i = 0; i < shards(); ++i) {
    if (ShardOf{.index = i, .count = shards()}.Owns(person)) return At(i);
  }
  CHECK(false);
}

Result<std::vector<const Reads*>> View::All() const {
  std::vector<const Reads*> all;
  for (std::uint32_t i = 0; i < shards(); ++i) {
    TL_ASSIGN(const Reads* reads, At(i));
    all.push_back(reads);
  }
  return all;
}

std::optional<Error> View::Fault() const {
  for (const Part& part : parts_) {
    if (part.reads != nullptr && part.reads->fault()) return part.reads->fault();
  }
  return std::nullopt;
}

}  // namespace throughline::projection
