#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/engine/projection/publisher_fixture.h"

namespace throughline::projection {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsSubsetOf;
using testing::UnorderedElementsAreArray;

TEST_F(PublisherTest, PublishesEachOnceWithItsIdAndEmptiesTheOutbox) {
  const auto host = Started(2);
  journal_.Append(ToyHistory(20, 300, 10));
  ASSERT_TRUE(host->WaitForSeq(300, kLong));
  ASSERT_TRUE(host->WaitForPublished(300, kLong));
  EXPECT_GT(Alerts().size(), 20U);
  EXPECT_THAT(Alerts(), UnorderedElementsAreArray(Expected()));
  EXPECT_TRUE(Eventually([&] { return Emptied(*host); }));
  const PublisherStatus status = host->Status().publisher;
  EXPECT_EQ(status.published, Alerts().size());
  EXPECT_EQ(status.late + status.repeats + status.withheld, 0U);
  EXPECT_EQ(status.trouble, "");
}

TEST_F(PublisherTest, PublishesInTheOrderOfTheJournal) {
  const auto host = Started(1);
  journal_.Append(ToyHistory(21, 300, 10));
  ASSERT_TRUE(host->WaitForPublished(300, kLong));
  EXPECT_THAT(Alerts(), ElementsAreArray(Expected()));
}

TEST_F(PublisherTest, ARestartPublishesNothingAgain) {
  journal_.Append(ToyHistory(22, 300, 10));
  Drained(OptionsFor(scratch_.path(), 2)).reset();
  const std::vector<std::string> before = Alerts();
  const auto host = Drained(OptionsFor(scratch_.path(), 2));
  EXPECT_EQ(Alerts(), before);
  EXPECT_EQ(host->Status().publisher.published, 0U);
}

// The append landed, whole or in part, but nobody was told: as when the process ends between
// publishing and erasing.
TEST_F(PublisherTest, WhatLandedUnacknowledgedIsNotPublishedAgain) {
  for (const std::size_t kept : {std::size_t{0}, std::size_t{3}, std::size_t{100000}}) {
    const std::string directory = scratch_.path() + "/" + std::to_string(kept);
    log::MemoryLog memory(clock_);
    GoesAway log(memory, kept);
    ToyJournal journal(log);
    journal.Append(ToyHistory(23, 300, 10));
    Host first(log, clock_, OptionsFor(directory, 2), ToyFolds);
    ASSERT_TRUE(first.Start().has_value());
    ASSERT_TRUE(first.WaitForSeq(300, kLong));
    ASSERT_TRUE(Eventually([&] { return !first.Status().publisher.trouble.empty(); }));
    const std::size_t landed = IdsIn(memory, kToyAlerts).size();
    if (kept == 0) {
      EXPECT_EQ(landed, 0U);
    } else if (kept == 3) {
      EXPECT_EQ(landed, 3U);
      // The same process goes on by itself.
      log.ComeBack();
      ASSERT_TRUE(first.WaitForPublished(300, kLong));
      EXPECT_TRUE(Eventually([&] { return first.Status().publisher.trouble.empty(); }));
    }
    first.Stop();
    log.ComeBack();
    Host second(log, clock_, OptionsFor(directory + "/copy", 2), ToyFolds);
    CopyTree(directory + "/toy", directory + "/copy/toy");
    ASSERT_TRUE(second.Start().has_value());
    ASSERT_TRUE(second.WaitForPublished(300, kLong));
    const auto ids = IdsIn(memory, kToyAlerts);
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size()) << kept;
    EXPECT_GE(ids.size(), 20U);
  }
}

// As with brokers: an append that was not acknowledged in time is written yet, before whatever is
// given later.
class LandsLate : public log::ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<log::Message>& messages) override {
    if (topic == kToyAlerts && !failed_) {
      failed_ = true;
      on_its_way_ = messages;
      return Fail(Code::kUnavailable, "not acknowledged in time");
    }
    if (topic == kToyAlerts) {
      TL_TRY(ForwardingLog::Append(topic, std::exchange(on_its_way_, {})));
    }
    return ForwardingLog::Append(topic, messages);
  }

 private:
  // Of the publisher's thread.
  bool failed_ = false;
  std::vector<log::Message> on_its_way_;
};

TEST_F(PublisherTest, WhatLandsAfterItWasGivenUpIsNotPublishedAgain) {
  LandsLate log(log_);
  Host host(log, clock_, OptionsFor(scratch_.path(), 2), ToyFolds);
  ASSERT_TRUE(host.Start().has_value());
  ASSERT_TRUE(host.WaitUntilLive(kLong));
  journal_.Append(ToyHistory(40, 300, 10));
  ASSERT_TRUE(host.WaitForPublished(300, kLong));
  EXPECT_THAT(Alerts(), UnorderedElementsAreArray(Expected()));
}

TEST_F(PublisherTest, ARebuildRepeatsNothingThatIsThere) {
  journal_.Append(ToyHistory(24, 300, 10));
  const auto host = Drained(OptionsFor(scratch_.path(), 2));
  const std::vector<std::string> before = Alerts();
  ASSERT_TRUE(host->Rebuild().has_value());
  ASSERT_TRUE(host->WaitForPublished(300, kLong));
  EXPECT_EQ(Alerts(), before);
  ASSERT_TRUE(Eventually([&] { return host->Status().publisher.surplus.has_value(); }));
  const PublisherStatus status = host->Status().publisher;
  EXPECT_EQ(status.surplus, 0U);
  EXPECT_EQ(status.repeats, before.size());
  EXPECT_EQ(status.withheld, 0U);
  EXPECT_TRUE(Eventually([&] { return Emptied(*host); }));
}

TEST_F(PublisherTest, OnceAllIsPublishedItIsKnownWhatTheTopicHoldsBesides) {
  journal_.Append(ToyHistory(28, 300, 10));
  ASSERT_TRUE(log_.Append(
      kToyAlerts,
      {{.key = {}, .value = "not the folds'", .headers = {{.key = "id", .value = "stranger"}}}}));
  Host::Options options = OptionsFor(scratch_.path(), 2);
  std::atomic<bool> rebuilt{true};
  options.still_open = [&](const Publication&) {
    while (!rebuilt) std::this_thread::yield();
    return false;
  };
  const auto host = Drained(options);
  for (int i = 0; i < 20; ++i) {
    rebuilt = false;
    ASSERT_TRUE(host->Rebuild().has_value());
    rebuilt = true;
    ASSERT_TRUE(host->WaitForPublished(300, kLong));
    ASSERT_EQ(host->Status().publisher.surplus, 1U);
  }
}

TEST_F(PublisherTest, WhatARebuildFindsMissingGoesOutOnlyIfItIsStillOpen) {
  journal_.Append(ToyHistory(25, 300, 10));
  Drained(OptionsFor(scratch_.path(), 2)).reset();
  const std::vector<std::string> all = Alerts();
  const std::int64_t kept = 10;
  log_.LoseTail(kToyAlerts, kept);
  ASSERT_TRUE(log_.Append(
      kToyAlerts,
      {{.key = {}, .value = "not the folds'", .headers = {{.key = "id", .value = "stranger"}}}}));
  Host::Options options = OptionsFor(scratch_.path() + "/again", 2);
  options.still_open = [](const Publication& publication) { return publication.value == "due"; };
  const auto host = Drained(options);
  std::size_t late = 0;
  auto reader = log_.Read(kToyAlerts, kept + 1).value();
  const auto published = reader->Poll(10000, 0);
  for (const log::Record& record : *published) {
    EXPECT_EQ(record.message.value, "due");
    ASSERT_NE(record.message.Find("late"), nullptr);
    EXPECT_EQ(*record.message.Find("late"), "1");
    ++late;
  }
  ASSERT_GT(late, 0U);
  ASSERT_TRUE(Eventually([&] { return host->Status().publisher.surplus.has_value(); }));
  const PublisherStatus status = host->Status().publisher;
  EXPECT_EQ(status.late, late);
  EXPECT_EQ(status.published, late);
  EXPECT_EQ(status.repeats, static_cast<std::uint64_t>(kept));
  EXPECT_EQ(status.withheld, all.size() - late - static_cast<std::size_t>(kept));
  EXPECT_EQ(status.surplus, 1U);

  // From here on it is live again: what comes goes out unasked and unmarked.
  journal_.Place({Person(1)}, "announce");
  ASSERT_TRUE(host->WaitForPublished(301, kLong));
  const std::int64_t end = log_.End(kToyAlerts).value();
  const auto last = log_.Read(kToyAlerts, end - 1).value()->Poll(1, 0);
  EXPECT_EQ(last->front().message.value, "announced");
  EXPECT_EQ(last->front().message.Find("late"), nullptr);
}

TEST_F(PublisherTest, WithoutAnAnswerNothingMissedGoesOut) {
  journal_.Append(ToyHistory(26, 300, 10));
  Host::Options options = OptionsFor(scratch_.path(), 2);
  options.still_open = nullptr;
  const auto host = Drained(options);
  EXPECT_TRUE(Alerts().empty());
  EXPECT_EQ(host->Status().publisher.withheld, Expected().size());
}

TEST_F(PublisherTest, MayAskTheHostItselfWhetherSomethingIsStillOpen) {
  journal_.Append(ToyHistory(27, 300, 10));
  Host::Options options = OptionsFor(scratch_.path(), 2);
  Host* asked = nullptr;
  std::set<Seq> at;
  options.still_open = [&](const Publication&) {
    at.insert(asked->Open().value()->seq());
    return true;
  };
  Host host(log_, clock_, options, ToyFolds);
  asked = &host;
  ASSERT_TRUE(host.Start().has_value());
  ASSERT_TRUE(host.WaitForPublished(300, kLong));
  EXPECT_EQ(at, (std::set<Seq>{300}));
}

// As brokers on which the topic of alerts can be deleted.
class Deletable : public AlertsMayFail {
 public:
  explicit Deletable(log::MemoryLog& log) : AlertsMayFail(log), log_(log) {}
  void Delete() {
    log_.LoseTail(kToyAlerts, 0);
    gone_ = true;
  }
  void Refuse(bool refuses) { refuses_ = refuses; }

  Result<void> Create(std::string_view topic) override {
    if (refuses_) return Fail(Code::kUnavailable, "no right to make {}", topic);
    gone_ = false;
    return AlertsMayFail::Create(topic);
  }

 private:
  Result<void> Reach() const override {
    if (!gone_) return {};
    return Fail(Code::kNotFound, "no topic {}", kToyAlerts);
  }

  log::MemoryLog& log_;
  std::atomic<bool> gone_{false};
  std::atomic<bool> refuses_{false};
};

// What the host tells of its publishing.
class Notes {
 public:
  std::function<void(std::string_view)> Taker() {
    return [this](std::string_view text) {
      const std::scoped_lock lock(mutex_);
      notes_.emplace_back(text);
    };
  }
  std::vector<std::string> Told() const {
    const std::scoped_lock lock(mutex_);
    return notes_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> notes_;
};

// It may be days till there is an alert to publish.
TEST_F(PublisherTest, ThatATopicWasDeletedIsSaidAtTheNextTick) {
  Deletable log(log_);
  Notes notes;
  Host::Options options = OptionsFor(scratch_.path(), 2);
  options.note = notes.Taker();
  Host host(log, clock_, options, ToyFolds);
  ASSERT_TRUE(host.Start().has_value());
  journal_.Tick(kMinute);
  ASSERT_TRUE(host.WaitForPublished(journal_.seq(), kLong));
  log.Delete();
  journal_.Tick(2 * kMinute);
  ASSERT_TRUE(Eventually([&] { return !notes.Told().empty(); }));
  EXPECT_THAT(notes.Told(), testing::ElementsAre(HasSubstr("made anew: no topic")));
}

TEST_F(PublisherTest, ATopicThatWasDeletedIsMadeAnewAndThatIsSaid) {
  Deletable log(log_);
  Notes notes;
  Host::Options options = OptionsFor(scratch_.path(), 2);
  options.note = notes.Taker();
  journal_.Append(ToyHistory(26, 300, 10));
  Host host(log, clock_, options, ToyFolds);
  ASSERT_TRUE(host.Start().has_value());
  ASSERT_TRUE(host.WaitForPublished(300, kLong));
  const std::size_t before = Alerts().size();
  EXPECT_TRUE(notes.Told().empty());

  log.Refuse(true);
  log.Delete();
  journal_.Append(ToyHistory(27, 300, 10));
  // It is told first, and then stands in the status.
  ASSERT_TRUE(Eventually([&] { return !host.Status().publisher.trouble.empty(); }));
  ASSERT_FALSE(notes.Told().empty());
  EXPECT_THAT(notes.Told().front(), HasSubstr("nothing is published: no right to make"));

  log.Refuse(false);
  ASSERT_TRUE(host.WaitForPublished(journal_.seq(), kLong));
  const std::vector<std::string> all = Expected();
  EXPECT_EQ(Alerts().size(), all.size() - before);
  ASSERT_TRUE(Eventually([&] { return host.Status().publisher.trouble.empty(); }));
  EXPECT_THAT(notes.Told(), testing::ElementsAre(HasSubstr("nothing is published"),
                                                 HasSubstr("made anew: no topic"),
                                                 HasSubstr("publishing goes on")));

  ASSERT_TRUE(host.Rebuild().has_value());
  ASSERT_TRUE(host.WaitForPublished(journal_.seq(), kLong));
  EXPECT_THAT(Alerts(), UnorderedElementsAreArray(all));
}

}  // namespace
}  // namespace throughline::projection
