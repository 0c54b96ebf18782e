#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "engine/log/memory_log.h"
#include "engine/projection/host.h"
#include "tests/engine/projection/scratch.h"
#include "tests/engine/projection/toy.h"

namespace throughline::projection {

// Far longer than anything takes: a test that waits so long has failed.
inline constexpr Millis kLong = 60 * kSecond;

inline Host::Options OptionsFor(const std::string& directory, std::uint32_t shards) {
  Host::Options options;
  options.directory = directory;
  options.name = "toy";
  options.topic = kToyTopic;
  options.shards = shards;
  options.store.low_water_bytes = 0;
  options.store.write_buffer_bytes = std::size_t{1} << 20;
  options.store.block_cache_bytes = std::size_t{1} << 20;
  options.publishes = {std::string(kToyAlerts)};
  options.still_open = [](const Publication&) { return true; };
  return options;
}

// Polls a condition that nothing announces.
inline bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kLong);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// A journal in memory and hosts of it in a directory of their own.
class HostFixture : public testing::Test {
 protected:
  std::unique_ptr<Host> Started(const Host::Options& options) {
    auto host = std::make_unique<Host>(log_, clock_, options, ToyFolds);
    const auto started = host->Start();
    EXPECT_TRUE(started.has_value()) << started.error().text;
    return host;
  }
  std::unique_ptr<Host> Started(std::uint32_t shards) {
    auto host = Started(OptionsFor(scratch_.path(), shards));
    EXPECT_TRUE(host->WaitUntilLive(kLong));
    return host;
  }

  // How often a person was placed in the journal's first records, folded plainly.
  std::uint64_t CountIn(std::size_t records, const PersonId& person) {
    log::JournalReader::Limits limits;
    auto reader = log::JournalReader::Open(log_, std::string(kToyTopic), {}, clock_, limits);
    MemoryStore store;
    const Host::Folds folds = ToyFolds();
    Shard shard(&store, nullptr, {}, Pointers(folds));
    const auto accepted = (*reader)->Poll(records, 0);
    for (const log::Accepted& record : *accepted) {
      EXPECT_TRUE(shard.Apply(record).has_value());
    }
    return ToyCount(shard.state(), person);
  }

  FixedClock clock_;
  log::MemoryLog log_{clock_};
  ToyJournal journal_{log_};
  Scratch scratch_;
};

}  // namespace throughline::projection
