#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/log/journal.h"
#include "engine/log/memory_log.h"
#include "tests/engine/log/drafts.h"
#include "tests/engine/log/forwarding_log.h"

namespace throughline::log {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Acknowledges what it does not keep, as a log whose records take too long to come back.
class ForgetfulLog final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<Message>& messages) override {
    TL_ASSIGN(std::int64_t end, End(topic));
    std::vector<std::int64_t> offsets;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      offsets.push_back(end + static_cast<std::int64_t>(i));
    }
    return offsets;
  }
};

// A reader and a writer of one process.
struct Process {
  Process(EventLog& log, const std::string& topic, const Clock& clock)
      : reader(JournalReader::Open(log, topic, {}, clock, {}).value()),
        writer(log, topic, *reader, {.records = 10, .bytes = 4000, .read_back = 0},
               CountingSalt()) {}
  std::unique_ptr<JournalReader> reader;
  JournalWriter writer;
};

class JournalWriterTest : public testing::Test {
 protected:
  JournalWriterTest() { EXPECT_TRUE(log_.Create(topic_).has_value()); }

  ManualClock clock_{1'000'000};
  MemoryLog log_{clock_};
  std::string topic_ = JournalTopic(1);
};

TEST_F(JournalWriterTest, NothingIsAppendedBehindALostTail) {
  Process process(log_, topic_, clock_);
  ASSERT_TRUE(process.writer.Write(Ticks(4))->stood);
  log_.LoseTail(topic_, 2);
  auto outcome = process.writer.Write(Ticks(1));
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, Code::kCorrupt) << outcome.error().text;
  EXPECT_EQ(log_.End(topic_).value(), 2);
  // Whoever starts goes on from what is there.
  Process next(log_, topic_, clock_);
  EXPECT_EQ(next.reader->Poll(10, 0)->size(), 2U);
  EXPECT_TRUE(next.writer.Write(Ticks(1))->stood);
}

TEST_F(JournalWriterTest, ABatchStandsWhenItIsReadBack) {
  Process process(log_, topic_, clock_);
  auto first = process.writer.Write({TickAt(1), Carrying("c", {"contact"})});
  ASSERT_TRUE(first.has_value()) << first.error().text;
  EXPECT_TRUE(first->stood);
  EXPECT_THAT(Seqs(first->accepted), ElementsAre(1, 2));
  EXPECT_EQ(first->accepted[1].contacts, std::vector<Item>({{"contact", false}}));
  EXPECT_EQ(first->accepted[1].offset, 1);
  auto second = process.writer.Write(Ticks(1));
  ASSERT_TRUE(second.has_value());
  EXPECT_TRUE(second->stood);
  EXPECT_THAT(Seqs(second->accepted), ElementsAre(3));
  EXPECT_EQ(VerifyChain(log_, topic_)->records, 3U);
}

TEST_F(JournalWriterTest, WhatIsReadBackIsWhatOthersRead) {
  Process writing(log_, topic_, clock_);
  Process reading(log_, topic_, clock_);
  auto own = writing.writer.Write({Carrying("a", {"one", "two"}), TickAt(90'000)});
  ASSERT_TRUE(own.has_value()) << own.error().text;
  auto others = reading.reader->Poll(10, 0);
  ASSERT_TRUE(others.has_value()) << others.error().text;
  ASSERT_EQ(own->accepted.size(), others->size());
  for (std::size_t i = 0; i < others->size(); ++i) {
    const Accepted& one = own->accepted[i];
    const Accepted& other = (*others)[i];
    EXPECT_EQ(one.hash, other.hash);
    EXPECT_EQ(one.offset, other.offset);
    EXPECT_EQ(one.contacts, other.contacts);
    EXPECT_EQ(one.envelope.SerializeAsString(), other.envelope.SerializeAsString());
    EXPECT_EQ(one.decision.SerializeAsString(), other.decision.SerializeAsString());
  }
  EXPECT_EQ(writing.reader->head(), reading.reader->head());
}

// Everybody would stop at it, at the latest when they start again.
TEST_F(JournalWriterTest, WhatNobodyCouldReadIsNotWritten) {
  Process process(log_, topic_, clock_);
  Draft draft = Carrying("c", {"contact"});
  draft.feed = "feed.police";
  draft.feed_offset = 7;
  draft.decision.mutable_placed()->set_kind("\xff");
  auto outcome = process.writer.Write({TickAt(1), draft});
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, Code::kInvalid);
  EXPECT_THAT(outcome.error().text, testing::HasSubstr("feed.police 7"));
  EXPECT_EQ(log_.End(topic_).value(), 0);
  EXPECT_TRUE(process.writer.Write(Ticks(1))->stood);
}

TEST_F(JournalWriterTest, AStaleWritersBatchDoesNotStand) {
  Process active(log_, topic_, clock_);
  Process stale(log_, topic_, clock_);
  ASSERT_TRUE(active.writer.Write(Ticks(2))->stood);
  auto outcome = stale.writer.Write(Ticks(3, 7 * kMinute));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_FALSE(outcome->stood);
  EXPECT_THAT(Seqs(outcome->accepted), ElementsAre(1, 2));
  // It knows the others' records now, so the next one stands: for itself and for the other.
  EXPECT_TRUE(stale.writer.Write(Ticks(1))->stood);
  EXPECT_THAT(Seqs(active.reader->Poll(100, 0).value()), ElementsAre(3));
  EXPECT_EQ(VerifyChain(log_, topic_)->records, 3U);
}

TEST_F(JournalWriterTest, ABatchThatLandedBetweenAnothersDoesNotStand) {
  Process one(log_, topic_, clock_);
  ASSERT_TRUE(one.writer.Write(Ticks(1))->stood);
  Process two(log_, topic_, clock_);
  EXPECT_THAT(Seqs(two.reader->Poll(1, 0).value()), ElementsAre(1));
  ASSERT_TRUE(one.writer.Write(Ticks(5))->stood);
  auto outcome = two.writer.Write(Ticks(2));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_FALSE(outcome->stood);
  // No more than its own batch was long: the rest comes with the next poll or write.
  EXPECT_THAT(Seqs(outcome->accepted), ElementsAre(2, 3));
  EXPECT_THAT(Seqs(two.reader->Poll(100, 0).value()), ElementsAre(4, 5, 6));
}

TEST_F(JournalWriterTest, AfterAFailedAppendThePrefixIsFoundAndTheNextBatchDoesNotStand) {
  Process process(log_, topic_, clock_);
  log_.FailNextAppend(2);
  auto failed = process.writer.Write(Ticks(3));
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, Code::kUnavailable);
  auto again = process.writer.Write(Ticks(3));
  ASSERT_TRUE(again.has_value());
  EXPECT_FALSE(again->stood);
  EXPECT_THAT(Seqs(again->accepted), ElementsAre(1, 2));
  EXPECT_TRUE(process.writer.Write(Ticks(1))->stood);
  EXPECT_EQ(process.reader->head().seq, 3U);
}

TEST_F(JournalWriterTest, AfterAFailedAppendOfNothingTheNextBatchStands) {
  Process process(log_, topic_, clock_);
  log_.FailNextAppend(0);
  EXPECT_EQ(process.writer.Write(Ticks(3)).error().code, Code::kUnavailable);
  EXPECT_TRUE(process.writer.Write(Ticks(3))->stood);
}

TEST_F(JournalWriterTest, ABatchThatDoesNotComeBackIsUnavailable) {
  ForgetfulLog forgetful(log_);
  Process process(forgetful, topic_, clock_);
  auto outcome = process.writer.Write(Ticks(1));
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, Code::kUnavailable);
}

TEST_F(JournalWriterTest, LimitsAreKeptAndNothingIsWritten) {
  Process process(log_, topic_, clock_);
  EXPECT_EQ(process.writer.Write(Ticks(11)).error().code, Code::kInvalid);
  EXPECT_EQ(process.writer.Write({Carrying("c", {std::string(4000, 'x')})}).error().code,
            Code::kInvalid);
  EXPECT_EQ(log_.End(topic_).value(), 0);
  EXPECT_TRUE(process.writer.Write(Ticks(10))->stood);
}

TEST_F(JournalWriterTest, WritingNothingStands) {
  Process process(log_, topic_, clock_);
  auto outcome = process.writer.Write({});
  ASSERT_TRUE(outcome.has_value());
  EXPECT_TRUE(outcome->stood);
  EXPECT_THAT(outcome->accepted, IsEmpty());
  EXPECT_EQ(log_.End(topic_).value(), 0);
}

}  // namespace
}  // namespace throughline::log
