#include "engine/intake/dead_letters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/intake/store_dead_letters.h"
#include "engine/log/memory_log.h"
#include "tests/engine/intake/contacts.h"

namespace throughline::intake {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class DeadLettersTest : public ::testing::Test {
 protected:
  DeadLettersTest() {
    EXPECT_TRUE(log_.Create(log::kDeadLetters).has_value());
    EXPECT_TRUE(log_.Create(log::FeedTopic("police")).has_value());
  }

  static v1::DeadLetter Letter(std::int64_t offset, std::string original) {
    v1::DeadLetter letter;
    letter.set_topic(log::FeedTopic("police"));
    letter.set_offset(offset);
    letter.set_key("key");
    letter.set_original(std::move(original));
    letter.set_agency("police");
    auto& header = *letter.add_headers();
    header.set_key("throughline-import");
    header.set_value("review");
    letter.add_faults()->set_text("no author");
    return letter;
  }

  std::vector<std::int64_t> Store(const std::vector<v1::DeadLetter>& letters) {
    auto offsets = StoreDeadLetters(log_, letters);
    EXPECT_TRUE(offsets.has_value());
    return *offsets;
  }

  ManualClock clock_{kMonday};
  log::MemoryLog log_{clock_};
};

TEST_F(DeadLettersTest, AreListedAndShown) {
  auto offsets = Store({Letter(1, "one"), Letter(2, "two")});
  auto all = ListDeadLetters(log_, 10);
  ASSERT_TRUE(all.has_value());
  ASSERT_THAT(*all, SizeIs(2));
  EXPECT_EQ((*all)[0].letter.original(), "one");
  EXPECT_EQ((*all)[1].offset, offsets[1]);
  auto shown = ShowDeadLetter(log_, offsets[1]);
  ASSERT_TRUE(shown.has_value());
  EXPECT_EQ(shown->letter.original(), "two");
  EXPECT_EQ(shown->letter.faults(0).text(), "no author");
}

TEST_F(DeadLettersTest, TheNewestAreKept) {
  Store({Letter(1, "one"), Letter(2, "two"), Letter(3, "three")});
  auto all = ListDeadLetters(log_, 2);
  ASSERT_THAT(*all, SizeIs(2));
  EXPECT_EQ((*all)[0].letter.original(), "two");
}

TEST_F(DeadLettersTest, WithoutTheTopicThereAreNone) {
  log::MemoryLog empty(clock_);
  auto all = ListDeadLetters(empty, 10);
  ASSERT_TRUE(all.has_value());
  EXPECT_THAT(*all, IsEmpty());
}

TEST_F(DeadLettersTest, ALongOneLiesInPartsAndIsReadWhole) {
  std::string original;
  for (int i = 0; i < 300000; ++i) original += std::to_string(i);
  ASSERT_GT(original.size(), log::kMaxValueBytes);
  auto offsets = Store({Letter(1, original), Letter(2, "two")});
  EXPECT_GT(offsets[1], offsets[0] + 1);
  auto all = ListDeadLetters(log_, 10);
  ASSERT_THAT(*all, SizeIs(2));
  EXPECT_EQ((*all)[0].letter.original(), original);
  EXPECT_EQ(ShowDeadLetter(log_, offsets[0])->letter.original(), original);
  auto part = ShowDeadLetter(log_, offsets[0] + 1);
  EXPECT_FALSE(part.has_value() && part->offset == offsets[0] + 1);
}

TEST_F(DeadLettersTest, PartsThatAreNotAllThereArePassedOver) {
  log_.FailNextAppend(1);
  ASSERT_FALSE(
      StoreDeadLetters(log_, {Letter(1, std::string(log::kMaxValueBytes, 'x'))}).has_value());
  Store({Letter(2, "two")});
  auto all = ListDeadLetters(log_, 10);
  ASSERT_THAT(*all, SizeIs(1));
  EXPECT_EQ((*all)[0].letter.original(), "two");
}

// A writer that was paused while another took over stores what it was about to.
TEST_F(DeadLettersTest, PartsThatTwoWritersStoreAtOnceAreReadWhole) {
  const std::string one(log::kMaxValueBytes, '1');
  const std::string two(log::kMaxValueBytes, '2');
  const auto parts = [&](const v1::DeadLetter& letter) {
    log::MemoryLog own(clock_);
    EXPECT_TRUE(own.Create(log::kDeadLetters));
    EXPECT_TRUE(StoreDeadLetters(own, {letter}));
    return *(*own.Read(log::kDeadLetters, 0))->Poll(10, 0);
  };
  const auto store_in_turns = [&](const v1::DeadLetter& first, const v1::DeadLetter& second) {
    const auto its = parts(first);
    const auto others = parts(second);
    ASSERT_GT(its.size(), 1U);
    ASSERT_EQ(its.size(), others.size());
    for (std::size_t i = 0; i < its.size(); ++i) {
      ASSERT_TRUE(log_.Append(log::kDeadLetters, {its[i].message, others[i].message}));
    }
  };
  store_in_turns(Letter(1, one), Letter(2, two));
  store_in_turns(Letter(3, one), Letter(3, one));
  const auto all = ListDeadLetters(log_, 10);
  ASSERT_THAT(*all, SizeIs(3));
  EXPECT_EQ((*all)[0].letter.original(), one);
  EXPECT_EQ((*all)[1].letter.original(), two);
  EXPECT_EQ((*all)[2].letter.original(), one);
  // Either may be the one that the journal names.
  for (const std::int64_t id :
       {(*all)[0].offset, (*all)[1].offset, (*all)[2].offset, (*all)[2].offset + 1}) {
    const auto shown = ShowDeadLetter(log_, id);
    EXPECT_TRUE(shown) << id;
  }
}

TEST_F(DeadLettersTest, OneThatWasWrittenTwiceIsOne) {
  Store({Letter(1, "one")});
  Store({Letter(1, "one")});
  EXPECT_THAT(*ListDeadLetters(log_, 10), SizeIs(1));
}

// The topic was made anew, and its offsets begin again.
TEST_F(DeadLettersTest, AnotherAtTheSameOffsetIsAnother) {
  Store({Letter(1, "one")});
  Store({Letter(1, "two")});
  EXPECT_THAT(*ListDeadLetters(log_, 10), SizeIs(2));
}

TEST_F(DeadLettersTest, ResendingPublishesTheOriginalOnItsFeed) {
  Store({Letter(1, "one"), Letter(2, "two")});
  auto sent = ResendDeadLetters(
      log_, [](const StoredDeadLetter& stored) { return stored.letter.offset() == 2; });
  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(*sent, 1U);
  auto reader = log_.Read(log::FeedTopic("police"), 0);
  auto records = (*reader)->Poll(10, 0);
  ASSERT_THAT(*records, SizeIs(1));
  const log::Message& message = (*records)[0].message;
  EXPECT_EQ(message.value, "two");
  EXPECT_EQ(message.key, "key");
  ASSERT_NE(message.Find("throughline-import"), nullptr);
  EXPECT_EQ(*message.Find("throughline-import"), "review");
}

TEST_F(DeadLettersTest, TroubleWhileResendingIsReported) {
  Store({Letter(1, "one")});
  log_.FailNextAppend();
  auto sent = ResendDeadLetters(log_, [](const StoredDeadLetter&) { return true; });
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, Code::kUnavailable);
}

TEST_F(DeadLettersTest, WhatIsNoDeadLetterIsCorrupt) {
  ASSERT_TRUE(log_.Append(log::kDeadLetters, {{"", "\xff\xff", {}}}).has_value());
  auto all = ListDeadLetters(log_, 10);
  ASSERT_FALSE(all.has_value());
  EXPECT_EQ(all.error().code, Code::kCorrupt);
}

}  // namespace
}  // namespace throughline::intake
