#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <iostream>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/clock.h"
#include "engine/log/event_log.h"

// What every implementation of the log's port does. A test program includes this once and
// instantiates EventLogContract over the implementations that it links.
namespace throughline::log::contract {

// What an implementation can do beyond the least.
struct Capabilities {
  bool reopen = false;     // what was acknowledged outlives a crash or a restart
  bool trim = false;       // history before an offset really goes
  bool our_clock = false;  // append times come from the clock that it was given
};

// One store, made for one test.
class Stand {
 public:
  virtual ~Stand() = default;
  virtual EventLog& log() = 0;
  // Closes the log, or lets it crash, and opens the same store again.
  virtual void Reopen() = 0;
  ManualClock& clock() { return clock_; }

 private:
  ManualClock clock_{1000};
};

struct Implementation {
  std::string name;
  Capabilities capabilities;
  std::function<std::unique_ptr<Stand>()> make;
  // Why none can be made here; empty: it can.
  std::function<std::string()> lacking = [] { return std::string(); };
};

inline void PrintTo(const Implementation& implementation, std::ostream* out) {
  *out << implementation.name;
}

inline constexpr Millis kLong = 20 * kSecond;

class EventLogContract : public testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override {
    std::string lacking = GetParam().lacking();
    if (!lacking.empty()) GTEST_SKIP() << "NOT TESTED: " << GetParam().name << ": " << lacking;
    stand_ = GetParam().make();
    ASSERT_TRUE(log().Create(kTopic).has_value());
  }
  EventLog& log() { return stand_->log(); }
  Stand& stand() { return *stand_; }
  const Capabilities& can() const { return GetParam().capabilities; }

  std::int64_t Append(const std::string& value) {
    auto offsets = log().Append(kTopic, {Message{.key = "k", .value = value, .headers = {}}});
    EXPECT_TRUE(offsets.has_value()) << offsets.error().text;
    return offsets ? offsets->front() : -1;
  }
  void AppendMany(int count) {
    for (int i = 0; i < count; ++i) Append("value " + std::to_string(i));
  }
  // All from an offset to the end that there is now.
  std::vector<Record> ReadAll(std::int64_t from) {
    std::vector<Record> out;
    auto end = log().End(kTopic);
    auto reader = log().Read(kTopic, from);
    EXPECT_TRUE(end.has_value() && reader.has_value());
    if (!end || !reader) return out;
    while ((*reader)->Position() < *end) {
      auto records = (*reader)->Poll(7, kLong);
      EXPECT_TRUE(records.has_value()) << records.error().text;
      if (!records || records->empty()) break;
      for (Record& record : *records) out.push_back(std::move(record));
    }
    return out;
  }
  static std::vector<std::string> Values(const std::vector<Record>& records) {
    std::vector<std::string> out;
    for (const Record& record : records) out.push_back(record.message.value);
    return out;
  }
  template <typename T>
  static void ExpectCode(const Result<T>& result, Code code) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, code) << result.error().text;
  }

  static constexpr const char* kTopic = "contract.topic-1";

 private:
  std::unique_ptr<Stand> stand_;
};

// What an implementation cannot do by its nature is no test of it, and nothing that is missing
// here.
#define NEEDS(capability)                                                                        \
  if (!can().capability) {                                                                       \
    std::cout << "not for " << GetParam().name << ", which has no capability " #capability "\n"; \
    return;                                                                                      \
  }

TEST_P(EventLogContract, AppendsAreReadInOrder) {
  std::vector<Message> batch;
  for (int i = 0; i < 25; ++i) {
    batch.push_back({.key = "", .value = "value " + std::to_string(i), .headers = {}});
  }
  auto offsets = log().Append(kTopic, batch);
  ASSERT_TRUE(offsets.has_value());
  ASSERT_EQ(offsets->size(), batch.size());
  EXPECT_TRUE(std::is_sorted(offsets->begin(), offsets->end()));
  EXPECT_EQ(std::adjacent_find(offsets->begin(), offsets->end()), offsets->end());
  auto records = ReadAll(log().Start(kTopic).value());
  ASSERT_EQ(records.size(), batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    EXPECT_EQ(records[i].offset, (*offsets)[i]);
    EXPECT_EQ(records[i].message, batch[i]);
  }
}

TEST_P(EventLogContract, KeepsEveryByteOfKeyHeadersAndValue) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  std::vector<Message> batch = {
      {.key = all, .value = all + all, .headers = {{all, all}, {"b", ""}, {"", "c"}, {"b", "2"}}},
      {.key = "", .value = "", .headers = {}},
      {.key = std::string("\0", 1), .value = std::string("\0\0", 2), .headers = {{"h", "\n"}}}};
  ASSERT_TRUE(log().Append(kTopic, batch).has_value());
  auto records = ReadAll(log().Start(kTopic).value());
  ASSERT_EQ(records.size(), batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) EXPECT_EQ(records[i].message, batch[i]);
  EXPECT_EQ(*records[0].message.Find("b"), "");
  EXPECT_EQ(records[1].message.Find("b"), nullptr);
}

TEST_P(EventLogContract, StartAndEndFrameTheRecords) {
  std::int64_t start = log().Start(kTopic).value();
  EXPECT_EQ(log().End(kTopic).value(), start);
  std::int64_t first = Append("a");
  std::int64_t second = Append("b");
  EXPECT_EQ(log().Start(kTopic).value(), first);
  EXPECT_GT(second, first);
  EXPECT_GT(log().End(kTopic).value(), second);
  std::int64_t third = Append("c");
  EXPECT_EQ(log().End(kTopic).value(), third + 1);
}

TEST_P(EventLogContract, AppendOfNothingWritesNothing) {
  auto offsets = log().Append(kTopic, {});
  ASSERT_TRUE(offsets.has_value());
  EXPECT_TRUE(offsets->empty());
  EXPECT_EQ(log().Start(kTopic).value(), log().End(kTopic).value());
}

TEST_P(EventLogContract, PollHandsOutAtMostWhatIsAskedAndKnowsItsPosition) {
  AppendMany(10);
  auto reader = log().Read(kTopic, log().Start(kTopic).value()).value();
  std::vector<std::string> values;
  while (values.size() < 10) {
    std::int64_t position = reader->Position();
    auto records = reader->Poll(3, kLong);
    ASSERT_TRUE(records.has_value());
    ASSERT_FALSE(records->empty());
    EXPECT_LE(records->size(), 3U);
    EXPECT_GE(records->front().offset, position);
    EXPECT_GT(reader->Position(), records->back().offset);
    for (auto& value : Values(*records)) values.push_back(value);
  }
  EXPECT_EQ(values.front(), "value 0");
  EXPECT_EQ(values.back(), "value 9");
  EXPECT_TRUE(reader->Poll(3, 0).value().empty());
}

TEST_P(EventLogContract, ReadsFromAnyOffset) {
  AppendMany(40);
  auto records = ReadAll(log().Start(kTopic).value());
  ASSERT_EQ(records.size(), 40U);
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto rest = ReadAll(records[i].offset);
    ASSERT_EQ(rest.size(), records.size() - i);
    EXPECT_EQ(rest.front().offset, records[i].offset);
    EXPECT_EQ(rest.front().message, records[i].message);
  }
  EXPECT_TRUE(ReadAll(log().End(kTopic).value()).empty());
}

TEST_P(EventLogContract, NothingIsReadOutsideStartAndEnd) {
  AppendMany(3);
  ExpectCode(log().Read(kTopic, log().Start(kTopic).value() - 1), Code::kNotFound);
  ExpectCode(log().Read(kTopic, log().End(kTopic).value() + 1), Code::kNotFound);
}

TEST_P(EventLogContract, AppendTimesNeverDecrease) {
  for (int i = 0; i < 20; ++i) Append("value");
  auto records = ReadAll(log().Start(kTopic).value());
  ASSERT_EQ(records.size(), 20U);
  EXPECT_TRUE(std::is_sorted(records.begin(), records.end(), [](const Record& a, const Record& b) {
    return a.appended < b.appended;
  }));
}

TEST_P(EventLogContract, AppendTimeStandsStillWhileTheClockIsBehind) {
  NEEDS(our_clock);
  for (Millis now : {5000, 4000, 4999, 5001, 3000}) {
    stand().clock().Set(now);
    Append("value");
  }
  std::vector<Millis> times;
  for (const Record& record : ReadAll(0)) times.push_back(record.appended);
  EXPECT_THAT(times, testing::ElementsAre(5000, 5000, 5000, 5001, 5001));
}

TEST_P(EventLogContract, AppendTimeStandsStillAcrossReopening) {
  NEEDS(our_clock);
  NEEDS(reopen);
  stand().clock().Set(9000);
  Append("before");
  stand().Reopen();
  stand().clock().Set(2000);
  Append("after");
  EXPECT_EQ(ReadAll(0).back().appended, 9000);
}

TEST_P(EventLogContract, ReadersDoNotDisturbEachOther) {
  AppendMany(6);
  auto one = log().Read(kTopic, log().Start(kTopic).value()).value();
  auto two = log().Read(kTopic, log().Start(kTopic).value()).value();
  ASSERT_EQ(one->Poll(1, kLong).value().front().message.value, "value 0");
  ASSERT_EQ(two->Poll(1, kLong).value().front().message.value, "value 0");
  ASSERT_EQ(one->Poll(1, kLong).value().front().message.value, "value 1");
  Append("new");
  std::vector<std::string> rest;
  while (rest.empty() || rest.back() != "new") {
    auto records = two->Poll(100, kLong);
    ASSERT_TRUE(records.has_value());
    ASSERT_FALSE(records->empty());
    for (auto& value : Values(*records)) rest.push_back(value);
  }
  EXPECT_THAT(rest,
              testing::ElementsAre("value 1", "value 2", "value 3", "value 4", "value 5", "new"));
}

TEST_P(EventLogContract, AWaitingReaderIsWoken) {
  auto reader = log().Read(kTopic, log().Start(kTopic).value()).value();
  auto woken = std::async(std::launch::async, [&] { return reader->Poll(10, 10 * kMinute); });
  Append("awake");
  auto records = woken.get();
  ASSERT_TRUE(records.has_value());
  EXPECT_THAT(Values(*records), testing::ElementsAre("awake"));
}

TEST_P(EventLogContract, TopicsAreApart) {
  ASSERT_TRUE(log().Create("other").has_value());
  Append("here");
  ASSERT_TRUE(log().Append("other", {Message{.key = "", .value = "there", .headers = {}}}));
  EXPECT_THAT(Values(ReadAll(log().Start(kTopic).value())), testing::ElementsAre("here"));
  EXPECT_THAT(log().Topics().value(),
              testing::IsSupersetOf({std::string(kTopic), std::string("other")}));
  auto topics = log().Topics().value();
  EXPECT_TRUE(std::is_sorted(topics.begin(), topics.end()));
}

TEST_P(EventLogContract, CreatingATopicTwiceKeepsIt) {
  Append("kept");
  EXPECT_TRUE(log().Create(kTopic).has_value());
  EXPECT_THAT(Values(ReadAll(log().Start(kTopic).value())), testing::ElementsAre("kept"));
}

TEST_P(EventLogContract, AnUnknownTopicIsNotFound) {
  ExpectCode(log().Append("absent", {Message{}}), Code::kNotFound);
  ExpectCode(log().Read("absent", 0), Code::kNotFound);
  ExpectCode(log().Start("absent"), Code::kNotFound);
  ExpectCode(log().End("absent"), Code::kNotFound);
  ExpectCode(log().Trim("absent", 0), Code::kNotFound);
}

TEST_P(EventLogContract, RefusesWhatIsNoTopicsName) {
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("Upper"),
        std::string("a/b"), std::string("a b"), std::string("caf\xc3\xa9"), std::string("a\0b", 3),
        std::string(201, 'a')}) {
    ExpectCode(log().Create(name), Code::kInvalid);
  }
  EXPECT_TRUE(log().Create(std::string(200, 'a')).has_value());
  EXPECT_TRUE(log().Create("a.b_c-9").has_value());
}

TEST_P(EventLogContract, TooBigAMessageIsRefusedAndNothingWritten) {
  Message fits{.key = "", .value = std::string(kMaxValueBytes, 'v'), .headers = {}};
  Message value = fits;
  value.value += 'v';
  Message key{.key = std::string(kMaxOverheadBytes + 1, 'k'), .value = "", .headers = {}};
  Message headers{.key = "", .value = "", .headers = {}};
  for (std::size_t i = 0; i <= kMaxOverheadBytes / kHeaderCost; ++i) headers.headers.push_back({});
  std::int64_t end = log().End(kTopic).value();
  for (const Message& big : {value, key, headers}) {
    ExpectCode(log().Append(kTopic, {Message{}, big, Message{}}), Code::kInvalid);
    EXPECT_EQ(log().End(kTopic).value(), end);
  }
  fits.key = std::string(kMaxOverheadBytes, 'k');
  ASSERT_TRUE(log().Append(kTopic, {fits}).has_value());
  EXPECT_EQ(ReadAll(log().Start(kTopic).value()).back().message, fits);
}

TEST_P(EventLogContract, ReopeningKeepsWhatWasAcknowledged) {
  NEEDS(reopen);
  std::vector<std::string> expected;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 15; ++i) {
      expected.push_back(std::to_string(round) + ":" + std::to_string(i));
      EXPECT_EQ(Append(expected.back()), static_cast<std::int64_t>(expected.size()) - 1);
    }
    stand().Reopen();
    EXPECT_EQ(Values(ReadAll(log().Start(kTopic).value())), expected);
    EXPECT_EQ(log().End(kTopic).value(), static_cast<std::int64_t>(expected.size()));
  }
}

TEST_P(EventLogContract, WhatWasTrimmedIsNotFoundAndNeverSkipped) {
  NEEDS(trim);
  AppendMany(100);
  auto behind = log().Read(kTopic, 0).value();
  auto ahead = log().Read(kTopic, 90).value();
  ASSERT_TRUE(log().Trim(kTopic, 50).has_value());
  std::int64_t start = log().Start(kTopic).value();
  EXPECT_GT(start, 0);
  EXPECT_LE(start, 50);
  EXPECT_EQ(log().End(kTopic).value(), 100);
  ExpectCode(log().Read(kTopic, start - 1), Code::kNotFound);
  ExpectCode(behind->Poll(10, 0), Code::kNotFound);
  EXPECT_EQ(behind->Position(), 0);
  EXPECT_EQ(ahead->Poll(1, kLong).value().front().message.value, "value 90");
  auto records = ReadAll(start);
  ASSERT_EQ(records.size(), static_cast<std::size_t>(100 - start));
  EXPECT_EQ(records.front().message.value, "value " + std::to_string(start));
}

TEST_P(EventLogContract, TrimmingAllKeepsTheOffsets) {
  NEEDS(trim);
  AppendMany(10);
  ASSERT_TRUE(log().Trim(kTopic, 10).has_value());
  EXPECT_EQ(log().Start(kTopic).value(), 10);
  EXPECT_EQ(Append("next"), 10);
  ASSERT_TRUE(log().Trim(kTopic, 5).has_value());
  EXPECT_EQ(log().Start(kTopic).value(), 10);
  if (can().reopen) stand().Reopen();
  EXPECT_EQ(log().Start(kTopic).value(), 10);
  EXPECT_THAT(Values(ReadAll(10)), testing::ElementsAre("next"));
}

TEST_P(EventLogContract, ConcurrentAppendsAreAllThereOnceAndInEachThreadsOrder) {
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  std::vector<std::thread> threads;
  std::vector<int> failed(kThreads, 0);
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; i += 2) {
        Message one{.key = std::to_string(t), .value = std::to_string(i), .headers = {}};
        Message two{.key = std::to_string(t), .value = std::to_string(i + 1), .headers = {}};
        if (!log().Append(kTopic, {one, two})) ++failed[t];
      }
    });
  }
  auto reader = log().Read(kTopic, log().Start(kTopic).value()).value();
  std::vector<std::vector<std::string>> seen(kThreads);
  for (int got = 0; got < kThreads * kEach;) {
    auto records = reader->Poll(16, kLong);
    ASSERT_TRUE(records.has_value()) << records.error().text;
    ASSERT_FALSE(records->empty());
    for (const Record& record : *records) {
      seen[std::stoul(record.message.key)].push_back(record.message.value);
    }
    got += static_cast<int>(records->size());
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(failed, testing::Each(0));
  for (const auto& values : seen) {
    ASSERT_EQ(values.size(), static_cast<std::size_t>(kEach));
    for (int i = 0; i < kEach; ++i) {
      EXPECT_EQ(values[static_cast<std::size_t>(i)], std::to_string(i));
    }
  }
  EXPECT_TRUE(reader->Poll(1, 0).value().empty());
}

TEST_P(EventLogContract, ReadsALongTopicWhole) {
  AppendMany(300);
  auto records = ReadAll(log().Start(kTopic).value());
  ASSERT_EQ(records.size(), 300U);
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(records[static_cast<std::size_t>(i)].message.value, "value " + std::to_string(i));
  }
}

}  // namespace throughline::log::contract
