#include "tests/kafka/kafka_test.h"

// The broker rejects a batch for good: the client cannot go on, and the log makes another.
namespace throughline::log {
namespace {

class KafkaFatalError : public KafkaTest {
 protected:
  // From then on the broker takes 2,000 bytes at most in a batch. It applies a setting a moment
  // after it acknowledged it.
  void Narrow(const std::string& topic) {
    broker().Alter(topic, {{"message.timestamp.type", "LogAppendTime"},
                           {"retention.ms", "-1"},
                           {"max.message.bytes", "2000"}});
    auto probing = OpenLog();
    while (!Rejected(Append(*probing, topic, kProbe))) {
    }
  }
  // And not only too late.
  static bool Rejected(const Result<std::vector<std::int64_t>>& append) {
    return !append && append.error().text.find(" within ") == std::string::npos;
  }
  // But for the probes.
  std::vector<std::string> Small(const std::string& topic) {
    auto values = Values(topic);
    std::erase(values, kProbe);
    return values;
  }

  const std::string kProbe = std::string(5000, 'p');
};

TEST_F(KafkaFatalError, ARejectedAppendFailsAndTheNextOneWorks) {
  Make("t");
  ASSERT_TRUE(Append(log(), "t", "first"));
  Narrow("t");
  for (int round = 0; round < 3; ++round) {
    auto rejected = Append(log(), "t", std::string(5000, 'x'));
    ASSERT_TRUE(Rejected(rejected));
    EXPECT_THAT(rejected.error().text, testing::HasSubstr("append to topic t"));
    ASSERT_TRUE(Append(log(), "t", "after " + std::to_string(round)).has_value());
  }
  EXPECT_THAT(Small("t"), testing::ElementsAre("first", "after 0", "after 1", "after 2"));
  AwaitNote("cannot go on and is made anew");
}

// The second batch follows the rejected one in sequence and fits, but would leave a gap.
TEST_F(KafkaFatalError, NothingAfterTheRejectedPartOfAnAppendIsWritten) {
  Make("t");
  ASSERT_TRUE(Append(log(), "t", "first"));
  Narrow("t");
  std::vector<Message> batch{Say("a"), Say(std::string(1'000'000, 'x')), Say("b"), Say("c")};
  ASSERT_FALSE(log().Append("t", batch).has_value());
  ASSERT_TRUE(Append(log(), "t", "last"));
  auto values = Small("t");
  EXPECT_THAT(values, testing::AnyOf(testing::ElementsAre("first", "last"),
                                     testing::ElementsAre("first", "a", "last")));
}

TEST_F(KafkaFatalError, OtherTopicsGoOn) {
  Make("t");
  Make("other");
  ASSERT_TRUE(Append(log(), "t", "first"));
  ASSERT_TRUE(Append(log(), "other", "first"));
  Narrow("t");
  ASSERT_FALSE(Append(log(), "t", std::string(5000, 'x')).has_value());
  ASSERT_TRUE(Append(log(), "other", "second"));
  EXPECT_THAT(Values("other"), testing::ElementsAre("first", "second"));
}

}  // namespace
}  // namespace throughline::log
