#include <gmock/gmock.h>
#include <gtest/gtest.h>
// clang-format off: the one needs the other before it.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
// clang-format on

#include <array>

#include "engine/log/kafka/kafka_log.h"

// The log on librdkafka's mock cluster: appending, reading, and the errors of a broker that cannot
// be asked for on a real one. It knows no administrative calls and keeps no append times.
namespace throughline::log {
namespace {

constexpr std::int16_t kProduce = 0;
constexpr std::int16_t kFetch = 1;
constexpr std::int16_t kListOffsets = 2;

class MockCluster {
 public:
  MockCluster() {
    std::array<char, 512> text{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
    host_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size());
    cluster_ = rd_kafka_mock_cluster_new(host_, 1);
  }
  ~MockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(host_);
  }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;
  std::string address() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void Make(const char* topic) { rd_kafka_mock_topic_create(cluster_, topic, 1, 1); }
  void Fail(std::int16_t api, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, api, errors.size(), errors.data());
  }
  void Delay(int millis) { rd_kafka_mock_broker_set_rtt(cluster_, 1, millis); }

 private:
  rd_kafka_t* host_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

class KafkaMock : public testing::Test {
 protected:
  KafkaMock() {
    cluster_.Make("t");
    KafkaLog::Options options;
    options.brokers = cluster_.address();
    options.call_timeout = 10 * kSecond;
    options.append_timeout = 20 * kSecond;
    options.check_before_append = false;
    log_ = KafkaLog::Open(std::move(options)).value();
  }
  Result<std::vector<std::int64_t>> Append(int first, int count) {
    std::vector<Message> batch;
    for (int i = first; i < first + count; ++i) {
      batch.push_back({.key = "k", .value = std::to_string(i), .headers = {{"h", ""}}});
    }
    return log_->Append("t", batch);
  }
  void ExpectReads(int count) {
    auto reader = log_->Read("t", 0).value();
    int next = 0;
    while (next < count) {
      auto records = reader->Poll(7, 20 * kSecond);
      ASSERT_TRUE(records.has_value()) << records.error().text;
      for (const Record& record : *records) {
        EXPECT_EQ(record.offset, next);
        EXPECT_EQ(record.message.value, std::to_string(next));
        EXPECT_EQ(*record.message.Find("h"), "");
        ++next;
      }
    }
    EXPECT_EQ(log_->End("t").value(), count);
  }

  MockCluster cluster_;
  std::unique_ptr<KafkaLog> log_;
};

TEST_F(KafkaMock, AppendsAndReads) {
  ASSERT_TRUE(Append(0, 50).has_value());
  auto offsets = Append(50, 3);
  ASSERT_TRUE(offsets.has_value()) << offsets.error().text;
  EXPECT_THAT(*offsets, testing::ElementsAre(50, 51, 52));
  ExpectReads(53);
}

// One message, so one request: with several under way the mock, which knows no repeats, may write
// one whose answer was lost with the connection again. A real broker is asked in tests/kafka.
TEST_F(KafkaMock, WhatPassesIsTriedAgainAndWrittenOnce) {
  ASSERT_TRUE(Append(0, 1).has_value());
  cluster_.Fail(kProduce, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                           RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT});
  auto offsets = Append(1, 1);
  ASSERT_TRUE(offsets.has_value()) << offsets.error().text;
  EXPECT_THAT(*offsets, testing::ElementsAre(1));
  ExpectReads(2);
}

TEST_F(KafkaMock, AnAppendThatIsForbiddenFailsAndTheNextOneWorks) {
  ASSERT_TRUE(Append(0, 1).has_value());
  cluster_.Fail(kProduce, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  auto refused = Append(1, 1);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_THAT(refused.error().text, testing::HasSubstr("access rules"));
  ASSERT_TRUE(Append(1, 1).has_value());
  ExpectReads(2);
}

TEST_F(KafkaMock, AnUnknownSequenceMakesANewProducer) {
  ASSERT_TRUE(Append(0, 1).has_value());
  cluster_.Fail(kProduce, {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
  auto failed = Append(1, 1);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, Code::kUnavailable) << failed.error().text;
  ASSERT_TRUE(Append(1, 1).has_value());
  ExpectReads(2);
}

TEST_F(KafkaMock, AFetchThatFailsIsTriedAgain) {
  ASSERT_TRUE(Append(0, 10).has_value());
  cluster_.Fail(kFetch, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR__TRANSPORT,
                         RD_KAFKA_RESP_ERR_UNKNOWN});
  auto reader = log_->Read("t", 0).value();
  std::vector<Record> records;
  while (records.empty()) records = reader->Poll(100, kSecond).value_or(std::vector<Record>{});
  EXPECT_EQ(records.front().offset, 0);
  ExpectReads(10);
}

TEST_F(KafkaMock, ALeaderThatMovedIsAskedAgainForTheEnd) {
  ASSERT_TRUE(Append(0, 3).has_value());
  cluster_.Fail(kListOffsets, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION});
  EXPECT_EQ(log_->End("t").value(), 3);
}

// Too few replicas are in sync for some seconds, so that an append is given up and written later.
// Who waits till that is decided, and then looks what is there, does not write it again.
TEST(KafkaMockOutage, AnAppendOfNothingWaitsForWhatWasGivenUp) {
  MockCluster cluster;
  cluster.Make("t");
  KafkaLog::Options options;
  options.brokers = cluster.address();
  options.append_timeout = kSecond;
  options.check_before_append = false;
  const auto log = KafkaLog::Open(std::move(options)).value();
  const std::vector<Message> first{{.key = "", .value = "first", .headers = {}}};
  while (!log->Append("t", first)) {
  }
  cluster.Fail(kProduce,
               std::vector<rd_kafka_resp_err_t>(30, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS));
  const std::int64_t before = log->End("t").value();
  ASSERT_FALSE(log->Append("t", {{.key = "", .value = "alert", .headers = {}}}));
  while (!log->Append("t", {})) {
  }
  EXPECT_EQ(log->End("t").value(), before + 1);
}

TEST(KafkaMockOutage, AListOfTopicsThatDoesNotComeSaysNoMoreThanIsKnown) {
  MockCluster cluster;
  cluster.Delay(kMinute);
  KafkaLog::Options options;
  options.brokers = cluster.address();
  options.call_timeout = kSecond;
  const auto log = KafkaLog::Open(std::move(options)).value();
  const auto topics = log->Topics();
  ASSERT_FALSE(topics);
  EXPECT_THAT(topics.error().text, testing::MatchesRegex("the list of Kafka's topics: .*[^; ]"));
}

}  // namespace
}  // namespace throughline::log
