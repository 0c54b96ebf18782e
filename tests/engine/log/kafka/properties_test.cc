#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "engine/log/kafka/kafka_log.h"
#include "engine/log/kafka/statistics.h"
#include "engine/log/kafka/topic_settings.h"
#include "engine/log/kafka/wire.h"

// What of the log on brokers needs none.
namespace throughline::log {
namespace {

using testing::HasSubstr;
using testing::Not;

Error Refusal(std::map<std::string, std::string> properties) {
  KafkaLog::Options options;
  options.brokers = "127.0.0.1:1";
  options.client = std::move(properties);
  auto opened = KafkaLog::Open(std::move(options));
  EXPECT_FALSE(opened.has_value());
  return opened ? Error{Code::kExists, ""} : opened.error();
}
Error Refusal(const std::string& property, const std::string& value) {
  return Refusal({{property, value}});
}

TEST(KafkaProperties, WhatThroughlineSetsCannotBeOverridden) {
  for (const char* name :
       {"acks", "request.required.acks", "enable.idempotence", "message.timeout.ms",
        "delivery.timeout.ms", "auto.offset.reset", "check.crcs", "enable.auto.commit", "group.id",
        "transactional.id", "bootstrap.servers", "metadata.broker.list", "allow.auto.create.topics",
        "retries", "isolation.level", "queued.min.messages"}) {
    Error error = Refusal(name, "1");
    EXPECT_EQ(error.code, Code::kInvalid);
    EXPECT_THAT(error.text,
                HasSubstr(std::string("Kafka property ") + name + " is set by Throughline itself"));
  }
}

TEST(KafkaProperties, UnknownOnesAndWrongValuesAreNamedAndNoValueIsPrinted) {
  EXPECT_THAT(Refusal("sasl.pasword", "secret").text,
              testing::AllOf(HasSubstr("sasl.pasword is not known"), Not(HasSubstr("secret"))));
  EXPECT_THAT(Refusal("security.protocol", "secret").text,
              testing::AllOf(HasSubstr("security.protocol: librdkafka"), Not(HasSubstr("secret"))));
}

TEST(KafkaProperties, ACertificateThatIsNotThereIsSaidAtOnce) {
  Error error = Refusal({{"security.protocol", "ssl"}, {"ssl.ca.location", "/absent/ca.pem"}});
  EXPECT_EQ(error.code, Code::kInvalid);
  EXPECT_THAT(error.text, HasSubstr("ssl.ca.location"));
}

TEST(KafkaProperties, BrokersMustBeNamed) {
  auto opened = KafkaLog::Open({});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().text, "no Kafka brokers are named");
}

TEST(KafkaWire, EveryNameOfAHeaderComesBack) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  for (const std::string& name :
       {std::string(), all, std::string("\0", 1), std::string("%"), std::string("%00"),
        std::string("%25"), std::string("%2500"), std::string("100%"), std::string("\0%\0", 3)}) {
    EXPECT_EQ(kafka::DecodeName(kafka::EncodeName(name)), name);
    EXPECT_EQ(kafka::EncodeName(name).find('\0'), std::string::npos);
  }
  EXPECT_EQ(kafka::EncodeName("ce_type"), "ce_type");
}

TEST(KafkaTopicSettings, WhatTheBrokerDoesNotStateIsWrong) {
  auto compared = kafka::CompareSettings("t", {}, 2, "b:9092");
  ASSERT_FALSE(compared.has_value());
  EXPECT_THAT(compared.error().text, HasSubstr("cleanup.policy is not there and must be delete"));
  EXPECT_THAT(compared.error().text,
              HasSubstr("min.insync.replicas is not there and must be 2 at least"));
  EXPECT_TRUE(kafka::CompareSettings("t", kafka::WantedSettings(2), 2, "b:9092").has_value());
  EXPECT_TRUE(kafka::CompareSettings("t", kafka::WantedSettings(3), 2, "b:9092").has_value());
}

TEST(KafkaStatistics, RealBrokersAreKeptAndTheirNumbers) {
  auto parsed = kafka::ParseStatistics("producer t", R"({"age": 5000000, "msg_cnt": 3,
      "msg_size": 900, "brokers": {
      "b:2/2": {"name": "b:2/2", "source": "learned", "state": "UP", "rtt": {"avg": 710},
                "outbuf_cnt": 1, "waitresp_cnt": 2, "txerrs": 4, "rxerrs": 5, "req_timeouts": 6,
                "disconnects": 7},
      "b:1/bootstrap": {"name": "b:1/bootstrap", "source": "configured", "state": "INIT"},
      "GroupCoordinator": {"name": "GroupCoordinator", "source": "logical", "state": "INIT"}}})");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().text;
  EXPECT_EQ(parsed->client, "producer t");
  EXPECT_EQ(parsed->age, 5000);
  EXPECT_EQ(parsed->queued_messages, 3);
  EXPECT_EQ(parsed->queued_bytes, 900);
  ASSERT_EQ(parsed->brokers.size(), 2U);
  EXPECT_EQ(parsed->brokers[0].name, "b:1/bootstrap");
  const auto& broker = parsed->brokers[1];
  EXPECT_EQ(broker.state, "UP");
  EXPECT_EQ(broker.round_trip_us, 710);
  EXPECT_EQ(broker.waiting_requests, 3);
  EXPECT_EQ(broker.send_errors, 4);
  EXPECT_EQ(broker.receive_errors, 5);
  EXPECT_EQ(broker.timeouts, 6);
  EXPECT_EQ(broker.disconnects, 7);
}

TEST(KafkaStatistics, WhatIsNotThatIsRefused) {
  for (const char* text : {"", "[]", "{", "{}", R"({"brokers": []})"}) {
    EXPECT_FALSE(kafka::ParseStatistics("c", text).has_value()) << text;
  }
  EXPECT_TRUE(kafka::ParseStatistics("c", R"({"brokers": {"x": 1}})").has_value());
}

}  // namespace
}  // namespace throughline::log
