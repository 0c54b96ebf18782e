#include "engine/publish/publish.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/clock.h"
#include "engine/contact/feed_headers.h"
#include "engine/log/memory_log.h"

namespace throughline::publish {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PublishTest : public ::testing::Test {
 protected:
  PublishTest() : clock_(kDay), log_(clock_) {
    EXPECT_TRUE(log_.Create(log::FeedTopic("police")).has_value());
  }

  std::vector<log::Message> Published() {
    std::vector<log::Message> messages;
    const auto reader = log_.Read(log::FeedTopic("police"), 0);
    EXPECT_TRUE(reader.has_value());
    if (!reader) return messages;
    while (true) {
      const auto records = (*reader)->Poll(100, 0);
      EXPECT_TRUE(records.has_value());
      if (!records || records->empty()) return messages;
      for (const log::Record& record : *records) messages.push_back(record.message);
    }
  }

  ManualClock clock_;
  log::MemoryLog log_;
};

TEST_F(PublishTest, StatesWhomItSpeaksForInAHeader) {
  Publisher publisher(log_, {.agency = "police", .import = {}, .states_agency = "gp"});
  ASSERT_TRUE(publisher.Add("C-1", "x"));
  ASSERT_TRUE(publisher.Flush());
  const auto messages = Published();
  ASSERT_EQ(messages.size(), 1u);
  const std::string* agency = messages[0].Find(contact::kAgencyHeader);
  ASSERT_NE(agency, nullptr);
  EXPECT_EQ(*agency, "gp");
  EXPECT_FALSE(CheckOptions({.agency = "police", .import = {}, .states_agency = "G P"}));
}

TEST_F(PublishTest, AppendsInBatchesAndInOrder) {
  std::vector<std::uint64_t> durable;
  Publisher publisher(log_, {.agency = "police", .import = {}, .batch_contacts = 3},
                      [&](const Progress& progress) { durable.push_back(progress.contacts); });
  for (int i = 0; i < 7; ++i) {
    ASSERT_TRUE(publisher.Add("C-" + std::to_string(i), std::string(10, 'x')));
  }
  EXPECT_THAT(durable, ElementsAre(3u, 6u));
  ASSERT_TRUE(publisher.Flush());
  EXPECT_THAT(durable, ElementsAre(3u, 6u, 7u));
  ASSERT_TRUE(publisher.Flush());
  EXPECT_EQ(durable.size(), 3u);
  EXPECT_EQ(publisher.progress().bytes, 70u);
  EXPECT_THAT(publisher.progress().offsets, ElementsAre(0, 1, 2, 3, 4, 5, 6));
  const auto messages = Published();
  ASSERT_EQ(messages.size(), 7u);
  for (int i = 0; i < 7; ++i) {
    const auto& message = messages[static_cast<std::size_t>(i)];
    EXPECT_EQ(message.key, "C-" + std::to_string(i));
    EXPECT_TRUE(message.headers.empty());
  }
}

TEST_F(PublishTest, ABatchIsLimitedInBytesToo) {
  std::vector<std::uint64_t> durable;
  Publisher publisher(log_, {.agency = "police", .import = {}, .batch_bytes = 25},
                      [&](const Progress& progress) { durable.push_back(progress.contacts); });
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(publisher.Add("C", std::string(10, 'x')));
  ASSERT_TRUE(publisher.Add("C", std::string(40, 'x')));
  ASSERT_TRUE(publisher.Flush());
  EXPECT_THAT(durable, ElementsAre(2u, 4u, 5u));
}

TEST_F(PublishTest, AnImportSaysWhatItIs) {
  Publisher publisher(log_, {.agency = "police", .import = "child-r", .is_history = true});
  ASSERT_TRUE(publisher.Add("C-1", "x"));
  ASSERT_TRUE(publisher.Flush());
  const auto messages = Published();
  ASSERT_EQ(messages.size(), 1u);
  ASSERT_NE(messages[0].Find(contact::kImportHeader), nullptr);
  EXPECT_EQ(*messages[0].Find(contact::kImportHeader), "child-r");
  ASSERT_NE(messages[0].Find(contact::kHistoryHeader), nullptr);
  EXPECT_EQ(*messages[0].Find(contact::kHistoryHeader), contact::kHistoryYes);
}

TEST_F(PublishTest, NothingIsLostWhenTheLogIsAway) {
  Publisher publisher(log_, {.agency = "police", .import = {}});
  ASSERT_TRUE(publisher.Add("C-1", "a"));
  ASSERT_TRUE(publisher.Add("C-2", "b"));
  log_.FailNextAppend(1);
  const auto failed = publisher.Flush();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kUnavailable);
  EXPECT_EQ(publisher.progress().contacts, 0u);
  ASSERT_TRUE(publisher.Flush());
  EXPECT_EQ(publisher.progress().contacts, 2u);
  std::vector<std::string> keys;
  for (const log::Message& message : Published()) keys.push_back(message.key);
  EXPECT_THAT(keys, ElementsAre("C-1", "C-1", "C-2"));
}

TEST_F(PublishTest, RefusesWhatIsTooLongOrHasNoFeed) {
  Publisher publisher(log_, {.agency = "police", .import = {}});
  const auto too_long = publisher.Add("C-1", std::string(contact::kMaxContactBytes + 1, 'x'));
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, Code::kInvalid);
  ASSERT_TRUE(publisher.Flush());
  EXPECT_TRUE(Published().empty());

  Publisher nowhere(log_, {.agency = "hospital", .import = {}});
  ASSERT_TRUE(nowhere.Add("C-1", "x"));
  const auto missing = nowhere.Flush();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);

  EXPECT_FALSE(Publisher(log_, {.agency = "The Police", .import = {}}).Add("C-1", "x"));
  EXPECT_FALSE(CheckOptions({.agency = "police", .import = std::string(129, 'a')}));
  EXPECT_FALSE(CheckOptions({.agency = "police", .import = "a\nb"}));
  EXPECT_FALSE(CheckOptions({.agency = "police", .import = " "}));
  EXPECT_TRUE(CheckOptions({.agency = "police", .import = std::string(128, 'a')}));
}

TEST_F(PublishTest, ACheckValidatesAsTheFeedWould) {
  const auto read = ReadContacts(
      "{\"contact_id\": \"A-1\", \"alert_seen\": {\"alert\": \"a\"}}\n{\"autor\": 1}", "c.jsonl");
  ASSERT_TRUE(read);
  const contact::Feed feed{.agency = "police", .received = kDay};
  const CheckedContact checked = Check(read->front(), "c.jsonl", feed);
  EXPECT_EQ(checked.contact_id, "A-1");
  std::vector<std::string> refused;
  for (const yaml::Fault& fault : checked.refused) refused.push_back(fault.Text());
  EXPECT_THAT(refused, ElementsAre("c.jsonl:1: occurred: missing", "c.jsonl:1: recorded: missing",
                                   "c.jsonl:1: author: missing", "c.jsonl:1: source: missing",
                                   HasSubstr("c.jsonl:1: detail: taken only from a feed")));
  EXPECT_TRUE(checked.warnings.empty());

  const CheckedContact unread = Check(read->back(), "c.jsonl", feed);
  ASSERT_EQ(unread.refused.size(), 1u);
  EXPECT_THAT(unread.refused[0].Text(), HasSubstr("c.jsonl:2: autor"));
}

}  // namespace
}  // namespace throughline::publish
