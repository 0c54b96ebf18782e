#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/engine/projection/host_fixture.h"

namespace throughline::projection {
namespace {

class DamageTest : public HostFixture {
 protected:
  static constexpr std::size_t kRecords = 1500;

  void SetUp() override {
    journal_.Append(ToyHistory(30, kRecords, 10));
    const auto host = Started(2);
    ASSERT_TRUE(host->WaitForSeq(kRecords, kLong));
    ASSERT_TRUE(host->WaitForPublished(kRecords, kLong));
    digest_ = host->Digest()->combined;
  }
  std::string ShardPath(int shard, const std::string& root) const {
    return root + "/toy/g1/shard-" + std::to_string(shard);
  }
  std::string ShardPath(int shard) const { return ShardPath(shard, scratch_.path()); }
  static std::vector<std::string> SetAside(const std::string& root) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(root + "/toy")) {
      const std::string name = entry.path().filename();
      if (name.find(".damaged-") != std::string::npos) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  void ExpectHealed(const std::string& root) {
    const auto host = Started(OptionsFor(root, 2));
    ASSERT_TRUE(host->WaitUntilLive(kLong));
    ASSERT_TRUE(host->WaitForSeq(kRecords, kLong));
    EXPECT_EQ(host->Digest()->combined, digest_);
    const HostStatus status = host->Status();
    for (const ShardStatus& shard : status.shards) EXPECT_EQ(shard.state, State::kLive);
    // Its alerts are in their topic already.
    EXPECT_TRUE(host->WaitForPublished(kRecords, kLong));
    EXPECT_EQ(host->Status().publisher.published, 0U);
  }

  std::string digest_;
};

TEST_F(DamageTest, AFlippedBitInAnSstIsRebuiltAtStartAndTheDamagedKeptForInspection) {
  for (int round = 1; round <= 3; ++round) {
    const std::string sst = LargestFile(ShardPath(0), ".sst");
    FlipBit(sst, std::filesystem::file_size(sst) / 3);
    ExpectHealed(scratch_.path());
    const auto aside = SetAside(scratch_.path());
    ASSERT_FALSE(aside.empty());
    EXPECT_LE(aside.size(), 2U);
    EXPECT_EQ(aside.back(), "g1-shard-0.damaged-" + std::to_string(round));
  }
}

TEST_F(DamageTest, AFlippedBitInTheWalIsRebuiltAtStart) {
  {
    const auto host = Started(2);
    for (int n = 0; n < 50; ++n) journal_.Place({Person(1), Person(2), Person(3)}, "plain");
    ASSERT_TRUE(host->WaitForSeq(kRecords + 50, kLong));
    digest_ = host->Digest()->combined;
    // As a kill leaves it.
    CopyTree(scratch_.path() + "/toy", scratch_.path() + "/killed/toy");
  }
  const std::string killed = scratch_.path() + "/killed";
  const std::string wal = LargestFile(ShardPath(1, killed), ".log");
  ASSERT_GT(std::filesystem::file_size(wal), 100U);
  FlipBit(wal, std::filesystem::file_size(wal) / 2);
  const auto host = Started(OptionsFor(killed, 2));
  ASSERT_TRUE(host->WaitForSeq(kRecords + 50, kLong));
  EXPECT_EQ(host->Digest()->combined, digest_);
  EXPECT_EQ(SetAside(killed), std::vector<std::string>{"g1-shard-1.damaged-1"});
}

TEST_F(DamageTest, ATornWalTailIsReadAgainFromTheJournal) {
  {
    const auto host = Started(2);
    for (int n = 0; n < 50; ++n) journal_.Place({Person(1), Person(2), Person(3)}, "plain");
    ASSERT_TRUE(host->WaitForSeq(kRecords + 50, kLong));
    digest_ = host->Digest()->combined;
    CopyTree(scratch_.path() + "/toy", scratch_.path() + "/killed/toy");
  }
  const std::string killed = scratch_.path() + "/killed";
  const std::string wal = LargestFile(ShardPath(1, killed), ".log");
  std::filesystem::resize_file(wal, std::filesystem::file_size(wal) - 7);
  // Its shards stand at different records now.
  const auto host = Started(OptionsFor(killed, 2));
  ASSERT_TRUE(host->WaitForSeq(kRecords + 50, kLong));
  EXPECT_EQ(host->Digest()->combined, digest_);
  EXPECT_TRUE(SetAside(killed).empty());
}

TEST_F(DamageTest, LostOrDamagedManifestsAreRebuiltAtStart) {
  std::filesystem::remove(ShardPath(0) + "/CURRENT");
  WriteFile(ShardPath(1) + "/CURRENT", "nonsense");
  ExpectHealed(scratch_.path());
  EXPECT_EQ(SetAside(scratch_.path()).size(), 2U);
}

TEST_F(DamageTest, ALostCurrentOrLayoutIsARebuild) {
  std::filesystem::remove(scratch_.path() + "/toy/g1/LAYOUT");
  ExpectHealed(scratch_.path());
  WriteFile(scratch_.path() + "/toy/CURRENT", "generation 2\nconf");
  ExpectHealed(scratch_.path());
  EXPECT_TRUE(std::filesystem::exists(scratch_.path() + "/toy/g3"));
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() + "/toy/g2"));
}

TEST_F(DamageTest, DamageMetWhileRunningFailsThatShardAlone) {
  const std::string sst = LargestFile(ShardPath(0), ".sst");
  // In what a fold keeps, which a digest reads; the outbox it does not.
  const std::size_t kept = ReadFile(sst).rfind("plain");
  ASSERT_NE(kept, std::string::npos);
  FlipBit(sst, kept);
  Host::Options options = OptionsFor(scratch_.path(), 2);
  options.verify_at_start = false;
  auto host = Started(options);
  ASSERT_TRUE(host->WaitUntilLive(kLong));
  const auto digest = host->Digest();
  ASSERT_FALSE(digest.has_value());
  EXPECT_EQ(digest.error().code, Code::kCorrupt);
  auto view = host->Open().value();
  EXPECT_TRUE(view->Fault().has_value());
  EXPECT_EQ(view->At(0).error().code, Code::kCorrupt);
  EXPECT_TRUE(view->At(1).has_value());
  view.reset();
  EXPECT_EQ(host->Status().shards[0].state, State::kFailed);
  EXPECT_FALSE(host->Status().shards[0].reason.empty());
  EXPECT_EQ(host->Status().shards[1].state, State::kLive);

  // The other goes on.
  journal_.Place({Person(1), Person(2), Person(3), Person(4), Person(5)}, "plain");
  ASSERT_TRUE(Eventually([&] {
    const auto now = host->Open();
    return now && (*now)->seq() == kRecords + 1 && (*now)->At(1).has_value();
  }));
  // Nobody waits for what will not come.
  EXPECT_TRUE(host->WaitForSeq(kRecords + 1, 24 * kHour));
  EXPECT_TRUE(host->WaitForPublished(kRecords + 1, 24 * kHour));
  EXPECT_FALSE(host->WaitUntilLive(24 * kHour));
  host.reset();

  // A restart mends it.
  host = Started(2);
  ASSERT_TRUE(host->WaitForSeq(kRecords + 1, kLong));
  EXPECT_TRUE(host->Digest().has_value());
  EXPECT_EQ(host->Status().shards[0].state, State::kLive);
}

}  // namespace
}  // namespace throughline::projection
