#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "tests/engine/log/forwarding_log.h"
#include "tests/engine/projection/host_fixture.h"

namespace throughline::projection {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsSubsetOf;
using testing::UnorderedElementsAreArray;

class PublisherTest : public HostFixture {
 protected:
  // What the journal's folds publish, in order of seq, folded plainly.
  std::vector<std::string> Expected() {
    auto reader = log::JournalReader::Open(log_, std::string(kToyTopic), {}, clock_, {});
    MemoryStore store;
    const Host::Folds folds = ToyFolds();
    Shard shard(&store, nullptr, {}, Pointers(folds));
    for (bool more = true; more;) {
      const auto records = (*reader)->Poll(1000, 0);
      more = !records->empty();
      for (const log::Accepted& record : *records) EXPECT_TRUE(shard.Apply(record).has_value());
    }
    EXPECT_TRUE(shard.Commit().has_value());
    std::vector<std::string> ids;
    for (const OutboxRow& row : Outbox(store, 100000)) ids.push_back(row.publication.id);
    return ids;
  }
  std::vector<std::string> Alerts() { return IdsIn(log_, kToyAlerts); }
  static bool Emptied(const Host& host) {
    const HostStatus status = host.Status();
    for (const ShardStatus& shard : status.shards) {
      if (shard.outbox != 0) return false;
    }
    return true;
  }
  std::unique_ptr<Host> Drained(const Host::Options& options) {
    auto host = Started(options);
    EXPECT_TRUE(host->WaitForPublished(journal_.seq(), kLong));
    EXPECT_TRUE(Eventually([&] { return Emptied(*host); }));
    return host;
  }
};

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

// As brokers that go away in an append, of which the first `kept` messages land: what is asked of
// the alerts fails until they are back, however often it is tried again.
class GoesAway : public log::ForwardingLog {
 public:
  GoesAway(log::EventLog& log, std::size_t kept) : ForwardingLog(log), kept_(kept) {}
  void ComeBack() { state_ = State::kBack; }

  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<log::Message>& messages) override {
    TL_TRY(Look(topic));
    if (topic != kToyAlerts || state_ == State::kBack) {
      return ForwardingLog::Append(topic, messages);
    }
    state_ = State::kAway;
    const auto end =
        messages.begin() + static_cast<std::ptrdiff_t>(std::min(kept_, messages.size()));
    TL_TRY(ForwardingLog::Append(topic, {messages.begin(), end}));
    return Fail(Code::kUnavailable, "{} is away", topic);
  }
  Result<std::unique_ptr<log::Reader>> Read(std::string_view topic, std::int64_t from) override {
    TL_TRY(Look(topic));
    return ForwardingLog::Read(topic, from);
  }
  Result<std::int64_t> Start(std::string_view topic) override {
    TL_TRY(Look(topic));
    return ForwardingLog::Start(topic);
  }
  Result<std::int64_t> End(std::string_view topic) override {
    TL_TRY(Look(topic));
    return ForwardingLog::End(topic);
  }

 private:
  enum class State { kThere, kAway, kBack };
  Result<void> Look(std::string_view topic) const {
    if (topic != kToyAlerts || state_ != State::kAway) return {};
    return Fail(Code::kUnavailable, "{} is away", topic);
  }

  const std::size_t kept_;
  std::atomic<State> state_{State::kThere};
};

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

// As brokers on which a topic can be deleted.
class Deletable : public log::EventLog {
 public:
  explicit Deletable(log::MemoryLog& log) : log_(log) {}
  void Delete(std::string_view topic) {
    log_.LoseTail(topic, 0);
    gone_ = true;
  }
  void Refuse(bool refuses) { refuses_ = refuses; }

  Result<void> Create(std::string_view topic) override {
    if (refuses_) return Fail(Code::kUnavailable, "no right to make {}", topic);
    gone_ = false;
    return log_.Create(topic);
  }
  Result<std::vector<std::string>> Topics() override { return log_.Topics(); }
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<log::Message>& messages) override {
    TL_TRY(Look(topic));
    return log_.Append(topic, messages);
  }
  Result<std::unique_ptr<log::Reader>> Read(std::string_view topic, std::int64_t from) override {
    TL_TRY(Look(topic));
    return log_.Read(topic, from);
  }
  Result<std::int64_t> Start(std::string_view topic) override {
    TL_TRY(Look(topic));
    return log_.Start(topic);
  }
  Result<std::int64_t> End(std::string_view topic) override {
    TL_TRY(Look(topic));
    return log_.End(topic);
  }
  Result<void> Trim(std::string_view topic, std::int64_t before) override {
    return log_.Trim(topic, before);
  }

 private:
  Result<void> Look(std::string_view topic) const {
    if (topic != kToyAlerts || !gone_) return {};
    return Fail(Code::kNotFound, "no topic {}", topic);
  }

  log::MemoryLog& log_;
  std::atomic<bool> gone_{false};
  std::atomic<bool> refuses_{false};
};

TEST_F(PublisherTest, ATopicThatWasDeletedIsMadeAnewAndThatIsSaid) {
  Deletable log(log_);
  std::mutex mutex;
  std::vector<std::string> notes;
  const auto told = [&] {
    const std::scoped_lock lock(mutex);
    return notes;
  };
  Host::Options options = OptionsFor(scratch_.path(), 2);
  options.note = [&](std::string_view text) {
    const std::scoped_lock lock(mutex);
    notes.emplace_back(text);
  };
  journal_.Append(ToyHistory(26, 300, 10));
  Host host(log, clock_, options, ToyFolds);
  ASSERT_TRUE(host.Start().has_value());
  ASSERT_TRUE(host.WaitForPublished(300, kLong));
  const std::size_t before = Alerts().size();
  EXPECT_TRUE(told().empty());

  log.Refuse(true);
  log.Delete(kToyAlerts);
  journal_.Append(ToyHistory(27, 300, 10));
  // It is told first, and then stands in the status.
  ASSERT_TRUE(Eventually([&] { return !host.Status().publisher.trouble.empty(); }));
  ASSERT_FALSE(told().empty());
  EXPECT_THAT(told().front(), HasSubstr("nothing is published: no right to make"));

  log.Refuse(false);
  ASSERT_TRUE(host.WaitForPublished(journal_.seq(), kLong));
  const std::vector<std::string> all = Expected();
  EXPECT_EQ(Alerts().size(), all.size() - before);
  ASSERT_TRUE(Eventually([&] { return host.Status().publisher.trouble.empty(); }));
  EXPECT_THAT(told(), testing::ElementsAre(HasSubstr("nothing is published"),
                                           HasSubstr("made anew: no topic"),
                                           HasSubstr("publishing goes on")));

  ASSERT_TRUE(host.Rebuild().has_value());
  ASSERT_TRUE(host.WaitForPublished(journal_.seq(), kLong));
  EXPECT_THAT(Alerts(), UnorderedElementsAreArray(all));
}

}  // namespace
}  // namespace throughline::projection
