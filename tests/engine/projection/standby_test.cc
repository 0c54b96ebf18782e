#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/engine/projection/publisher_fixture.h"

namespace throughline::projection {
namespace {

using testing::UnorderedElementsAreArray;

// Several instances follow one journal; the one that its last Took names publishes.
class StandbyTest : public PublisherTest {
 protected:
  Host::Options OptionsOf(const std::string& instance) {
    Host::Options options = OptionsFor(scratch_.path() + "/" + instance, 2);
    options.instance = instance;
    return options;
  }
  std::unique_ptr<Host> As(const std::string& instance) {
    auto host = Started(OptionsOf(instance));
    EXPECT_TRUE(host->WaitUntilLive(kLong));
    return host;
  }
  bool KeepsAll(const Host& host) {
    const std::size_t all = Expected().size();
    return Eventually([&] { return host.Status().publisher.kept == all; });
  }
  void ExpectEachOnce() {
    EXPECT_THAT(Alerts(), UnorderedElementsAreArray(Expected()));
    EXPECT_GT(Alerts().size(), 20U);
  }
};

TEST_F(StandbyTest, OnlyTheWritersHostPublishesAndTheOtherDropsWhatStandsInTheTopic) {
  const auto writer = As("a");
  const auto standby = As("b");
  journal_.Took("a");
  journal_.Append(ToyHistory(30, 300, 10));
  ASSERT_TRUE(writer->WaitForPublished(301, kLong));
  ASSERT_TRUE(standby->WaitForPublished(301, kLong));
  EXPECT_TRUE(Eventually([&] { return Emptied(*standby); }));
  ExpectEachOnce();
  EXPECT_EQ(standby->Status().publisher.published, 0U);
  EXPECT_TRUE(standby->Status().publisher.standby);
  EXPECT_FALSE(writer->Status().publisher.standby);
}

TEST_F(StandbyTest, WhoTakesOverPublishesWhatNobodyDid) {
  const auto standby = As("b");
  journal_.Took("a");
  journal_.Append(ToyHistory(31, 300, 10));
  ASSERT_TRUE(standby->WaitForSeq(301, kLong));
  ASSERT_TRUE(KeepsAll(*standby));
  EXPECT_TRUE(Alerts().empty());
  EXPECT_FALSE(standby->WaitForPublished(301, 0));
  journal_.Took("b");
  ASSERT_TRUE(standby->WaitForPublished(302, kLong));
  ExpectEachOnce();
  EXPECT_EQ(standby->Status().publisher.late, 0U);
}

TEST_F(StandbyTest, WhoTakesOverRepeatsNothingThatTheOtherPublished) {
  auto writer = As("a");
  auto standby = As("b");
  journal_.Took("a");
  journal_.Append(ToyHistory(32, 150, 10));
  ASSERT_TRUE(writer->WaitForPublished(151, kLong));
  // It was not there while the other published.
  standby.reset();
  journal_.Append(ToyHistory(33, 150, 10));
  ASSERT_TRUE(writer->WaitForPublished(301, kLong));
  writer.reset();
  journal_.Append(ToyHistory(34, 50, 10));
  journal_.Took("b");
  standby = As("b");
  ASSERT_TRUE(standby->WaitForPublished(352, kLong));
  ExpectEachOnce();
}

TEST_F(StandbyTest, AWriterThatComesBackReadsWhoTookOverBeforeItPublishes) {
  journal_.Took("a");
  journal_.Append(ToyHistory(35, 300, 10));
  {
    GoesAway log(log_, 0);
    Host host(log, clock_, OptionsOf("a"), ToyFolds);
    ASSERT_TRUE(host.Start().has_value());
    ASSERT_TRUE(Eventually([&] { return !host.Status().publisher.trouble.empty(); }));
  }
  const std::size_t before = Alerts().size();
  journal_.Took("b");
  const auto writer = As("a");
  ASSERT_TRUE(Eventually([&] { return writer->Status().publisher.kept > 0; }));
  EXPECT_EQ(Alerts().size(), before);
  const auto other = As("b");
  ASSERT_TRUE(other->WaitForPublished(302, kLong));
  EXPECT_TRUE(Eventually([&] { return Emptied(*writer); }));
  EXPECT_EQ(writer->Status().publisher.published, 0U);
}

TEST_F(StandbyTest, WithoutAnInstanceItAlonePublishes) {
  const auto host = Started(2);
  journal_.Took("somebody");
  journal_.Append(ToyHistory(36, 300, 10));
  ASSERT_TRUE(host->WaitForPublished(301, kLong));
  ExpectEachOnce();
}

// A log of which the journal gives nothing for a while, as to a process that is paused.
class Gated : public log::ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void Shut() {
    turned_away_ = 0;
    shut_ = true;
  }
  void Open() { shut_ = false; }
  int turned_away() const { return turned_away_; }

  Result<std::unique_ptr<log::Reader>> Read(std::string_view topic, std::int64_t from) override {
    TL_ASSIGN(auto reader, ForwardingLog::Read(topic, from));
    if (topic != kToyTopic) return reader;
    return std::unique_ptr<log::Reader>(std::make_unique<Gate>(*this, std::move(reader)));
  }

 private:
  class Gate : public log::Reader {
   public:
    Gate(Gated& of, std::unique_ptr<log::Reader> behind) : of_(of), behind_(std::move(behind)) {}
    Result<std::vector<log::Record>> Poll(std::size_t most, Millis /*wait*/) override {
      if (!of_.shut_) return behind_->Poll(most, 0);
      ++of_.turned_away_;
      return std::vector<log::Record>{};
    }
    std::int64_t Position() const override { return behind_->Position(); }

   private:
    Gated& of_;
    std::unique_ptr<log::Reader> behind_;
  };

  std::atomic<bool> shut_{false};
  std::atomic<int> turned_away_{0};
};

TEST_F(StandbyTest, WhoLostTheRoleAndRegainedItWhilePausedRepeatsNothing) {
  Gated gated(log_);
  journal_.Took("a");
  Host writer(gated, clock_, OptionsOf("a"), ToyFolds);
  ASSERT_TRUE(writer.Start().has_value());
  ASSERT_TRUE(writer.WaitUntilLive(kLong));
  journal_.Append(ToyHistory(41, 100, 10));
  ASSERT_TRUE(writer.WaitForPublished(journal_.seq(), kLong));

  gated.Shut();
  ASSERT_TRUE(Eventually([&] { return gated.turned_away() > 0; }));
  journal_.Took("b");
  journal_.Append(ToyHistory(42, 100, 10));
  {
    const auto other = As("b");
    ASSERT_TRUE(other->WaitForPublished(journal_.seq(), kLong));
  }
  journal_.Took("a");
  gated.Open();
  ASSERT_TRUE(writer.WaitForPublished(journal_.seq(), kLong));
  ExpectEachOnce();
}

// The writer withheld all of it, for it is over; so it never stands in the topic.
TEST_F(StandbyTest, AStandbyDoesNotWaitForWhatNobodyWillPublish) {
  journal_.Took("a");
  journal_.Append(ToyHistory(43, 100, 10));
  Host::Options options = OptionsOf("a");
  options.still_open = [](const Publication&) { return false; };
  const auto writer = Started(options);
  ASSERT_TRUE(writer->WaitForPublished(journal_.seq(), kLong));
  const auto standby = As("b");
  EXPECT_TRUE(standby->WaitForPublished(journal_.seq(), kLong));
  EXPECT_TRUE(Alerts().empty());
}

}  // namespace
}  // namespace throughline::projection
