#include "engine/projection/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/log/memory_log.h"
#include "tests/engine/projection/host_fixture.h"
#include "tests/engine/projection/scratch.h"
#include "tests/engine/projection/toy.h"

namespace throughline::projection {
namespace {

using testing::Each;
using testing::HasSubstr;

using HostTest = HostFixture;

TEST_F(HostTest, ShowsWhatWasWrittenOnceItsFeedOffsetIsWaitedFor) {
  const auto host = Started(2);
  EXPECT_EQ(host->Open()->get()->seq(), 0U);
  const std::int64_t offset = journal_.Place({Person(1), Person(2), Person(3)}, "plain");
  ASSERT_TRUE(host->WaitFor(kToyFeed, offset, kLong));
  const auto view = host->Open().value();
  EXPECT_EQ(view->seq(), 1U);
  for (const PersonId& person : {Person(1), Person(2), Person(3)}) {
    EXPECT_EQ(ToyCount(**view->Of(person), person), 1U);
  }
  EXPECT_FALSE(host->WaitFor(kToyFeed, offset + 1, 1));
  EXPECT_FALSE(host->WaitFor("another", 0, 1));
  journal_.Tick(kMinute);
  ASSERT_TRUE(host->WaitForSeq(2, kLong));
  EXPECT_EQ(host->Open().value()->last_tick(), kMinute);
  EXPECT_FALSE(host->WaitForSeq(3, 1));
}

TEST_F(HostTest, RecordsReadAreFoldedOrRefused) {
  journal_.Append(ToyHistory(3, 500, 10));
  const auto host = Started(3);
  ASSERT_TRUE(host->WaitForSeq(500, kLong));
  const HostStatus status = host->Status();
  ASSERT_EQ(status.shards.size(), 3U);
  EXPECT_EQ(status.journal_seq, 500U);
  EXPECT_EQ(status.journal_offset, status.journal_end);
  for (const ShardStatus& shard : status.shards) {
    EXPECT_EQ(shard.state, State::kLive);
    EXPECT_EQ(shard.position.folded + shard.position.refused, 500U);
    EXPECT_GT(shard.position.refused, 0U);
  }
}

TEST_F(HostTest, GivesTheSameBytesHoweverItWasBuilt) {
  const std::vector<log::Draft> history = ToyHistory(4, 800, 20);
  journal_.Append(history);
  auto once = Started(2);
  ASSERT_TRUE(once->WaitForSeq(800, kLong));
  const std::string expected = once->Digest()->combined;
  once.reset();

  // Live, in small commits, with restarts; and spilling from memory at once.
  log::MemoryLog log(clock_);
  ToyJournal journal(log);
  const Scratch scratch;
  for (std::size_t next = 0; next < history.size();) {
    Host::Options options = OptionsFor(scratch.path(), 2);
    options.batch_records = 1 + next % 40;
    options.memory_bytes = 1000;
    Host host(log, clock_, options, ToyFolds);
    ASSERT_TRUE(host.Start().has_value());
    for (int n = 0; n < 5 && next < history.size(); ++n) {
      const std::size_t end = std::min(history.size(), next + 1 + (next * 7) % 60);
      journal.Append({history.begin() + static_cast<std::ptrdiff_t>(next),
                      history.begin() + static_cast<std::ptrdiff_t>(end)});
      next = end;
    }
    ASSERT_TRUE(host.WaitForSeq(journal.seq(), kLong));
    if (next == history.size()) {
      EXPECT_EQ(host.Digest()->combined, expected);
    }
    host.Stop();
  }
}

TEST_F(HostTest, AViewStaysAtItsRecordWhileTheHostGoesOn) {
  const auto host = Started(2);
  journal_.Place({Person(1)}, "plain");
  ASSERT_TRUE(host->WaitForSeq(1, kLong));
  const auto view = host->Open().value();
  journal_.Place({Person(1)}, "plain");
  ASSERT_TRUE(host->WaitForSeq(2, kLong));
  EXPECT_EQ(view->seq(), 1U);
  EXPECT_EQ(ToyCount(**view->Of(Person(1)), Person(1)), 1U);
  EXPECT_EQ(ToyCount(**host->Open().value()->Of(Person(1)), Person(1)), 2U);
}

// All shards of a view stand at its record, whenever it is opened: everyone was placed the same
// number of times.
TEST_F(HostTest, EveryShardOfAViewIsReadAtOneRecord) {
  std::vector<PersonId> everyone;
  for (std::uint8_t n = 0; n < 16; ++n) everyone.push_back(Person(n));
  Host::Options options = OptionsFor(scratch_.path(), 4);
  options.batch_records = 3;
  const auto host = Started(options);
  ASSERT_TRUE(host->WaitUntilLive(kLong));
  std::atomic<bool> done{false};
  std::thread writer([&] {
    while (!done) {
      for (int n = 0; n < 7; ++n) journal_.Place(everyone, "plain");
      ASSERT_TRUE(host->WaitForSeq(journal_.seq(), kLong));
    }
  });
  std::set<Seq> seen;
  while (seen.size() < 50) {
    const auto view = host->Open().value();
    seen.insert(view->seq());
    for (const PersonId& person : everyone) {
      EXPECT_EQ(ToyCount(**view->Of(person), person), view->seq());
    }
  }
  done = true;
  writer.join();
}

TEST_F(HostTest, ARestartGoesOnFromItsStores) {
  journal_.Append(ToyHistory(5, 200, 10));
  auto host = Started(2);
  ASSERT_TRUE(host->WaitForSeq(200, kLong));
  const std::string before = host->Digest()->combined;
  host.reset();
  host = Started(2);
  EXPECT_EQ(host->Status().generation, 1U);
  ASSERT_TRUE(host->WaitForSeq(200, kLong));
  EXPECT_EQ(host->Digest()->combined, before);
}

TEST_F(HostTest, OneProcessOwnsTheDirectoryAndOthersMayReadItOnceItIsFree) {
  journal_.Append(ToyHistory(5, 100, 10));
  auto host = Started(2);
  ASSERT_TRUE(host->WaitForSeq(100, kLong));
  const std::uint64_t count = ToyCount(**host->Open().value()->Of(Person(3)), Person(3));
  Host second(log_, clock_, OptionsFor(scratch_.path(), 2), ToyFolds);
  const auto started = second.Start();
  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error().code, Code::kConflict);
  host.reset();
  const auto view = Host::OpenReadOnly(scratch_.path(), "toy");
  ASSERT_TRUE(view.has_value()) << view.error().text;
  EXPECT_EQ((*view)->seq(), 100U);
  EXPECT_EQ(ToyCount(**(*view)->Of(Person(3)), Person(3)), count);
  EXPECT_EQ(Host::OpenReadOnly(scratch_.path(), "other").error().code, Code::kNotFound);
}

TEST_F(HostTest, OtherFoldsOrAnotherNumberOfShardsAreARebuild) {
  journal_.Append(ToyHistory(6, 200, 10));
  Started(2)->WaitForSeq(200, kLong);
  {
    const auto host = Started(3);
    EXPECT_EQ(host->Status().generation, 2U);
    ASSERT_TRUE(host->WaitForSeq(200, kLong));
    EXPECT_EQ(host->Status().shards.size(), 3U);
    EXPECT_FALSE(std::filesystem::exists(scratch_.path() + "/toy/g1"));
  }
  Host other(log_, clock_, OptionsFor(scratch_.path(), 3), [] {
    Host::Folds folds;
    folds.push_back(std::make_unique<ScriptedFold>(
        "other", " ", [](const log::Accepted&, FoldContext&) { return Result<void>(); }));
    return folds;
  });
  ASSERT_TRUE(other.Start().has_value());
  EXPECT_EQ(other.Status().generation, 3U);
}

TEST_F(HostTest, ALogThatLostItsTailIsARebuild) {
  journal_.Append(ToyHistory(7, 200, 10));
  auto host = Started(2);
  ASSERT_TRUE(host->WaitForSeq(200, kLong));
  host.reset();
  log_.LoseTail(kToyTopic, 150);
  host = Started(2);
  ASSERT_TRUE(host->WaitForSeq(150, kLong));
  EXPECT_EQ(host->Open().value()->seq(), 150U);
  EXPECT_EQ(ToyCount(**host->Open().value()->Of(Person(1)), Person(1)), CountIn(150, Person(1)));
}

TEST_F(HostTest, ARebuildEqualsTheLiveGenerationAndOldReadersKeepTheirs) {
  journal_.Append(ToyHistory(8, 400, 10));
  const auto host = Started(2);
  ASSERT_TRUE(host->WaitForSeq(400, kLong));
  const auto before = host->Digest().value();
  auto old = host->Open().value();
  const std::uint64_t count = ToyCount(**old->Of(Person(1)), Person(1));

  ASSERT_TRUE(host->Rebuild().has_value());
  EXPECT_EQ(host->Status().generation, 2U);
  EXPECT_EQ(host->Digest()->combined, before.combined);
  EXPECT_EQ(host->Open().value()->seq(), 400U);
  journal_.Place({Person(1)}, "plain");
  ASSERT_TRUE(host->WaitForSeq(401, kLong));
  EXPECT_EQ(ToyCount(**old->Of(Person(1)), Person(1)), count);
  EXPECT_TRUE(std::filesystem::exists(scratch_.path() + "/toy/g1"));
  old.reset();
  // The publisher may hold it for a moment yet.
  EXPECT_TRUE(Eventually([&] { return !std::filesystem::exists(scratch_.path() + "/toy/g1"); }));
  EXPECT_EQ(ToyCount(**host->Open().value()->Of(Person(1)), Person(1)), count + 1);
}

TEST_F(HostTest, ARebuildGoesOnWhileTheJournalGrowsAndNothingSeenGoesBack) {
  journal_.Append(ToyHistory(9, 300, 10));
  Host::Options options = OptionsFor(scratch_.path(), 2);
  options.batch_records = 20;
  const auto host = Started(options);
  ASSERT_TRUE(host->WaitForSeq(300, kLong));
  std::atomic<bool> done{false};
  const auto reached = [&] {
    const HostStatus status = host->Status();
    return std::all_of(status.rebuild.begin(), status.rebuild.end(), [&](const ShardStatus& shard) {
      return shard.position.head.seq >= journal_.seq();
    });
  };
  std::thread writer([&] {
    constexpr int kRestsEvery = 20;
    constexpr Millis kRest = 50;
    for (int n = 1; !done; ++n) {
      journal_.Place({Person(1)}, "plain");
      ASSERT_TRUE(host->WaitForSeq(journal_.seq(), kLong));
      if (n % kRestsEvery != 0) continue;
      // One that never rests is ahead of whoever follows it for as long as the machine likes.
      ASSERT_TRUE(Eventually(reached));
      ASSERT_FALSE(host->WaitForSeq(journal_.seq() + 1, kRest));
    }
  });
  std::thread watcher([&] {
    for (Seq last = 0; !done;) {
      const Seq seq = host->Open().value()->seq();
      ASSERT_GE(seq, last);
      last = seq;
      // Else the others hardly come to the host on a machine with one processor for all.
      std::this_thread::yield();
    }
  });
  for (int n = 0; n < 3; ++n) {
    const auto rebuilt = host->Rebuild();
    ASSERT_TRUE(rebuilt.has_value());
    ASSERT_EQ(rebuilt->before->seq(), rebuilt->after->seq());
    EXPECT_EQ(Host::DigestOf(*rebuilt->before)->combined,
              Host::DigestOf(*rebuilt->after)->combined);
  }
  done = true;
  writer.join();
  watcher.join();
  EXPECT_EQ(host->Status().generation, 4U);
}

TEST_F(HostTest, ARebuildThatCannotReadTheJournalLeavesTheLiveGeneration) {
  journal_.Append(ToyHistory(9, 50, 10));
  const auto host = Started(1);
  ASSERT_TRUE(host->WaitForSeq(50, kLong));
  ASSERT_TRUE(log_.Trim(kToyTopic, 10).has_value());
  EXPECT_FALSE(host->Rebuild().has_value());
  EXPECT_EQ(host->Status().generation, 1U);
  EXPECT_TRUE(host->Status().rebuild.empty());
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() + "/toy/g2"));
  journal_.Place({Person(1)}, "plain");
  EXPECT_TRUE(host->WaitForSeq(51, kLong));
}

TEST_F(HostTest, FollowsTheJournalIntoItsNextGeneration) {
  journal_.Append(ToyHistory(10, 100, 10));
  auto host = Started(2);
  ASSERT_TRUE(host->WaitForSeq(100, kLong));
  // The next one holds the same records, and those that come.
  const std::string next = "throughline.journal.g2";
  log::Draft continued;
  continued.placed = 1'000'000'000;
  continued.decision.mutable_continued()->set_next(next);
  journal_.Append({continued});
  ASSERT_TRUE(host->WaitForSeq(101, kLong));
  EXPECT_EQ(host->Status().topic, kToyTopic);
  ToyJournal copy(log_, next);
  copy.Append(ToyHistory(10, 100, 10));
  copy.Append({continued});
  copy.Place({Person(1)}, "plain");
  ASSERT_TRUE(host->WaitForSeq(102, kLong));
  EXPECT_EQ(host->Status().topic, next);
  host.reset();
  // The configuration still names the first.
  host = Started(2);
  EXPECT_EQ(host->Status().topic, next);
  ASSERT_TRUE(host->WaitForSeq(102, kLong));
  EXPECT_EQ(host->Status().generation, 2U);
}

TEST_F(HostTest, ABrokenChainParksWithItsReasonAndWhatThereIsStaysReadable) {
  journal_.Append(ToyHistory(11, 20, 5));
  Host::Options options = OptionsFor(scratch_.path(), 2);
  options.limits.park_drops = 3;
  const auto host = Started(options);
  ASSERT_TRUE(host->WaitForSeq(20, kLong));
  for (int n = 0; n < 4; ++n) journal_.AppendStranger();
  ASSERT_TRUE(Eventually([&] { return host->Status().shards[0].state == State::kParked; }));
  const HostStatus status = host->Status();
  for (const ShardStatus& shard : status.shards) {
    EXPECT_EQ(shard.state, State::kParked);
    EXPECT_FALSE(shard.reason.empty());
  }
  EXPECT_GE(status.dropped, 3U);
  ASSERT_TRUE(host->Failure());
  EXPECT_EQ(host->Failure()->text, status.shards[0].reason);
  EXPECT_EQ(host->Open().value()->seq(), 20U);
}

TEST_F(HostTest, AFullDiskParksAndStops) {
  journal_.Append(ToyHistory(12, 20, 5));
  Host::Options options = OptionsFor(scratch_.path(), 2);
  options.store.low_water_bytes = ~std::uint64_t{0} / 2;
  options.queue_bytes = 1;
  options.batch_records = 1;
  const auto host = Started(options);
  ASSERT_TRUE(Eventually([&] { return host->Status().shards[0].state == State::kParked; }));
  EXPECT_THAT(host->Status().shards[0].reason, HasSubstr("disk"));
  EXPECT_FALSE(host->Failure());
  EXPECT_EQ(host->Open().error().code, Code::kUnavailable);
  host->Stop();
}

TEST_F(HostTest, StopEndsItAtOneRecordAndViewsStayReadable) {
  Host::Options options = OptionsFor(scratch_.path(), 3);
  options.batch_records = 5;
  for (int round = 0; round < 5; ++round) {
    const auto host = Started(options);
    journal_.Append(ToyHistory(static_cast<std::uint32_t>(round), 200, 10));
    host->Stop();
    const HostStatus status = host->Status();
    for (const ShardStatus& shard : status.shards) {
      EXPECT_EQ(shard.position.head.seq, status.shards[0].position.head.seq);
    }
    const auto rebuilt = host->Rebuild();
    EXPECT_EQ(rebuilt.error().code, Code::kUnavailable);
  }
}

TEST_F(HostTest, AnswersFromManyThreadsAtOnce) {
  const auto host = Started(2);
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int n = 0; n < 3; ++n) {
    readers.emplace_back([&] {
      while (!done) {
        (void)host->Status();
        if (const auto view = host->Open()) {
          const auto all = (*view)->All().value();
          for (const Reads* reads : all) (void)ToyCount(*reads, Person(1));
        }
        (void)host->Digest();
      }
    });
  }
  for (int n = 0; n < 10; ++n) journal_.Append(ToyHistory(static_cast<std::uint32_t>(n), 20, 5));
  EXPECT_TRUE(host->WaitForSeq(200, kLong));
  EXPECT_TRUE(host->Rebuild().has_value());
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace throughline::projection
