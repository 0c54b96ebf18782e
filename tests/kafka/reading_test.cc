#include <filesystem>

#include "tests/kafka/kafka_test.h"

namespace throughline::log {
namespace {

class KafkaReading : public KafkaTest {
 protected:
  void AppendMany(KafkaLog& log, const std::string& topic, int count) {
    std::vector<Message> batch;
    for (int i = 0; i < count; ++i) batch.push_back(Say("value " + std::to_string(i)));
    ASSERT_TRUE(log.Append(topic, batch).has_value());
  }
  static std::size_t Threads() {
    std::filesystem::directory_iterator tasks("/proc/self/task");
    return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
  }
};

// Another process trims: what this one knows of the topic is old.
TEST_F(KafkaReading, WhatAnotherTrimmedIsReadFromTheQueueOrNotFoundButNeverSkipped) {
  Make("feed");
  auto behind = log().Read("feed", 0).value();
  ASSERT_TRUE(behind->Poll(10, 0).value().empty());
  auto other = OpenLog();
  AppendMany(*other, "feed", 2000);
  ASSERT_TRUE(other->Trim("feed", 1500).has_value());
  // Some may have been on their way before they were trimmed. None is skipped.
  std::int64_t next = 0;
  Result<std::vector<Record>> polled = std::vector<Record>{};
  while (true) {
    polled = behind->Poll(100, kSecond);
    if (!polled) {
      ExpectFailure(polled, Code::kNotFound, {"was removed"});
      break;
    }
    for (const Record& record : *polled) ASSERT_EQ(record.offset, next++);
    if (next == 2000) break;
  }
  auto late = log().Read("feed", 100);
  ExpectFailure(late, Code::kNotFound, {"topic feed holds offsets 1500 to 2000: not 100"});
}

TEST_F(KafkaReading, AReaderBehindTheStartIsToldAtItsNextFetch) {
  auto options = Options();
  options.reader_bytes = 64 * 1024;
  auto log = OpenLog(options);
  ASSERT_TRUE(log->Create("feed").has_value());
  std::vector<Message> big(200, Say(std::string(100'000, 'x')));
  ASSERT_TRUE(log->Append("feed", big).has_value());
  auto behind = log->Read("feed", 0).value();
  ASSERT_EQ(behind->Poll(1, 20 * kSecond).value().size(), 1U);
  ASSERT_TRUE(OpenLog()->Trim("feed", 199).has_value());
  // Its queue holds some megabytes of the twenty: beyond them the position is gone.
  std::int64_t next = 1;
  Result<std::vector<Record>> polled = std::vector<Record>{};
  while (polled) {
    for (const Record& record : *polled) ASSERT_EQ(record.offset, next++);
    polled = behind->Poll(10, kSecond);
  }
  ExpectFailure(polled, Code::kNotFound,
                {"topic feed starts at 199: offset " + std::to_string(next) + " was removed"});
  EXPECT_LT(next, 199);
  ExpectFailure(behind->Poll(10, 0), Code::kNotFound, {"was removed"});
  EXPECT_EQ(behind->Position(), next);
}

// A topic that was deleted and made anew has lost all that the reader had read.
TEST_F(KafkaReading, AReaderBeyondTheEndIsToldThatTheTailWasLost) {
  Make("t");
  AppendMany(log(), "t", 10);
  auto reader = log().Read("t", 10).value();
  broker().DeleteAllTopics();
  auto other = OpenLog();
  ASSERT_TRUE(other->Create("t").has_value());
  ASSERT_TRUE(Append(*other, "t", "new").has_value());
  Result<std::vector<Record>> polled = std::vector<Record>{};
  while (polled || polled.error().code == Code::kUnavailable) polled = reader->Poll(10, kSecond);
  ExpectFailure(polled, Code::kNotFound, {"t"});
}

TEST_F(KafkaReading, ThirtyFeedsShareOneConnectionAndItsThreads) {
  std::vector<std::string> feeds;
  for (int i = 0; i < 30; ++i) feeds.push_back("feed-" + std::to_string(i));
  for (const std::string& feed : feeds) Make(feed);
  std::vector<std::unique_ptr<Reader>> readers;
  readers.push_back(log().Read(feeds.front(), 0).value());
  std::size_t with_one = Threads();
  for (std::size_t i = 1; i < feeds.size(); ++i) {
    readers.push_back(log().Read(feeds[i], 0).value());
  }
  EXPECT_EQ(Threads(), with_one);
  // Each is read for itself.
  auto other = OpenLog();
  for (std::size_t i = 0; i < feeds.size(); i += 7) {
    ASSERT_TRUE(Append(*other, feeds[i], feeds[i]).has_value());
    EXPECT_EQ(readers[i]->Poll(10, 20 * kSecond).value().at(0).message.value, feeds[i]);
  }
  EXPECT_TRUE(readers[1]->Poll(10, 0).value().empty());
}

TEST_F(KafkaReading, WhatAForeignClientWroteIsReadAsItIs) {
  Make("t");
  std::vector<Header> headers{{"content-type", "application/protobuf"}, {"empty", ""}};
  ASSERT_TRUE(
      log().Append("t", {{.key = "child", .value = std::string("\0a\0", 3), .headers = headers}}));
  auto all = All("t");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].message.value, std::string("\0a\0", 3));
  EXPECT_EQ(all[0].message.headers, headers);
}

TEST_F(KafkaReading, ConnectionsReportHowTheyDo) {
  Make("t");
  AppendMany(log(), "t", 10);
  auto reader = log().Read("t", 0).value();
  std::vector<kafka::ClientStatistics> all;
  auto complete = [&] {
    return all.size() == 3 && std::all_of(all.begin(), all.end(), [](const auto& client) {
             return std::any_of(client.brokers.begin(), client.brokers.end(),
                                [](const auto& broker) { return broker.state == "UP"; });
           });
  };
  while (!complete()) {
    ASSERT_TRUE(reader->Poll(10, 100).has_value());
    all = log().Statistics();
  }
  std::vector<std::string> names;
  for (const auto& client : all) names.push_back(client.client);
  EXPECT_THAT(names, testing::UnorderedElementsAre("queries", "readers 0", "producer t"));
}

}  // namespace
}  // namespace throughline::log
