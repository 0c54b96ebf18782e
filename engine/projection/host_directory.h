#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace throughline::projection {

// Which generation is live, and of which journal. `configured` is the topic that the host was told
// to read; `topic` the one that Continued records led to from there.
struct Current {
  std::uint32_t generation = 0;
  std::string configured;
  std::string topic;
  bool operator==(const Current&) const = default;
};

// What the stores of a generation were built for: for anything else they are of no use.
struct Layout {
  std::uint32_t shards = 0;
  std::string topic;
  std::vector<std::string> folds;  // name and version of each, in order
  bool operator==(const Layout&) const = default;
};

// The files of a host, <directory>/<name>: LOCK, CURRENT, g<N>/LAYOUT, g<N>/shard-<i>/. Small files
// are replaced atomically; one that cannot be read counts as absent. Threads: one.
class HostDirectory {
 public:
  // Makes it and takes its lock until the end. kConflict: another process has it.
  static Result<HostDirectory> Own(const std::string& directory, const std::string& name);
  // To read only, without the lock.
  static HostDirectory Peek(const std::string& directory, const std::string& name);
  HostDirectory(HostDirectory&& other) noexcept;
  HostDirectory(const HostDirectory&) = delete;
  HostDirectory& operator=(const HostDirectory&) = delete;
  ~HostDirectory();

  std::optional<Current> ReadCurrent() const;
  Result<void> WriteCurrent(const Current& current) const;
  std::optional<Layout> ReadLayout(std::uint32_t generation) const;
  // Makes the generation's directory, empty but for this.
  Result<void> MakeGeneration(std::uint32_t generation, const Layout& layout) const;
  // Above every one that is there.
  std::uint32_t NextGeneration() const;
  void Remove(std::uint32_t generation) const;
  void RemoveOthers(std::uint32_t generation) const;

  std::string GenerationPath(std::uint32_t generation) const;
  std::string ShardPath(std::uint32_t generation, std::uint32_t shard) const;
  // Removes a shard's store, or keeps it for inspection as g<N>-shard-<i>.damaged-<n>; of those the
  // newest two are kept.
  void RemoveShard(std::uint32_t generation, std::uint32_t shard) const;
  Result<void> SetAside(std::uint32_t generation, std::uint32_t shard) const;

 private:
  HostDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::vector<std::uint32_t> Generations() const;

  std::string path_;
  int lock_;  // a file descriptor, or -1
};

}  // namespace throughline::projection
