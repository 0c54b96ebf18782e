#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include "engine/base/bytes.h"
#include "engine/log/journal.h"
#include "tests/engine/log/drafts.h"

namespace throughline::log {
namespace {

v1::JournalRecord Parsed(const std::string& bytes) {
  v1::JournalRecord record;
  EXPECT_TRUE(record.ParseFromString(bytes));
  return record;
}

TEST(Names, OfTopics) {
  EXPECT_EQ(FeedTopic("health-visiting"), "throughline.contacts.health-visiting");
  EXPECT_EQ(JournalTopic(12), "throughline.journal.g12");
  EXPECT_TRUE(CheckTopicName(FeedTopic(std::string(64, 'a'))).has_value());
  EXPECT_DEATH(FeedTopic("Police"), "CHECK failed");
  EXPECT_DEATH(FeedTopic(""), "CHECK failed");
  EXPECT_DEATH(FeedTopic(std::string(65, 'a')), "CHECK failed");
}

TEST(Chain, SaltsAreSixteenBytesAndDiffer) {
  EXPECT_EQ(RandomSalt().size(), 16U);
  EXPECT_NE(RandomSalt(), RandomSalt());
}

TEST(Chain, RoundTrip) {
  ChainHead written;
  std::vector<Draft> drafts = {TickAt(50'000), Carrying("c-1", {"one", std::string("\0b", 2)}),
                               TickAt(120'000)};
  auto records = Bytes(drafts, written);
  ASSERT_EQ(records.size(), 3U);
  ChainHead head;
  for (std::size_t i = 0; i < records.size(); ++i) {
    Accepted accepted;
    auto offset = static_cast<std::int64_t>(10 + i);
    ASSERT_EQ(Offer(records[i], offset, head, accepted), Verdict::kAccepted);
    EXPECT_EQ(accepted.seq(), i + 1);
    EXPECT_EQ(accepted.offset, offset);
    EXPECT_EQ(accepted.decision.SerializeAsString(), drafts[i].decision.SerializeAsString());
    EXPECT_EQ(accepted.envelope.placed_ms(), drafts[i].placed);
    EXPECT_EQ(accepted.envelope.feed(), drafts[i].feed);
    EXPECT_EQ(accepted.envelope.feed_offset(), drafts[i].feed_offset);
    EXPECT_EQ(accepted.envelope.received_ms(), drafts[i].received);
    EXPECT_EQ(accepted.hash, head.hash);
    std::vector<Item> items;
    for (const std::string& contact : drafts[i].contacts) items.push_back({contact, false});
    EXPECT_EQ(accepted.contacts, items);
  }
  EXPECT_EQ(head.offset, 12);
  head.offset = -1;
  EXPECT_EQ(head, written);
}

// The hashes are worked out here a second time, from the stored bytes alone.
TEST(Chain, HashesAreThoseOfTheFormat) {
  ChainHead head;
  auto records = Bytes({Carrying("c", {"contact"}), TickAt(70'000)}, head);
  v1::JournalRecord first = Parsed(records[0]);
  v1::JournalEnvelope envelope;
  ASSERT_TRUE(envelope.ParseFromString(first.envelope()));
  EXPECT_EQ(envelope.seq(), 1U);
  EXPECT_EQ(envelope.prev(), std::string(32, '\0'));
  std::string digests;
  for (const auto& item : first.items()) digests += Sha256(item.salt() + item.content());
  EXPECT_EQ(digests.size(), 64U);
  EXPECT_EQ(envelope.commit(), Sha256(digests));
  v1::JournalEnvelope second;
  ASSERT_TRUE(second.ParseFromString(Parsed(records[1]).envelope()));
  EXPECT_EQ(second.prev(), Sha256(first.envelope()));
  EXPECT_EQ(head.hash, Sha256(Parsed(records[1]).envelope()));
}

TEST(Chain, PlacedNeverDecreases) {
  ChainHead head;
  auto records = Bytes({TickAt(100'000), TickAt(90'000)}, head);
  EXPECT_EQ(head.placed, 100'000);
  ChainHead reading;
  Accepted accepted;
  for (const auto& record : records) {
    ASSERT_EQ(Offer(record, 0, reading, accepted), Verdict::kAccepted);
  }
  EXPECT_EQ(accepted.envelope.placed_ms(), 100'000);
}

class OfferTest : public testing::Test {
 protected:
  OfferTest() {
    ChainHead end;
    records_ = Bytes({TickAt(1), Carrying("c", {"contact"}), TickAt(2)}, end);
    Accepted accepted;
    EXPECT_EQ(Offer(records_[0], 0, head_, accepted), Verdict::kAccepted);
  }
  // Whatever is not accepted changes nothing.
  Verdict OfferUnaccepted(const std::string& bytes) {
    ChainHead before = head_;
    Accepted accepted;
    accepted.offset = -7;
    Verdict verdict = Offer(bytes, 5, head_, accepted);
    EXPECT_NE(verdict, Verdict::kAccepted);
    EXPECT_EQ(head_, before);
    EXPECT_EQ(accepted.offset, -7);
    return verdict;
  }

  std::vector<std::string> records_;
  ChainHead head_;
};

TEST_F(OfferTest, ARepeatIsDropped) { EXPECT_EQ(OfferUnaccepted(records_[0]), Verdict::kRepeat); }

TEST_F(OfferTest, AGapIsAStranger) { EXPECT_EQ(OfferUnaccepted(records_[2]), Verdict::kStranger); }

TEST_F(OfferTest, TheNextSeqOfAnotherChainIsAStranger) {
  ChainHead other;
  auto chain = Bytes({TickAt(5), TickAt(6)}, other);
  EXPECT_EQ(OfferUnaccepted(chain[1]), Verdict::kStranger);
}

TEST_F(OfferTest, WhatIsNoRecordIsDamaged) {
  EXPECT_EQ(OfferUnaccepted("\xff\xff\xff"), Verdict::kDamaged);
  EXPECT_EQ(OfferUnaccepted(""), Verdict::kDamaged);
  v1::JournalRecord record = Parsed(records_[1]);
  record.set_envelope("\xff");
  EXPECT_EQ(OfferUnaccepted(record.SerializeAsString()), Verdict::kDamaged);
}

TEST_F(OfferTest, AnItemThatWasNotCommittedToIsDamaged) {
  const v1::JournalRecord original = Parsed(records_[1]);
  v1::JournalRecord record = original;
  record.mutable_items(1)->set_content("Contact");
  EXPECT_EQ(OfferUnaccepted(record.SerializeAsString()), Verdict::kDamaged);
  record = original;
  record.mutable_items(1)->set_salt(std::string(16, 'x'));
  EXPECT_EQ(OfferUnaccepted(record.SerializeAsString()), Verdict::kDamaged);
  record = original;
  record.mutable_items()->RemoveLast();
  EXPECT_EQ(OfferUnaccepted(record.SerializeAsString()), Verdict::kDamaged);
  record = original;
  *record.add_items() = original.items(0);
  EXPECT_EQ(OfferUnaccepted(record.SerializeAsString()), Verdict::kDamaged);
  record = original;
  record.mutable_items()->SwapElements(0, 1);
  EXPECT_EQ(OfferUnaccepted(record.SerializeAsString()), Verdict::kDamaged);
  record = original;
  record.clear_items();
  EXPECT_EQ(OfferUnaccepted(record.SerializeAsString()), Verdict::kDamaged);
}

// Moving a byte from the salt to the content leaves the digest's input as it was.
TEST_F(OfferTest, TheBorderOfSaltAndContentIsFixed) {
  v1::JournalRecord record = Parsed(records_[1]);
  v1::JournalItem& item = *record.mutable_items(1);
  item.set_content(item.salt().back() + item.content());
  item.mutable_salt()->pop_back();
  EXPECT_EQ(OfferUnaccepted(record.SerializeAsString()), Verdict::kDamaged);
}

v1::JournalItem Erase(const v1::JournalItem& item) {
  v1::JournalItem erased;
  erased.set_digest(Sha256(item.salt() + item.content()));
  return erased;
}

TEST_F(OfferTest, AnErasedItemStillVerifies) {
  v1::JournalRecord record = Parsed(records_[1]);
  *record.mutable_items(1) = Erase(record.items(1));
  Accepted accepted;
  ASSERT_EQ(Offer(record.SerializeAsString(), 1, head_, accepted), Verdict::kAccepted);
  EXPECT_EQ(accepted.contacts, std::vector<Item>({{"", true}}));
  EXPECT_EQ(accepted.decision.placed().contact_id(), "c");
  EXPECT_FALSE(accepted.decision_erased);
  ASSERT_EQ(Offer(records_[2], 2, head_, accepted), Verdict::kAccepted);
}

TEST_F(OfferTest, AnErasedDecisionStillVerifies) {
  v1::JournalRecord record = Parsed(records_[1]);
  *record.mutable_items(0) = Erase(record.items(0));
  Accepted accepted;
  ASSERT_EQ(Offer(record.SerializeAsString(), 1, head_, accepted), Verdict::kAccepted);
  EXPECT_TRUE(accepted.decision_erased);
  EXPECT_EQ(accepted.decision.decision_case(), v1::Decision::DECISION_NOT_SET);
  EXPECT_EQ(accepted.contacts, std::vector<Item>({{"contact", false}}));
}

TEST_F(OfferTest, AnErasedItemKeepsNothingElse) {
  const v1::JournalRecord original = Parsed(records_[1]);
  v1::JournalRecord record = original;
  *record.mutable_items(1) = Erase(original.items(1));
  record.mutable_items(1)->mutable_digest()->back() ^= 1;
  EXPECT_EQ(OfferUnaccepted(record.SerializeAsString()), Verdict::kDamaged);
  record = original;
  record.mutable_items(1)->set_digest(Erase(original.items(1)).digest());
  EXPECT_EQ(OfferUnaccepted(record.SerializeAsString()), Verdict::kDamaged);
  record.mutable_items(1)->clear_salt();
  EXPECT_EQ(OfferUnaccepted(record.SerializeAsString()), Verdict::kDamaged);
}

TEST_F(OfferTest, EveryFlippedBitIsSeenHereOrAtTheNextRecord) {
  google::protobuf::LogSilencer silent;
  const std::string& original = records_[1];
  const ChainHead before = head_;
  int seen_here = 0;
  int seen_next = 0;
  for (std::size_t byte = 0; byte < original.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = original;
      flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << bit));
      ChainHead head = before;
      Accepted accepted;
      if (Offer(flipped, 1, head, accepted) != Verdict::kAccepted) {
        ++seen_here;
        continue;
      }
      EXPECT_EQ(Offer(records_[2], 2, head, accepted), Verdict::kStranger)
          << "byte " << byte << " bit " << bit;
      ++seen_next;
    }
  }
  EXPECT_GT(seen_here, seen_next);
  EXPECT_GT(seen_next, 0);
}

}  // namespace
}  // namespace throughline::log
