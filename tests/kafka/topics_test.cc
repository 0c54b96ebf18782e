#include "tests/kafka/kafka_test.h"

namespace throughline::log {
namespace {

class KafkaTopics : public KafkaTest {};

TEST_F(KafkaTopics, ATopicMadeByThroughlineKeepsAllForEverAndByTheBrokersClock) {
  Make("made");
  // Made again, it is checked, and nothing is found.
  EXPECT_TRUE(log().Create("made").has_value());
  EXPECT_TRUE(OpenLog()->Create("made").has_value());
}

TEST_F(KafkaTopics, EveryWrongSettingIsNamedWithWhatItMustBeAndTheCommandThatSetsIt) {
  broker().MakeTopic("by-hand", 1,
                     {{"message.timestamp.type", "CreateTime"},
                      {"retention.ms", "604800000"},
                      {"retention.bytes", "1000000"},
                      {"cleanup.policy", "compact"},
                      {"unclean.leader.election.enable", "true"},
                      {"max.message.bytes", "1000012"}});
  ExpectFailure(
      log().Create("by-hand"), Code::kInvalid,
      {"topic by-hand has wrong settings",
       "message.timestamp.type is CreateTime and must be LogAppendTime",
       "retention.ms is 604800000 and must be -1", "retention.bytes is 1000000 and must be -1",
       "cleanup.policy is compact and must be delete",
       "unclean.leader.election.enable is true and must be false",
       "max.message.bytes is 1000012 and must be 1179648 at least",
       "kafka-configs.sh --bootstrap-server " + broker().address() +
           " --alter --entity-type topics --entity-name by-hand --add-config "
           "cleanup.policy=delete,max.message.bytes=1179648,message.timestamp.type=LogAppendTime,"
           "retention.bytes=-1,retention.ms=-1,unclean.leader.election.enable=false"});
}

TEST_F(KafkaTopics, ACheckMakesNothing) {
  ExpectFailure(log().Check("gone"), Code::kNotFound, {"gone"});
  EXPECT_THAT(log().Topics().value(), testing::IsEmpty());
  Make("t");
  EXPECT_TRUE(log().Check("t"));
  broker().Alter("t", {{"retention.ms", "604800000"}});
  while (log().Check("t")) {
  }
  ExpectFailure(log().Check("t"), Code::kInvalid, {"retention.ms is 604800000 and must be -1"});
}

TEST_F(KafkaTopics, OnlyWhatIsWrongIsNamed) {
  broker().MakeTopic("by-hand", 1,
                     {{"message.timestamp.type", "LogAppendTime"},
                      {"retention.ms", "-1"},
                      {"max.message.bytes", "5000000"},
                      {"retention.bytes", "7"}});
  auto checked = log().Create("by-hand");
  ExpectFailure(checked, Code::kInvalid, {"retention.bytes is 7 and must be -1"});
  EXPECT_THAT(checked.error().text, testing::EndsWith("--add-config retention.bytes=-1"));
  // What the operator set right is accepted without a restart.
  broker().Alter("by-hand", {{"message.timestamp.type", "LogAppendTime"},
                             {"retention.ms", "-1"},
                             {"max.message.bytes", "5000000"}});
  // The broker applies a setting a moment after it acknowledged it.
  while (!log().Create("by-hand")) {
  }
  EXPECT_TRUE(Append(log(), "by-hand", "x").has_value());
}

TEST_F(KafkaTopics, NothingIsAppendedWhereTheBrokerWouldDeleteIt) {
  const kafka_test::Broker::Settings right{{"message.timestamp.type", "LogAppendTime"},
                                           {"retention.ms", "-1"},
                                           {"max.message.bytes", "5000000"}};
  auto wrong = right;
  wrong["retention.ms"] = "604800000";
  broker().MakeTopic("by-hand", 1, wrong);
  ExpectFailure(log().Append("by-hand", {Say("x")}), Code::kInvalid,
                {"topic by-hand has wrong settings", "retention.ms is 604800000 and must be -1",
                 "--add-config retention.ms=-1"});
  EXPECT_EQ(log().End("by-hand").value(), 0);
  // What the operator set right is taken without a restart, and not asked about again.
  broker().Alter("by-hand", right);
  while (!Append(log(), "by-hand", "x")) {
  }
  broker().Alter("by-hand", wrong);
  while (OpenLog()->Create("by-hand")) {
  }
  EXPECT_TRUE(Append(log(), "by-hand", "y").has_value());
}

TEST_F(KafkaTopics, ATopicOfThreePartitionsIsRefusedWhateverIsAsked) {
  broker().MakeTopic("three", 3, {});
  std::vector<std::string> says{"topic three has 3 partitions and must have one"};
  ExpectFailure(log().Create("three"), Code::kInvalid, says);
  ExpectFailure(log().Append("three", {Say("a")}), Code::kInvalid, says);
  ExpectFailure(log().Read("three", 0), Code::kInvalid, says);
  ExpectFailure(log().End("three"), Code::kInvalid, says);
}

TEST_F(KafkaTopics, PartitionsAddedWhileRunningAreNoticedWhenTheTopicsAreListed) {
  Make("t");
  ASSERT_TRUE(Append(log(), "t", "x").has_value());
  broker().AddPartitions("t", 2);
  while (log().End("t")) ASSERT_THAT(log().Topics().value(), testing::ElementsAre("t"));
  ExpectFailure(log().End("t"), Code::kInvalid, {"topic t has 2 partitions and must have one"});
}

TEST_F(KafkaTopics, TooFewReplicasOrInsyncReplicasAreNamed) {
  Make("single");
  auto options = Options();
  options.replicas = 3;
  ExpectFailure(OpenLog(options)->Create("single"), Code::kInvalid,
                {"topic single has 1 replicas and must have 3"});
  options.replicas = 0;
  options.min_insync_replicas = 2;
  ExpectFailure(OpenLog(options)->Create("single"), Code::kInvalid,
                {"min.insync.replicas is 1 and must be 2 at least"});
}

TEST_F(KafkaTopics, ATopicThatAppearsWhileRunningIsSeen) {
  EXPECT_THAT(log().Topics().value(), testing::IsEmpty());
  ExpectFailure(log().End("throughline.contacts.late"), Code::kNotFound, {"late"});
  auto other = OpenLog();
  ASSERT_TRUE(other->Create("throughline.contacts.late").has_value());
  EXPECT_THAT(log().Topics().value(), testing::ElementsAre("throughline.contacts.late"));
  EXPECT_EQ(log().End("throughline.contacts.late").value(), 0);
  EXPECT_TRUE(Append(log(), "throughline.contacts.late", "x").has_value());
}

TEST_F(KafkaTopics, ADeletedTopicIsNotFound) {
  Make("gone");
  ASSERT_TRUE(Append(log(), "gone", "x").has_value());
  auto reader = log().Read("gone", 0).value();
  ASSERT_EQ(reader->Poll(10, 20 * kSecond).value().size(), 1U);
  broker().DeleteAllTopics();
  ExpectFailure(log().End("gone"), Code::kNotFound, {"gone"});
  ExpectFailure(log().Append("gone", {Say("y")}), Code::kNotFound, {"gone"});
  Result<std::vector<Record>> polled = std::vector<Record>{};
  while (polled) polled = reader->Poll(10, kSecond);
  ExpectFailure(polled, Code::kNotFound, {"gone"});
}

TEST_F(KafkaTopics, ATopicThatWasTrimmedAndMadeAnewIsReadFromItsStart) {
  Make("feed");
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Append(log(), "feed", "old"));
  ASSERT_TRUE(log().Trim("feed", 5));
  ASSERT_EQ(log().Start("feed").value(), 5);
  broker().DeleteAllTopics();
  const auto other = OpenLog();
  ASSERT_TRUE(other->Create("feed"));
  ASSERT_TRUE(Append(*other, "feed", "new"));
  Result<std::int64_t> start = 5;
  while (!start || *start != 0) start = log().Start("feed");
  const auto reader = log().Read("feed", 0);
  ASSERT_TRUE(reader) << reader.error().text;
  Result<std::vector<Record>> records = std::vector<Record>{};
  while (records && records->empty()) records = (*reader)->Poll(10, kSecond);
  ASSERT_TRUE(records) << records.error().text;
  EXPECT_EQ(records->front().message.value, "new");
}

}  // namespace
}  // namespace throughline::log
