#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/log/local/local_log.h"
#include "tests/engine/projection/host_fixture.h"

namespace throughline::projection {
namespace {

constexpr std::size_t kRecords = 300;
constexpr std::uint32_t kShards = 2;
constexpr int kKilled = 137;

Host::Options CrashOptions(const std::string& directory) {
  Host::Options options = OptionsFor(directory, kShards);
  options.batch_records = 40;
  // So that a shard is loaded early and goes on in commits.
  options.memory_bytes = 20'000;
  options.part_steps = 2;
  return options;
}

log::LocalLog::Options LogOptions() { return {.free_bytes = 0}; }

// In a process of its own: opens what the one before left and goes on until the named point.
[[noreturn]] void RunUntilKilled(const std::string& directory, const std::string& point) {
  setenv("THROUGHLINE_CRASH", point.c_str(), 1);
  FixedClock clock;
  const auto log = log::LocalLog::Open(directory + "/log", clock, LogOptions()).value();
  Host host(*log, clock, CrashOptions(directory), ToyFolds);
  if (host.Start() && host.WaitUntilLive(kLong) && host.WaitForPublished(kRecords, kLong) &&
      host.Rebuild()) {
    (void)host.WaitForPublished(kRecords, kLong);
    host.Stop();
  }
  std::_Exit(0);
}

struct Expected {
  std::string digest;
  std::set<std::string> ids;
};

Expected FoldPlainly(log::EventLog& log, const Clock& clock) {
  Expected expected;
  std::string digests;
  for (std::uint32_t i = 0; i < kShards; ++i) {
    auto reader = log::JournalReader::Open(log, std::string(kToyTopic), {}, clock, {}).value();
    MemoryStore store;
    const Host::Folds folds = ToyFolds();
    Shard shard(&store, nullptr, {.index = i, .count = kShards}, Pointers(folds));
    while (shard.Position()->head.seq < kRecords) {
      const auto records = reader->Poll(1000, kSecond);
      for (const log::Accepted& record : *records) EXPECT_TRUE(shard.Apply(record).has_value());
    }
    EXPECT_TRUE(shard.Commit().has_value());
    digests += Digest(store).value();
    for (const OutboxRow& row : Outbox(store, 100000)) expected.ids.insert(row.publication.id);
  }
  expected.digest = Hex(Sha256(digests));
  return expected;
}

class CrashTest : public testing::TestWithParam<std::tuple<std::string, int>> {};

TEST_P(CrashTest, LeavesTheSameBytesAndPublishesEachOnce) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const std::string point = std::get<0>(GetParam()) + ":" + std::to_string(std::get<1>(GetParam()));
  // The child runs this function again up to the statement, in the parent's directory.
  const char* given = std::getenv("THROUGHLINE_CRASH_TEST_DIRECTORY");
  std::string directory;
  if (given != nullptr) {
    directory = given;
  } else {
    directory = testing::TempDir() + "throughline-crash-" + std::to_string(getpid());
    std::filesystem::remove_all(directory);
    setenv("THROUGHLINE_CRASH_TEST_DIRECTORY", directory.c_str(), 1);
    FixedClock clock;
    const auto log = log::LocalLog::Open(directory + "/log", clock, LogOptions()).value();
    ToyJournal(*log).Append(ToyHistory(40, kRecords, 8));
  }
  EXPECT_EXIT(RunUntilKilled(directory, point), testing::ExitedWithCode(kKilled), "");

  FixedClock clock;
  {
    const auto log = log::LocalLog::Open(directory + "/log", clock, LogOptions()).value();
    const Expected expected = FoldPlainly(*log, clock);
    Host host(*log, clock, CrashOptions(directory), ToyFolds);
    ASSERT_TRUE(host.Start().has_value());
    ASSERT_TRUE(host.WaitUntilLive(kLong));
    ASSERT_TRUE(host.WaitForPublished(kRecords, kLong));
    EXPECT_EQ(host.Digest()->combined, expected.digest);
    const std::vector<std::string> ids = IdsIn(*log, kToyAlerts);
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()), expected.ids);
    EXPECT_EQ(ids.size(), expected.ids.size());
  }
  unsetenv("THROUGHLINE_CRASH_TEST_DIRECTORY");
  std::filesystem::remove_all(directory);
}

INSTANTIATE_TEST_SUITE_P(Points, CrashTest,
                         testing::Combine(testing::Values("before-load", "after-load",
                                                          "before-commit", "after-commit",
                                                          "before-erase"),
                                          testing::Values(1, 2)));
INSTANTIATE_TEST_SUITE_P(
    LaterPoints, CrashTest,
    testing::Values(std::make_tuple("before-commit", 7), std::make_tuple("after-commit", 12),
                    std::make_tuple("between-parts", 1), std::make_tuple("between-parts", 4),
                    std::make_tuple("between-parts", 23), std::make_tuple("before-publish", 1),
                    std::make_tuple("after-publish", 1), std::make_tuple("before-current-swap", 1),
                    std::make_tuple("after-current-swap", 1)));

}  // namespace
}  // namespace throughline::projection
