#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "tests/kafka/kafka_test.h"

// The broker goes away in every way that one can, and comes back.
namespace throughline::log {
namespace {

class KafkaOutage : public KafkaTest {
 protected:
  KafkaLog::Options Impatient() {
    auto options = Options();
    options.call_timeout = kSecond;
    options.append_timeout = kSecond;
    return options;
  }
  // One that has spoken with the broker: to connect, and to look at the topic, may take longer than
  // it waits for an append. What it said stands before all else.
  std::unique_ptr<KafkaLog> Begin(KafkaLog::Options options, const std::string& topic) {
    auto log = OpenLog(std::move(options));
    spoke_ = AppendInTheEnd(*log, topic, "first").offset + 1;
    return log;
  }
  std::vector<std::string> SaidSince(const std::string& topic) {
    auto values = Values(topic);
    values.erase(values.begin(), values.begin() + spoke_);
    return values;
  }

  std::int64_t spoke_ = 0;
};

TEST_F(KafkaOutage, WithoutABrokerEveryCallFailsInTheEndAndClosingDoesNotWait) {
  auto options = Impatient();
  options.brokers = "127.0.0.1:1";
  options.append_timeout = 100;
  auto log = OpenLog(options);
  ExpectFailure(log->Create("t"), Code::kUnavailable, {"t"});
  ExpectFailure(log->Topics(), Code::kUnavailable, {});
  ExpectFailure(log->Append("t", {Say("x")}), Code::kUnavailable, {"t"});
  ExpectFailure(log->Read("t", 0), Code::kUnavailable, {"t"});
  ExpectFailure(log->Start("t"), Code::kUnavailable, {"t"});
  ExpectFailure(log->End("t"), Code::kUnavailable, {"t"});
  ExpectFailure(log->Trim("t", 1), Code::kUnavailable, {"t"});
  AwaitNote("Kafka is away: 127.0.0.1:1");
}

TEST_F(KafkaOutage, AfterARestartAllWorksAgainByItself) {
  Make("t");
  ASSERT_TRUE(Append(log(), "t", "before"));
  auto reader = log().Read("t", 0).value();
  ASSERT_EQ(reader->Poll(10, 20 * kSecond).value().size(), 1U);
  broker().Kill();
  AwaitNote("Kafka is away");
  Result<std::vector<Record>> away = std::vector<Record>{};
  while (away) away = reader->Poll(10, 100);
  ExpectFailure(away, Code::kUnavailable, {"Kafka is away"});
  ExpectFailure(log().End("t"), Code::kUnavailable, {"t"});
  broker().Restart();
  const InTheEnd after = AppendInTheEnd(log(), "t", "after");
  EXPECT_GE(after.offset, 1);
  std::vector<std::string> values{"before"};
  while (reader->Position() <= after.offset) {
    for (const Record& record : reader->Poll(10, kSecond).value_or(std::vector<Record>{})) {
      values.push_back(record.message.value);
    }
  }
  ExpectInTheEnd(values, 1, after);
  EXPECT_EQ(log().End("t").value(), after.offset + 1);
  AwaitNote("Kafka is back");
  // One outage is told once, however many connections it cost.
  EXPECT_THAT(Notes(), testing::ElementsAre(testing::StartsWith("Kafka is away"), "Kafka is back"));
}

// What it had undecided goes with it: that is no answer of a broker's.
// Between two runs any process may take a port that was free.
TEST_F(KafkaOutage, ABrokerStartsAgainWhereAnotherTookAPortThatNobodyAskedFor) {
  Make("t");
  ASSERT_TRUE(Append(log(), "t", "before"));
  broker().Kill();
  sockaddr_in taken{};
  taken.sin_family = AF_INET;
  taken.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  taken.sin_port = htons(static_cast<std::uint16_t>(broker().ControllerPort()));
  const int holder = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int reuse = 1;
  ::setsockopt(holder, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  const bool held = ::bind(holder, reinterpret_cast<sockaddr*>(&taken), sizeof taken) == 0 &&
                    ::listen(holder, 1) == 0;
  ASSERT_NO_THROW(broker().Restart());
  ::close(holder);
  ASSERT_TRUE(held);
  EXPECT_EQ(AppendInTheEnd(log(), "t", "after").offset, 1);
}

TEST_F(KafkaOutage, OneThatIsClosedWhileTheyAreAwayDoesNotSayThatTheyAreBack) {
  Make("t");
  std::mutex mutex;
  std::vector<std::string> notes;
  auto options = Impatient();
  options.note = [&](std::string_view text) {
    std::lock_guard lock(mutex);
    notes.emplace_back(text);
  };
  auto log = Begin(options, "t");
  broker().Kill();
  ExpectFailure(Append(*log, "t", "undecided"), Code::kUnavailable, {"t"});
  const auto told = [&] {
    std::lock_guard lock(mutex);
    return notes;
  };
  while (told().empty()) std::this_thread::yield();
  log.reset();
  EXPECT_THAT(told(), testing::ElementsAre(testing::StartsWith("Kafka is away")));
  broker().Restart();
}

// The messages of the failed append lie in the broker's socket, and it takes them when it wakes: no
// client can call them back. So what is appended later must wait for them.
TEST_F(KafkaOutage, WhatAFailedAppendLeftOnItsWayIsNeverWrittenAfterALaterOne) {
  Make("t");
  auto log = Begin(Impatient(), "t");
  broker().Suspend();
  auto failed = Append(*log, "t", "undecided");
  auto refused = Append(*log, "t", "never given");
  broker().Resume();
  ExpectFailure(failed, Code::kUnavailable, {"append to topic t: not acknowledged within 1000 ms"});
  ExpectFailure(refused, Code::kUnavailable, {"an earlier append is still undecided"});
  InTheEnd last = AppendInTheEnd(*log, "t", "last");
  last.offset -= spoke_;
  auto values = SaidSince("t");
  ASSERT_FALSE(values.empty());
  EXPECT_EQ(values.front(), "undecided");
  ExpectInTheEnd(values, 1, last);
}

TEST_F(KafkaOutage, AFailedAppendToABrokerThatDiedIsWrittenOnceOrNotAtAllButNotLater) {
  Make("t");
  auto log = Begin(Impatient(), "t");
  broker().Kill();
  std::vector<Message> batch;
  for (int i = 0; i < 100; ++i) batch.push_back(Say("undecided " + std::to_string(i)));
  auto failed = log->Append("t", batch);
  broker().Restart();
  ExpectFailure(failed, Code::kUnavailable, {"t"});
  InTheEnd last = AppendInTheEnd(*log, "t", "last");
  last.offset -= spoke_;
  auto values = SaidSince("t");
  std::size_t landed = 0;
  while (landed < values.size() && values[landed] == "undecided " + std::to_string(landed))
    ++landed;
  ExpectInTheEnd(values, landed, last);
}

TEST_F(KafkaOutage, ClosingWithAnAppendUndecidedDoesNotWait) {
  Make("t");
  auto log = Begin(Impatient(), "t");
  auto reader = log->Read("t", 0).value();
  broker().Suspend();
  auto failed = Append(*log, "t", "undecided");
  reader.reset();
  log.reset();
  broker().Resume();
  ExpectFailure(failed, Code::kUnavailable, {"t"});
}

// What one thread did, in order.
struct Done {
  std::vector<Message> messages;
  std::vector<std::int64_t> offsets;  // empty: it failed
};

class Appender {
 public:
  Appender(EventLog& log, int number, std::atomic<int>& acknowledged)
      : thread_([this, &log, number, &acknowledged] {
          for (int append = 0; !stop_; ++append) {
            Done done;
            for (int i = 0; i <= append % 7; ++i) {
              done.messages.push_back({.key = std::to_string(number),
                                       .value = fmt::format("{:06}.{}", append, i),
                                       .headers = {}});
            }
            auto offsets = log.Append("t", done.messages);
            if (offsets) {
              done.offsets = std::move(*offsets);
              acknowledged += static_cast<int>(done.messages.size());
            }
            done_.push_back(std::move(done));
          }
        }) {}
  void Stop() {
    stop_ = true;
    thread_.join();
  }
  const std::vector<Done>& done() const { return done_; }

 private:
  std::atomic<bool> stop_ = false;
  std::vector<Done> done_;
  std::thread thread_;
};

// Every value of a thread lies in the log in the order in which it was appended, at the offset
// that was told; of a failed append, a prefix or nothing.
void ExpectHistory(const std::vector<Done>& done, const std::vector<Record>& records,
                   const std::string& key) {
  std::vector<Record> mine;
  for (const Record& record : records) {
    if (record.message.key == key) mine.push_back(record);
  }
  std::size_t next = 0;
  int failed = 0;
  for (const Done& append : done) {
    bool acknowledged = !append.offsets.empty();
    if (!acknowledged) ++failed;
    for (std::size_t i = 0; i < append.messages.size(); ++i) {
      bool there = next < mine.size() && mine[next].message == append.messages[i];
      if (!acknowledged && !there) break;
      ASSERT_TRUE(there) << "lost: " << key << " " << append.messages[i].value;
      if (acknowledged) {
        ASSERT_EQ(mine[next].offset, append.offsets[i]);
      }
      ++next;
    }
  }
  EXPECT_EQ(next, mine.size()) << "of " << key
                               << ", first out of order or doubled: " << mine[next].message.value;
  testing::Test::RecordProperty("failed_appends_of_" + key, failed);
}

TEST_F(KafkaOutage, KillsUnderConcurrentAppendsLoseDoubleAndReorderNothing) {
  Make("t");
  auto log = OpenLog(Impatient());
  std::atomic<int> acknowledged = 0;
  std::vector<std::unique_ptr<Appender>> appenders;
  for (int i = 0; i < 4; ++i) {
    appenders.push_back(std::make_unique<Appender>(*log, i, acknowledged));
  }
  auto reader = log->Read("t", 0).value();
  std::vector<Record> followed;
  // Follows, so that reading goes on too, until so many more are acknowledged.
  auto follow = [&](int more) {
    int until = acknowledged + more;
    while (acknowledged < until) {
      auto records = reader->Poll(100, 100);
      if (!records) continue;
      for (Record& record : *records) followed.push_back(std::move(record));
    }
  };
  for (int round = 0; round < 2; ++round) {
    follow(500);
    broker().Kill();
    broker().Restart();
  }
  follow(500);
  for (auto& appender : appenders) appender->Stop();

  auto records = All("t");
  for (int i = 0; i < 4; ++i) {
    ExpectHistory(appenders[static_cast<std::size_t>(i)]->done(), records, std::to_string(i));
  }
  // The follower saw the same, in the same places.
  ASSERT_LE(followed.size(), records.size());
  for (std::size_t i = 0; i < followed.size(); ++i) {
    ASSERT_EQ(followed[i].offset, records[i].offset);
    ASSERT_EQ(followed[i].message, records[i].message);
  }
}

}  // namespace
}  // namespace throughline::log
