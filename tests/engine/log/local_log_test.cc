#include "engine/log/local/local_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <thread>

#include "tests/engine/log/local_stand.h"

namespace throughline::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(LocalLogTest, OneProcessOwnsTheDirectory) {
  Open();
  auto second = TryOpen();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::kConflict);
  EXPECT_THAT(second.error().text, HasSubstr("process " + std::to_string(getpid())));
  log_.reset();
  EXPECT_TRUE(TryOpen().has_value());
}

TEST_F(LocalLogTest, ManyWaitingAppendsTakeOneSync) {
  Open();
  constexpr int kThreads = 8;
  int before = disk_.segment_syncs();
  disk_.Hold(true);
  std::vector<std::thread> threads;
  threads.emplace_back([&] { Append("first"); });
  disk_.AwaitHeld();
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&] { Append("next"); });
  while (log_->Waiting(kTopic).value() < kThreads) std::this_thread::yield();
  // Not durable yet, so not to be read.
  EXPECT_EQ(log_->End(kTopic).value(), 0);
  disk_.Hold(false);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(disk_.segment_syncs() - before, 2);
  EXPECT_EQ(Values(*log_).size(), kThreads + 1U);
}

TEST_F(LocalLogTest, AFailedSyncAborts) {
  Open();
  Append("before");
  EXPECT_DEATH(
      {
        disk_.FailSyncs();
        Append("after");
      },
      "the disk failed: sync .*segment: Input/output error");
}

TEST_F(LocalLogTest, ANearlyFullDiskRefusesAppendsUntilThereIsRoom) {
  options_.free_bytes = 5000;
  options_.free_percent = 5;
  Open();
  Append("before");
  disk_.SetSpace({.free = 5010, .total = 1'000'000});
  auto refused = log_->Append(kTopic, {{.key = "", .value = "refused", .headers = {}}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_THAT(refused.error().text, HasSubstr("5010 bytes free, 5000 kept free"));
  EXPECT_THAT(Values(*log_), ElementsAre("before"));
  disk_.SetSpace({.free = 5200, .total = 1'000'000});
  Append("after");
  EXPECT_THAT(Values(*log_), ElementsAre("before", "after"));
}

TEST_F(LocalLogTest, OnASmallDiskAShareIsKeptFree) {
  options_.free_bytes = 5000;
  options_.free_percent = 5;
  Open();
  disk_.SetSpace({.free = 4000, .total = 40'000});
  Append("there is more than the share");
  disk_.SetSpace({.free = 2010, .total = 40'000});
  auto refused = log_->Append(kTopic, {{.key = "", .value = "refused", .headers = {}}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().text, HasSubstr("2000 kept free"));
}

// The file may not grow beyond a limit: the write stops in its middle, as on a disk that is full.
TEST_F(LocalLogTest, AWriteThatFailsInItsMiddleLeavesNothing) {
  Open();
  Append("before");
  rlimit unlimited{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small{.rlim_cur = 20'000, .rlim_max = unlimited.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  std::vector<Message> batch(30, {.key = "", .value = std::string(1000, 'x'), .headers = {}});
  auto refused = log_->Append(kTopic, batch);
  std::uintmax_t size = std::filesystem::file_size(Segment(0));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_THAT(refused.error().text, HasSubstr(local::SegmentName(0)));
  EXPECT_LT(size, 200U);
  EXPECT_EQ(Append("after"), 1);
  EXPECT_THAT(Values(*log_), ElementsAre("before", "after"));
  Open();
  EXPECT_TRUE(log_->cuts().empty());
  EXPECT_THAT(Values(*log_), ElementsAre("before", "after"));
}

TEST_F(LocalLogTest, ALongAppendIsWrittenInPartsAndReadInParts) {
  Open();
  std::vector<Message> batch;
  for (int i = 0; i < 20; ++i) {
    batch.push_back({.key = "", .value = std::string(kMaxValueBytes, 'a'), .headers = {}});
    batch.back().value.back() = static_cast<char>('a' + i);
  }
  auto offsets = log_->Append(kTopic, batch);
  ASSERT_TRUE(offsets.has_value()) << offsets.error().text;
  ASSERT_EQ(offsets->size(), 20U);
  EXPECT_EQ(offsets->back(), 19);
  auto reader = log_->Read(kTopic, 0).value();
  EXPECT_LT(reader->Poll(100, 0)->size(), 20U);
  auto values = Values(*log_);
  ASSERT_EQ(values.size(), 20U);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(values[i].back(), static_cast<char>('a' + i));
}

TEST_F(LocalLogTest, ReadsFromAnywhereInALongSegment) {
  Open();
  std::vector<Message> batch;
  for (int i = 0; i < 1000; ++i) {
    batch.push_back({.key = std::to_string(i), .value = std::string(1000, 'x'), .headers = {}});
  }
  ASSERT_TRUE(log_->Append(kTopic, batch).has_value());
  for (int reopened = 0; reopened < 2; ++reopened) {
    for (std::int64_t from = 0; from < 1000; from += 37) {
      auto records = log_->Read(kTopic, from).value()->Poll(1, 0);
      ASSERT_TRUE(records.has_value());
      ASSERT_EQ(records->size(), 1U);
      EXPECT_EQ(records->front().message.key, std::to_string(from));
    }
    Open();
  }
}

TEST_F(LocalLogTest, TrimmingDeletesTheFiles) {
  options_.segment_bytes = 300;
  Open();
  AppendMany(50);
  std::string first = ReadFile(Segment(0));
  ASSERT_TRUE(log_->Trim(kTopic, 20).has_value());
  EXPECT_FALSE(std::filesystem::exists(Segment(0)));
  std::int64_t start = log_->Start(kTopic).value();
  EXPECT_GT(start, 0);
  EXPECT_TRUE(std::filesystem::exists(Segment(start)));
  // The process may end between the mark and the deletion: what is left over goes at the next
  // start.
  log_.reset();
  WriteFile(Segment(0), first);
  Open();
  EXPECT_FALSE(std::filesystem::exists(Segment(0)));
  EXPECT_EQ(log_->Start(kTopic).value(), start);
  ASSERT_TRUE(log_->Trim(kTopic, 1000).has_value());
  EXPECT_EQ(log_->Start(kTopic).value(), 50);
  EXPECT_EQ(log_->End(kTopic).value(), 50);
  EXPECT_EQ(ReadFile(Segment(50)).size(), local::kSegmentHeaderBytes);
  EXPECT_EQ(Append("next"), 50);
}

TEST_F(LocalLogTest, ATopicThatWasBeingMadeIsForgotten) {
  Open();
  Append("kept");
  log_.reset();
  std::string creating = directory_ + "/" + std::string(local::kCreating);
  std::filesystem::create_directory(creating);
  WriteFile(creating + "/" + local::SegmentName(0), "TLSEG");
  Open();
  EXPECT_FALSE(std::filesystem::exists(creating));
  EXPECT_THAT(log_->Topics().value(), ElementsAre(kTopic));
  EXPECT_THAT(Values(*log_), ElementsAre("kept"));
}

TEST_F(LocalLogTest, TopicsAreLimited) {
  options_.topics = 2;
  Open();
  EXPECT_TRUE(log_->Create("second").has_value());
  EXPECT_TRUE(log_->Create("second").has_value());
  auto third = log_->Create("third");
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().code, Code::kInvalid);
}

TEST_F(LocalLogTest, AnUnusableDirectorySaysWhichAndWhy) {
  WriteFile(scratch_ / "file", "");
  directory_ = scratch_ / "file/log";
  auto opened = TryOpen();
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().text, HasSubstr("file/log: Not a directory"));
}

TEST_F(LocalLogTest, ACopyIsOneInstantWhileAppendsGoOn) {
  options_.segment_bytes = 400;
  Open();
  ASSERT_TRUE(log_->Create("second").has_value());
  std::promise<void> half;
  std::thread writer([&] {
    for (int i = 0; i < 200; ++i) {
      Append(std::to_string(i));
      Append(std::to_string(i), "second");
      if (i == 100) half.set_value();
    }
  });
  half.get_future().wait();
  std::string copied = scratch_ / "copy";
  auto done = log_->CopyTo(copied);
  writer.join();
  ASSERT_TRUE(done.has_value()) << done.error().text;
  EXPECT_FALSE(std::filesystem::exists(copied + ".partial"));

  auto copy = LocalLog::Open(copied, clock_, options_, disk_);
  ASSERT_TRUE(copy.has_value()) << copy.error().text;
  EXPECT_TRUE((*copy)->cuts().empty());
  auto first = Values(**copy);
  auto second = Values(**copy, "second");
  EXPECT_GT(second.size(), 100U);
  // Each append to the second came after the same to the first.
  EXPECT_TRUE(first.size() == second.size() || first.size() == second.size() + 1);
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i], std::to_string(i));
  for (std::size_t i = 0; i < second.size(); ++i) EXPECT_EQ(second[i], std::to_string(i));

  // From here on they are two logs.
  ASSERT_TRUE((*copy)->Append(kTopic, {{.key = "", .value = "copy", .headers = {}}}).has_value());
  ASSERT_TRUE((*copy)->Trim(kTopic, 50).has_value());
  EXPECT_EQ(Values(*log_).size(), 200U);
  EXPECT_EQ(Values(*log_).back(), "199");
  EXPECT_EQ(log_->CopyTo(copied).error().code, Code::kExists);
}

TEST_F(LocalLogTest, ReadingBesideTheOwner) {
  options_.segment_bytes = 300;
  Open();
  AppendMany(20);
  auto beside = LocalLog::OpenForReading(directory_);
  ASSERT_TRUE(beside.has_value()) << beside.error().text;
  EXPECT_THAT((*beside)->Topics().value(), ElementsAre(kTopic));
  EXPECT_EQ(Values(**beside), Values(*log_));
  auto reader = (*beside)->Read(kTopic, 20).value();
  auto woken = std::async(std::launch::async, [&] { return reader->Poll(10, 10 * kMinute); });
  Append("later");
  auto records = woken.get();
  ASSERT_TRUE(records.has_value());
  ASSERT_EQ(records->size(), 1U);
  EXPECT_EQ(records->front().message.value, "later");

  EXPECT_EQ((*beside)->Append(kTopic, {Message{}}).error().code, Code::kInvalid);
  EXPECT_EQ((*beside)->Create("new").error().code, Code::kInvalid);
  EXPECT_EQ((*beside)->Trim(kTopic, 1).error().code, Code::kInvalid);
  EXPECT_EQ((*beside)->Read("absent", 0).error().code, Code::kNotFound);
  EXPECT_EQ((*beside)->Start("../topic").error().code, Code::kNotFound);

  auto behind = (*beside)->Read(kTopic, 0).value();
  ASSERT_TRUE(log_->Trim(kTopic, 10).has_value());
  EXPECT_EQ(behind->Poll(1, 0).error().code, Code::kNotFound);
  EXPECT_EQ((*beside)->Read(kTopic, 0).error().code, Code::kNotFound);
  EXPECT_EQ((*beside)->Start(kTopic).value(), log_->Start(kTopic).value());
}

TEST_F(LocalLogTest, ReadingWithoutAnOwnerSeesWhatIsVouchedForAndNoMore) {
  Open();
  Append("one");
  Append("two");
  std::string mark = ReadFile(Mark());
  Append("three");
  log_.reset();
  EXPECT_EQ(LocalLog::OpenForReading(directory_ + "-absent").error().code, Code::kNotFound);
  auto reading = LocalLog::OpenForReading(directory_);
  ASSERT_TRUE(reading.has_value());
  EXPECT_THAT(Values(**reading), ElementsAre("one", "two", "three"));
  WriteFile(Mark(), mark);
  reading = LocalLog::OpenForReading(directory_);
  ASSERT_TRUE(reading.has_value());
  EXPECT_THAT(Values(**reading), ElementsAre("one", "two"));
  EXPECT_EQ((*reading)->End(kTopic).value(), 2);
}

}  // namespace
}  // namespace throughline::log
