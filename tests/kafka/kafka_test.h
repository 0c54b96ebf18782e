#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/log/kafka/kafka_log.h"
#include "tests/kafka/broker.h"

namespace throughline::log {

// A log on the real broker, which has no topics as a test begins.
class KafkaTest : public testing::Test {
 protected:
  void SetUp() override {
    NEEDS_BROKER();
    broker().DeleteAllTopics();
    log_ = OpenLog();
  }
  static kafka_test::Broker& broker() { return kafka_test::TheBroker(); }
  KafkaLog& log() { return *log_; }

  // Short time-outs: what a test waits for in vain, it waits for so long.
  KafkaLog::Options Options() {
    KafkaLog::Options options;
    options.brokers = broker().address();
    options.note = [this](std::string_view text) { Noted(text); };
    options.call_timeout = 5 * kSecond;
    options.append_timeout = 10 * kSecond;
    return options;
  }
  std::unique_ptr<KafkaLog> OpenLog() { return OpenLog(Options()); }
  static std::unique_ptr<KafkaLog> OpenLog(KafkaLog::Options options) {
    return KafkaLog::Open(std::move(options)).value();
  }

  void Make(const std::string& topic) {
    auto made = log().Create(topic);
    ASSERT_TRUE(made.has_value()) << made.error().text;
  }
  static Message Say(const std::string& value) {
    return {.key = "", .value = value, .headers = {}};
  }
  static Result<std::vector<std::int64_t>> Append(EventLog& log, const std::string& topic,
                                                  const std::string& value) {
    return log.Append(topic, {Say(value)});
  }
  // What was appended in the end, and all that was tried before, each under a name of its own: of
  // those that were not acknowledged in time, any may have been written before it.
  struct InTheEnd {
    std::int64_t offset = 0;
    std::vector<std::string> tried;
  };
  // Tries until the broker is there again.
  static InTheEnd AppendInTheEnd(EventLog& log, const std::string& topic,
                                 const std::string& value) {
    InTheEnd end;
    while (true) {
      end.tried.push_back(end.tried.empty() ? value
                                            : fmt::format("{} {}", value, end.tried.size() + 1));
      auto offsets = Append(log, topic, end.tried.back());
      if (offsets) {
        end.offset = offsets->front();
        return end;
      }
      EXPECT_EQ(offsets.error().code, Code::kUnavailable) << offsets.error().text;
    }
  }
  // From `first` on the values are the last that was tried, and before it some of the others, in
  // their order.
  static void ExpectInTheEnd(const std::vector<std::string>& values, std::size_t first,
                             const InTheEnd& end) {
    ASSERT_GT(values.size(), first);
    EXPECT_EQ(values.size(), static_cast<std::size_t>(end.offset) + 1);
    EXPECT_EQ(values.back(), end.tried.back());
    auto tried = end.tried.begin();
    for (std::size_t i = first; i < values.size(); ++i) {
      tried = std::find(tried, end.tried.end(), values[i]);
      ASSERT_NE(tried, end.tried.end()) << values[i] << " was not tried, or not then";
      ++tried;
    }
  }
  // All that the topic holds, read by a log of its own.
  std::vector<Record> All(const std::string& topic) {
    auto reading = OpenLog();
    std::int64_t end = reading->End(topic).value();
    auto reader = reading->Read(topic, reading->Start(topic).value()).value();
    std::vector<Record> all;
    while (reader->Position() < end) {
      auto records = reader->Poll(1000, 20 * kSecond);
      EXPECT_TRUE(records.has_value()) << records.error().text;
      if (!records) break;
      for (Record& record : *records) all.push_back(std::move(record));
    }
    return all;
  }
  std::vector<std::string> Values(const std::string& topic) {
    std::vector<std::string> values;
    for (const Record& record : All(topic)) values.push_back(record.message.value);
    return values;
  }

  std::vector<std::string> Notes() {
    std::lock_guard lock(notes_mutex_);
    return notes_;
  }
  void AwaitNote(const std::string& part) {
    std::unique_lock lock(notes_mutex_);
    bool came = noted_.wait_for(lock, std::chrono::seconds(60), [&] {
      return std::any_of(notes_.begin(), notes_.end(), [&](const std::string& note) {
        return note.find(part) != std::string::npos;
      });
    });
    EXPECT_TRUE(came) << "nobody said: " << part;
  }

  template <typename T>
  static void ExpectFailure(const Result<T>& result, Code code,
                            const std::vector<std::string>& says) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, code) << result.error().text;
    for (const std::string& part : says) {
      EXPECT_THAT(result.error().text, testing::HasSubstr(part));
    }
  }

 private:
  void Noted(std::string_view text) {
    std::lock_guard lock(notes_mutex_);
    notes_.emplace_back(text);
    noted_.notify_all();
  }
  std::mutex notes_mutex_;
  std::condition_variable noted_;
  std::vector<std::string> notes_;
  std::unique_ptr<KafkaLog> log_;
};

}  // namespace throughline::log
