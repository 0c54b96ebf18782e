#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/contact/feed_headers.h"
#include "tests/engine/intake/rig.h"
#include "tests/engine/projection/scratch.h"

// What is read and examined ahead changes nothing of what is decided.
namespace throughline::intake {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

Settings ReadsAhead(Rig& rig, bool reads_ahead, std::string state_directory = {}) {
  Settings settings = rig.With(std::move(state_directory));
  settings.reads_ahead = reads_ahead;
  settings.batch.records = 700;
  return settings;
}

// New people and known ones, contacts that come again or are no contacts, of two agencies.
void PublishMany(Rig& rig) {
  for (const char* agency : {"health", "police"}) {
    std::vector<log::Message> messages;
    for (int i = 0; i < 1500; ++i) {
      if (i % 97 == 5) {
        messages.push_back({.key = {}, .value = "no contact", .headers = {}});
        continue;
      }
      const int id = i % 31 == 30 ? i - 29 : i;
      v1::Contact contact =
          About(fmt::format("{}-{}", agency, id), std::to_string(i % 31 == 30 ? id : id % 350));
      auto& number = *contact.mutable_subjects(0)->add_references();
      number.set_scheme("nhs-number");
      number.set_value(id % 2 == 0 ? "9434765919" : "9876543210");
      messages.push_back(Published(contact));
    }
    CHECK(rig.log.Append(log::FeedTopic(agency), messages).has_value());
  }
}

std::vector<std::string> Decided(Rig& rig) {
  std::vector<std::string> decided;
  for (const log::Accepted& record : rig.Journal()) {
    const v1::Decision& one = record.decision;
    decided.push_back(fmt::format("{} {}{} on {} made {} warned {}",
                                  static_cast<int>(one.decision_case()), one.placed().contact_id(),
                                  one.refused().reason(), one.placed().to_size(),
                                  one.placed().made_size(), one.placed().warnings_size()));
  }
  return decided;
}

TEST(ReadAheadTest, DecidesAsWithoutReadingAhead) {
  std::vector<std::vector<std::string>> decided;
  std::vector<std::size_t> repeats;
  const projection::Scratch scratch;
  const auto take = [&](bool reads_ahead, const std::string& state_directory) {
    Rig rig;
    auto intake = rig.Open(ReadsAhead(rig, reads_ahead, state_directory));
    rig.Activate(*intake, {"police", "health"});
    PublishMany(rig);
    repeats.push_back(rig.Drain(*intake).repeats);
    decided.push_back(Decided(rig));
  };
  take(false, {});
  take(true, {});
  take(true, scratch.path());
  EXPECT_GT(repeats[0], 0U);
  EXPECT_THAT(repeats, Each(repeats[0]));
  EXPECT_GT(decided[0].size(), 2000U);
  EXPECT_THAT(decided[1], ElementsAreArray(decided[0]));
  EXPECT_THAT(decided[2], ElementsAreArray(decided[0]));
}

// What a batch is about to say was read before it is written: each contact of the next is one of
// this.
TEST(ReadAheadTest, SeesWhatWasDecidedSinceItWasRead) {
  const projection::Scratch scratch;
  Rig rig;
  Settings settings = ReadsAhead(rig, true, scratch.path());
  settings.batch.records = 250;
  auto intake = rig.Open(settings);
  rig.Activate(*intake, {"police"});
  constexpr int kContacts = 250;
  std::vector<log::Message> messages;
  for (int i = 0; i < 8 * kContacts; ++i) {
    const int id = i / (2 * kContacts) * kContacts + i % kContacts;
    messages.push_back(Published(About(fmt::format("S-{}", id), std::to_string(id))));
  }
  ASSERT_TRUE(rig.log.Append(log::FeedTopic("police"), messages).has_value());
  const StepReport all = rig.Drain(*intake);
  EXPECT_EQ(all.placed, 4U * kContacts);
  EXPECT_EQ(all.repeats, 4U * kContacts);
}

// A feed comes to attest while contacts of it lie examined: they are decided by what holds now.
TEST(ReadAheadTest, WhatWasExaminedOnOtherTermsIsExaminedAgain) {
  for (const bool reads_ahead : {false, true}) {
    Rig rig;
    Settings settings = ReadsAhead(rig, reads_ahead);
    settings.batch.records = 250;
    auto intake = rig.Open(settings);
    rig.Activate(*intake, {"police"});
    for (int i = 0; i < 600; ++i) {
      log::Message message = Published(About(fmt::format("S-{}", i), "12"));
      message.headers = {{std::string(contact::kAgencyHeader), "school"}};
      rig.Publish("police", message);
    }
    ASSERT_TRUE(intake->Step().has_value());
    rig.Publish("operator", FeedContact("feed-police-2", "police", true));
    const StepReport rest = rig.Drain(*intake);
    EXPECT_EQ(rest.refused, 0U);
    EXPECT_EQ(rest.placed, 350U);
    EXPECT_THAT(rig.notes, IsEmpty());
  }
}

}  // namespace
}  // namespace throughline::intake
