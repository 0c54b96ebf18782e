#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/log/journal.h"
#include "engine/log/memory_log.h"
#include "tests/engine/log/drafts.h"

namespace throughline::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class JournalReaderTest : public testing::Test {
 protected:
  JournalReaderTest() { EXPECT_TRUE(log_.Create(topic_).has_value()); }

  void Write(int count) { Put(log_, topic_, Bytes(Ticks(count), written_)); }
  // Records of a chain that is not this one, with seqs that follow it.
  void WriteStrangers(int count) {
    ChainHead other = written_;
    other.hash.back() ^= 1;
    Put(log_, topic_, Bytes(Ticks(count), other));
  }
  std::unique_ptr<JournalReader> Open(const ChainHead& head = {}) {
    auto reader = JournalReader::Open(log_, topic_, head, clock_, limits_);
    EXPECT_TRUE(reader.has_value()) << reader.error().text;
    return std::move(*reader);
  }
  static std::vector<Seq> Next(JournalReader& reader) {
    auto records = reader.Poll(100, 0);
    EXPECT_TRUE(records.has_value()) << records.error().text;
    return records ? Seqs(*records) : std::vector<Seq>{};
  }
  static void ExpectParked(JournalReader& reader, const char* why) {
    auto records = reader.Poll(100, 0);
    ASSERT_FALSE(records.has_value());
    EXPECT_EQ(records.error().code, Code::kCorrupt);
    EXPECT_THAT(records.error().text, HasSubstr("parked"));
    EXPECT_THAT(records.error().text, HasSubstr(why));
  }

  ManualClock clock_{1'000'000};
  MemoryLog log_{clock_};
  std::string topic_ = JournalTopic(1);
  ChainHead written_;
  JournalReader::Limits limits_;
};

TEST_F(JournalReaderTest, ReadsInStepsAndFollows) {
  Write(5);
  auto reader = Open();
  EXPECT_THAT(Seqs(reader->Poll(2, 0).value()), ElementsAre(1, 2));
  EXPECT_EQ(reader->Position(), 2);
  EXPECT_FALSE(reader->AtEnd().value());
  EXPECT_THAT(Next(*reader), ElementsAre(3, 4, 5));
  EXPECT_TRUE(reader->AtEnd().value());
  EXPECT_THAT(Next(*reader), IsEmpty());
  Write(2);
  EXPECT_FALSE(reader->AtEnd().value());
  EXPECT_THAT(Next(*reader), ElementsAre(6, 7));
  EXPECT_EQ(reader->dropped(), 0U);
  EXPECT_EQ(reader->head().hash, written_.hash);
}

TEST_F(JournalReaderTest, ResumesAfterItsHead) {
  Write(5);
  auto first = Open();
  EXPECT_THAT(Seqs(first->Poll(3, 0).value()), ElementsAre(1, 2, 3));
  auto second = Open(first->head());
  EXPECT_EQ(second->head(), first->head());
  EXPECT_THAT(Next(*second), ElementsAre(4, 5));
}

TEST_F(JournalReaderTest, AnAbsentJournalIsNotFound) {
  auto reader = JournalReader::Open(log_, JournalTopic(2), {}, clock_, limits_);
  ASSERT_FALSE(reader.has_value());
  EXPECT_EQ(reader.error().code, Code::kNotFound);
}

TEST_F(JournalReaderTest, StartCheckFailsWhenTheTailWasLost) {
  Write(5);
  auto reader = Open();
  Next(*reader);
  ChainHead head = reader->head();
  log_.LoseTail(topic_, 4);
  auto lost = JournalReader::Open(log_, topic_, head, clock_, limits_);
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, Code::kCorrupt);
  // Another record has taken its place since.
  WriteStrangers(1);
  auto replaced = JournalReader::Open(log_, topic_, head, clock_, limits_);
  ASSERT_FALSE(replaced.has_value());
  EXPECT_EQ(replaced.error().code, Code::kCorrupt);
  log_.LoseTail(topic_, 4);
  EXPECT_THAT(Next(*Open()), ElementsAre(1, 2, 3, 4));
}

TEST_F(JournalReaderTest, StartCheckFailsWhenTheRecordWasEditedOrTheHistoryRemoved) {
  Write(3);
  auto reader = Open();
  Next(*reader);
  ChainHead head = reader->head();
  ChainHead other;
  std::string forged = Bytes({TickAt(1), TickAt(2), TickAt(3)}, other).back();
  log_.Edit(topic_, 2, forged);
  EXPECT_EQ(JournalReader::Open(log_, topic_, head, clock_, limits_).error().code, Code::kCorrupt);
  ASSERT_TRUE(log_.Trim(topic_, 3).has_value());
  EXPECT_EQ(JournalReader::Open(log_, topic_, head, clock_, limits_).error().code, Code::kCorrupt);
}

TEST_F(JournalReaderTest, RepeatsAndAStaleWritersBatchAreDroppedAndCounted) {
  Write(2);
  ChainHead stale = written_;
  auto repeated = Bytes(Ticks(1), stale);
  Write(3);
  Put(log_, topic_, repeated);
  Put(log_, topic_, repeated);
  Write(1);
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(reader->dropped(), 2U);
}

TEST_F(JournalReaderTest, ParksWhenAReplayEndsOnStrangers) {
  Write(3);
  WriteStrangers(2);
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1, 2, 3));
  ExpectParked(*reader, "ends on records that do not follow");
  ExpectParked(*reader, "last accepted seq 3 at offset 2");
  // For good: what comes later does not hide that something was there.
  Write(1);
  ExpectParked(*reader, "parked");
}

TEST_F(JournalReaderTest, ParksWhenAReplayEndsOnADamagedRecord) {
  Write(3);
  log_.Edit(topic_, 2, "damaged");
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1, 2));
  ExpectParked(*reader, "ends on records that do not follow");
}

TEST_F(JournalReaderTest, AReplayThatAcceptsAfterStrangersGoesOn) {
  Write(3);
  WriteStrangers(2);
  Write(1);
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(reader->dropped(), 2U);
  EXPECT_THAT(Next(*reader), IsEmpty());
}

TEST_F(JournalReaderTest, AReplayThatEndsOnRepeatsGoesOn) {
  Write(1);
  ChainHead none;
  Put(log_, topic_, Bytes(Ticks(1), none));
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1));
  EXPECT_THAT(Next(*reader), IsEmpty());
}

TEST_F(JournalReaderTest, ParksAfterAWhileWithHigherDropsAndNothingAccepted) {
  Write(1);
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1));
  WriteStrangers(1);
  EXPECT_THAT(Next(*reader), IsEmpty());
  clock_.Set(clock_.Now() + limits_.park_after - 1);
  WriteStrangers(1);
  EXPECT_THAT(Next(*reader), IsEmpty());
  clock_.Set(clock_.Now() + 1);
  ExpectParked(*reader, "for too long");
}

TEST_F(JournalReaderTest, WhatIsAcceptedBeginsTheWhileAnew) {
  Write(1);
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1));
  WriteStrangers(1);
  EXPECT_THAT(Next(*reader), IsEmpty());
  clock_.Set(clock_.Now() + limits_.park_after - 1);
  Write(1);
  EXPECT_THAT(Next(*reader), ElementsAre(2));
  clock_.Set(clock_.Now() + limits_.park_after);
  EXPECT_THAT(Next(*reader), IsEmpty());
}

TEST_F(JournalReaderTest, RepeatsDoNotParkByTime) {
  Write(1);
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1));
  ChainHead none;
  Put(log_, topic_, Bytes(Ticks(1), none));
  EXPECT_THAT(Next(*reader), IsEmpty());
  clock_.Set(clock_.Now() + 10 * limits_.park_after);
  EXPECT_THAT(Next(*reader), IsEmpty());
}

TEST_F(JournalReaderTest, ParksAfterSoManyDropsRunningOfAnyKind) {
  limits_.park_drops = 4;
  Write(1);
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1));
  ChainHead none;
  std::string repeat = Bytes(Ticks(1), none).front();
  Put(log_, topic_, {repeat, repeat, repeat});
  EXPECT_THAT(Next(*reader), IsEmpty());
  Write(1);
  Put(log_, topic_, {repeat, repeat, repeat});
  EXPECT_THAT(Next(*reader), ElementsAre(2));
  Put(log_, topic_, {repeat});
  ExpectParked(*reader, "too many records running");
}

// A writer that was stopped between its decision and its append: all of its batch lands behind what
// another wrote meanwhile, and then nobody writes for a while.
TEST_F(JournalReaderTest, AReplayThatEndsOnAStaleWritersBatchGoesOn) {
  Write(3);
  ChainHead old = written_;
  Write(1);
  Put(log_, topic_, Bytes(Ticks(3, 900'000), old));  // seqs 4 to 6, after seq 3
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1, 2, 3, 4));
  clock_.Set(clock_.Now() + 2 * limits_.park_after);
  EXPECT_THAT(Next(*reader), IsEmpty());
  Write(2);
  EXPECT_THAT(Next(*reader), ElementsAre(5, 6));
  EXPECT_EQ(reader->dropped(), 3U);
}

// A writer that slept while the broker lost the tail and another one wrote on.
TEST_F(JournalReaderTest, AHeadThatWasLostMeanwhileIsNoticedAtTheFirstDrop) {
  Write(3);
  ChainHead kept = written_;
  Write(2);
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1, 2, 3, 4, 5));
  log_.LoseTail(topic_, 3);
  written_ = kept;
  Put(log_, topic_, Bytes(Ticks(4, 900'000), written_));
  auto records = reader->Poll(100, 0);
  ASSERT_FALSE(records.has_value());
  EXPECT_EQ(records.error().code, Code::kCorrupt);
  EXPECT_THAT(records.error().text, HasSubstr("lost the record of seq 5"));
}

TEST_F(JournalReaderTest, AHeadThatWasLostInItsSleepIsNoticedWithoutADrop) {
  Write(3);
  ChainHead kept = written_;
  Write(2);
  auto reader = Open();
  EXPECT_THAT(Next(*reader), ElementsAre(1, 2, 3, 4, 5));
  log_.LoseTail(topic_, 3);
  written_ = kept;
  Put(log_, topic_, Bytes(Ticks(2, 900'000), written_));
  clock_.Set(clock_.Now() + limits_.park_after / 3);
  auto records = reader->Poll(100, 0);
  ASSERT_FALSE(records.has_value());
  EXPECT_EQ(records.error().code, Code::kCorrupt);
  EXPECT_THAT(records.error().text, HasSubstr("lost the record of seq 5"));
}

TEST_F(JournalReaderTest, VerifyChainCountsWhatItFinds) {
  ChainHead head;
  auto records = Bytes({TickAt(1), Carrying("c", {"one", "two"}), TickAt(2)}, head);
  v1::JournalRecord erased;
  ASSERT_TRUE(erased.ParseFromString(records[1]));
  ChainHead none;
  Put(log_, topic_, {records[0], records[0], records[1], records[2], "damaged", "damaged"});
  auto summary = VerifyChain(log_, topic_);
  ASSERT_TRUE(summary.has_value()) << summary.error().text;
  EXPECT_EQ(summary->records, 3U);
  EXPECT_EQ(summary->erased_items, 0U);
  EXPECT_EQ(summary->dropped, 3U);
  EXPECT_EQ(summary->dropped_at_end, 2U);
  EXPECT_EQ(summary->first_dropped, 1);
  EXPECT_EQ(summary->head.hash, head.hash);
  EXPECT_EQ(summary->head.offset, 3);
}

TEST_F(JournalReaderTest, VerifyChainOfNothingAndOfAnAbsentTopic) {
  auto empty = VerifyChain(log_, topic_);
  ASSERT_TRUE(empty.has_value());
  EXPECT_EQ(empty->records, 0U);
  EXPECT_EQ(empty->head, ChainHead{});
  EXPECT_EQ(VerifyChain(log_, "absent").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace throughline::log
