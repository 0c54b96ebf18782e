#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consumers/throughline/answers.h"
#include "consumers/throughline/data_directory.h"
#include "consumers/throughline/findings.h"
#include "consumers/throughline/node.h"
#include "consumers/throughline/settings_rows.h"
#include "engine/base/clock.h"
#include "engine/base/uk_time.h"
#include "engine/intake/intake.h"
#include "engine/log/memory_log.h"
#include "tests/engine/log/forwarding_log.h"

namespace throughline::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

// As the broker's is of which somebody made one topic by hand.
class OneWrongTopic : public log::ForwardingLog {
 public:
  OneWrongTopic(log::EventLog& log, std::string wrong)
      : ForwardingLog(log), wrong_(std::move(wrong)) {}
  void KeepAWeek(std::string topic) { kept_a_week_ = std::move(topic); }

  Result<void> Check(std::string_view topic) override {
    if (topic == kept_a_week_) return Fail(Code::kInvalid, "retention.ms is 604800000");
    return ForwardingLog::Check(topic);
  }
  Result<std::int64_t> Start(std::string_view topic) override {
    if (topic == wrong_) return Fail(Code::kInvalid, "topic {} has 3 partitions", topic);
    return ForwardingLog::Start(topic);
  }

 private:
  std::string wrong_, kept_a_week_;
};

void BeginRecord(log::EventLog& log, const Clock& clock) {
  intake::Opening opening;
  opening.partnership = "Hill County";
  opening.tick_interval = kSecond;
  opening.journal = kJournal;
  ASSERT_TRUE(intake::Init(log, clock, opening));
}

testing::Matcher<std::vector<Finding>> Finds(const std::string& what, const std::string& found,
                                             const std::string& advice) {
  return Contains(AllOf(Field(&Finding::what, what), Field(&Finding::found, HasSubstr(found)),
                        Field(&Finding::advice, HasSubstr(advice))));
}

// Whoever takes over does so after three intervals: no reader may trust its place for longer, nor
// give up the record sooner.
TEST(ReadingLimits, AReaderParksAfterThreeTickIntervalsOfItsRecord) {
  SystemClock clock;
  log::MemoryLog memory(clock);
  EXPECT_EQ(ReadingLimits(memory)->park_after, log::JournalReader::Limits().park_after);
  ASSERT_NO_FATAL_FAILURE(BeginRecord(memory, clock));
  const auto limits = ReadingLimits(memory);
  ASSERT_TRUE(limits) << limits.error().text;
  EXPECT_EQ(limits->park_after, 3 * kSecond);
  const auto settings = ReadSettings("", {});
  ASSERT_TRUE(settings) << settings.error().text;
  EXPECT_EQ(HostOptions({}, *settings, *limits).limits.park_after, 3 * kSecond);
  EXPECT_EQ(IntakeSettings({}, *settings, *limits).reading.park_after, 3 * kSecond);
}

TEST(Inspection, OneWrongTopicIsSaidOnItsRowAndHidesNothingElse) {
  SystemClock clock;
  log::MemoryLog memory(clock);
  const std::string topic = log::FeedTopic("police");
  ASSERT_TRUE(memory.Create(topic));
  ASSERT_NO_FATAL_FAILURE(BeginRecord(memory, clock));
  OneWrongTopic log(memory, topic);
  v1::InspectRequest request;
  request.set_chain(true);
  const auto answer = InspectLog(request, log);
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->partnership(), "Hill County");
  EXPECT_TRUE(answer->chain().whole());
  ASSERT_GT(answer->topics_size(), 1);
  for (const auto& row : answer->topics()) {
    EXPECT_EQ(row.trouble().empty(), row.topic() != topic) << row.topic();
  }
  EXPECT_THAT(FindingsIn(*answer), Finds("topic " + topic, "has 3 partitions", "till then"));
}

TEST(Inspection, AWrongJournalIsSaidOnItsRowTooAndHidesNothingElse) {
  SystemClock clock;
  log::MemoryLog memory(clock);
  ASSERT_NO_FATAL_FAILURE(BeginRecord(memory, clock));
  OneWrongTopic log(memory, kJournal);
  v1::InspectRequest request;
  request.set_chain(true);
  const auto answer = InspectLog(request, log);
  ASSERT_TRUE(answer) << answer.error().text;
  for (const auto& row : answer->topics()) {
    EXPECT_EQ(row.trouble().empty(), row.topic() != kJournal) << row.topic();
  }
  EXPECT_THAT(answer->chain().fault(), HasSubstr("has 3 partitions"));
  EXPECT_THAT(FindingsIn(*answer),
              Finds(std::string("topic ") + kJournal, "has 3 partitions", "till then"));
}

// The broker deletes what it is told to, whatever the engine appended.
TEST(Inspection, ATopicThatTheBrokersDeleteFromIsSaidOnItsRow) {
  SystemClock clock;
  log::MemoryLog memory(clock);
  ASSERT_NO_FATAL_FAILURE(BeginRecord(memory, clock));
  OneWrongTopic log(memory, "");
  log.KeepAWeek(kJournal);
  const auto answer = InspectSource({}, log, {"kafka:9092", ""});
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->partnership(), "Hill County");
  EXPECT_THAT(FindingsIn(*answer),
              Finds(std::string("topic ") + kJournal, "retention.ms is 604800000", "till then"));
}

// One that was deleted as it was listed.
class OneTopicJustDeleted : public log::ForwardingLog {
 public:
  OneTopicJustDeleted(log::EventLog& log, std::string gone)
      : ForwardingLog(log), gone_(std::move(gone)) {}
  Result<std::vector<std::string>> Topics() override {
    auto topics = ForwardingLog::Topics();
    if (topics) topics->push_back(gone_);
    return topics;
  }

 private:
  std::string gone_;
};

TEST(Inspection, WhoLooksMakesNoTopicAndJudgesNoneOfOthers) {
  SystemClock clock;
  log::MemoryLog memory(clock);
  ASSERT_NO_FATAL_FAILURE(BeginRecord(memory, clock));
  ASSERT_TRUE(memory.Create("payments"));
  OneWrongTopic wrong(memory, "payments");
  wrong.KeepAWeek("payments");
  const std::string gone = log::FeedTopic("gone");
  OneTopicJustDeleted log(wrong, gone);
  const auto answer = InspectSource({}, log, {"kafka:9092", ""});
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_THAT(*memory.Topics(), Not(Contains(gone)));
  EXPECT_THAT(FindingsIn(*answer), Finds("topic " + gone, "gone", ""));
  for (const auto& row : answer->topics()) EXPECT_NE(row.topic(), "payments");
}

TEST(Findings, ACopyIsAdvisedOnlyWhereItHoldsTheRecord) {
  const Error error{Code::kCorrupt, "damaged"};
  EXPECT_THAT(Unreadable(error, true).advice, HasSubstr("a copy restores it"));
  EXPECT_THAT(Unreadable(error, false).advice, Not(HasSubstr("restores it")));
  v1::InspectAnswer answer;
  answer.mutable_chain()->set_fault("seq 7 does not follow");
  EXPECT_THAT(FindingsIn(answer), Finds("chain", "seq 7", "restore a copy"));
  answer.set_brokers("kafka:9092");
  EXPECT_THAT(FindingsIn(answer), Finds("chain", "seq 7", "on the brokers"));
}

TEST(Findings, AlertsThatCannotBePublishedAreOne) {
  v1::InspectAnswer answer;
  answer.set_running(true);
  EXPECT_THAT(FindingsIn(answer), Not(Contains(Field(&Finding::what, "alerts"))));
  answer.mutable_publisher()->set_trouble("no topic throughline.alerts");
  EXPECT_THAT(FindingsIn(answer),
              Finds("alerts", "cannot be published: no topic", "they wait till then"));
}

TEST(Findings, AFeedThatHoldsContactsAndIsNotReadIsOne) {
  v1::InspectAnswer answer;
  answer.set_running(true);
  for (const char* agency : {"school", "police"}) {
    answer.mutable_intake()->add_not_activated(log::FeedTopic(agency));
    answer.add_topics()->set_topic(log::FeedTopic(agency));
  }
  answer.mutable_topics(1)->set_start(2);
  answer.mutable_topics(1)->set_end(5);
  EXPECT_THAT(FindingsIn(answer), Finds("feed of police", "holds 3 contacts and is not activated",
                                        "throughline feed activate --agency police"));
  EXPECT_THAT(FindingsIn(answer), Not(Contains(Field(&Finding::what, "feed of school"))));
}

TEST(Findings, WhatIsAdvisedOnHeldTimeHelps) {
  v1::InspectAnswer answer;
  answer.set_running(true);
  auto& intake = *answer.mutable_intake();
  intake.set_held("the feeds are not read up to the next tick yet");
  // There is no tick that an operator could release.
  EXPECT_THAT(FindingsIn(answer), Finds("time", "not read up to", "see to the feeds"));
  intake.set_held("more than 168 h have passed since the last tick: an operator releases it");
  intake.set_held_at_ms(*ParseUtc("2026-11-20T09:00:00.000Z"));
  EXPECT_THAT(FindingsIn(answer),
              Finds("time", "168 h", "throughline tick release --at 2026-11-20T09:00 --why"));
}

TEST(Findings, NobodyIsSentToTheDiskWhereTheBrokersAreAway) {
  v1::InspectAnswer answer;
  answer.set_running(true);
  answer.mutable_intake()->set_stalled("600 MiB free");
  EXPECT_THAT(FindingsIn(answer), Finds("intake", "no contacts are taken: 600 MiB", "make room"));
  answer.set_brokers("kafka:9092");
  answer.set_log_trouble("refused");
  answer.mutable_intake()->set_stalled("Kafka is away");
  EXPECT_THAT(FindingsIn(answer), Finds("intake", "Kafka is away", "once the brokers answer"));
}

// The stores need more than the log is set to leave free.
TEST(Findings, TheDiskIsLookedAtForWhatTheEngineNeeds) {
  constexpr std::uint64_t kMiB = 1 << 20;
  const auto settings = ReadSettings("", {});
  ASSERT_TRUE(settings) << settings.error().text;
  const std::uint64_t all = 100'000 * kMiB;
  const std::uint64_t needed = FreeBytesNeeded({}, *settings, all);
  EXPECT_EQ(needed, projection::Store::Options().low_water_bytes);
  EXPECT_THAT(Disk(500 * kMiB, all, needed).advice,
              HasSubstr("no contact is taken while less than 512 MiB is free"));
  EXPECT_THAT(Disk(1000 * kMiB, all, needed).advice, HasSubstr("taken once less than 512 MiB"));
  EXPECT_EQ(Disk(2000 * kMiB, all, needed).advice, "");
  const auto more = ReadSettings("", {"free_bytes=4294967296", "free_percent=50"});
  EXPECT_EQ(FreeBytesNeeded({}, *more, all), 4096 * kMiB);
}

TEST(Findings, AnEngineThatCannotBeginWaitsForBrokersAndForRoom) {
  constexpr std::uint64_t kMiB = 1 << 20;
  const Finding full = Disk(400 * kMiB, 100'000 * kMiB, 512 * kMiB);
  const Finding roomy = Disk(50'000 * kMiB, 100'000 * kMiB, 512 * kMiB);
  const Error passes{Code::kUnavailable, "the disk is full, found while opening"};
  EXPECT_TRUE(IsWaitedFor(passes, true, full));
  EXPECT_FALSE(IsWaitedFor(passes, true, roomy)) << "nobody knows what would end it";
  EXPECT_TRUE(IsWaitedFor(passes, false, roomy));
  EXPECT_FALSE(IsWaitedFor({Code::kCorrupt, "damaged"}, true, full));
  EXPECT_FALSE(IsWaitedFor({Code::kConflict, "owned by another process"}, true, full));
}

TEST(Findings, AStoreBesideAnIntakeAloneIsOne) {
  v1::InspectAnswer answer;
  answer.set_running(true);
  answer.add_shards()->set_state("at_rest");
  EXPECT_THAT(FindingsIn(answer),
              Finds("store 0", "nothing reads the journal", "up --only projections"));
}

TEST(Findings, ProjectionsOfTheWriterWithoutItsIntakeAreOne) {
  v1::InspectAnswer answer;
  answer.set_running(true);
  answer.set_instance("i-1");
  answer.set_writer("i-2");
  EXPECT_THAT(FindingsIn(answer), Not(Contains(Field(&Finding::what, "intake"))));
  answer.set_writer("i-1");
  EXPECT_THAT(FindingsIn(answer), Finds("intake", "does not run", "up --only intake"));
}

TEST(Findings, AStoreThatDoesNotKeepUpIsOne) {
  v1::InspectAnswer answer;
  answer.set_running(true);
  answer.set_journal_seq(20'000);
  answer.add_shards()->set_state("live");
  answer.mutable_shards(0)->set_seq(19'990);
  EXPECT_THAT(FindingsIn(answer), Contains(Field(&Finding::found, "live")));
  answer.mutable_shards(0)->set_seq(4'000);
  EXPECT_THAT(FindingsIn(answer), Finds("store 0", "16000 records behind", "alerts"));
}

TEST(Findings, WhatStandsInTheJournalAndFollowsNothingIsTold) {
  v1::InspectAnswer answer;
  answer.mutable_chain()->set_whole(true);
  answer.mutable_chain()->set_records(9);
  EXPECT_THAT(FindingsIn(answer), Contains(Field(&Finding::found, "whole, 9 records")));
  answer.mutable_chain()->set_dropped(3);
  EXPECT_THAT(FindingsIn(answer), Contains(Field(&Finding::found, HasSubstr("3 that follow"))));
}

}  // namespace
}  // namespace throughline::cli
