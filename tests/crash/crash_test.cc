#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <filesystem>
#include <random>
#include <set>

#include "consumers/throughline/data_directory.h"
#include "engine/intake/dead_letters.h"
#include "engine/log/journal.h"
#include "engine/log/local/local_log.h"
#include "tests/crash/engine_process.h"
#include "tests/crash/traffic.h"

// The engine is killed, at random and at every named point, while contacts are published to it. The
// harness knows what was acknowledged. More: THROUGHLINE_KILLS=5000 THROUGHLINE_SEED=7 test_crash.
namespace throughline::crash {
namespace {

constexpr Millis kPatience = 60 * kSecond;
constexpr Millis kEndsWithin = 60 * kSecond;

class CrashTest : public ::testing::Test {
 protected:
  CrashTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "throughline-crash-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    directory_ = root_ + "/data";
    seed_ = FromEnvironment("THROUGHLINE_SEED", 1);
    random_.seed(seed_);
    RecordProperty("seed", std::to_string(seed_));
    const std::string source = THROUGHLINE_SOURCE_DIR;
    EXPECT_EQ(RunCommand(directory_, {"init", "--partnership", "Crash", "--tick-seconds", "1"}), 0);
    for (const char* agency : {"police", "school"}) {
      EXPECT_EQ(RunCommand(directory_, {"feed", "activate", "--agency", agency}), 0);
    }
    EXPECT_EQ(
        RunCommand(directory_, {"calendar", "activate", source + "/deploy/calendars/england.yaml"}),
        0);
    EXPECT_EQ(RunCommand(directory_, {"policy", "activate", source + "/deploy/policy/starter"}), 0);
  }
  ~CrashTest() override {
    if (!HasFailure()) std::filesystem::remove_all(root_);
  }

  // Publishes until the process goes or `most` are acknowledged. What was sent and not acknowledged
  // is sent again next time.
  void PublishUntilItEnds(cli::SocketClient& client, std::uint64_t most) {
    for (std::uint64_t i = 0; i < most; ++i) {
      const Traffic::Contact& contact = traffic_.Next();
      v1::Request request;
      request.mutable_append()->set_topic(log::FeedTopic(contact.agency));
      request.mutable_append()->add_messages()->set_value(contact.bytes);
      auto response = client.Ask(request, {});
      if (!response || response->has_error()) return;
      traffic_.Acknowledged();
    }
  }

  // Lets an undisturbed process bring everything to its end.
  void Settle() {
    EngineProcess engine(directory_, "");
    auto client = engine.Connect();
    ASSERT_NE(client, nullptr) << "it does not start: see " << directory_ << ".output";
    PublishUntilItEnds(*client, 1);
    Millis now = SystemClock().Now();
    v1::Request inspect;
    inspect.mutable_inspect();
    while (true) {
      auto response = client->Ask(inspect, {});
      ASSERT_TRUE(response) << response.error().text;
      const auto& answer = response->inspect();
      bool done = answer.last_tick_ms() > now;
      for (const auto& feed : answer.intake().feeds()) done = done && feed.position() == feed.end();
      for (const auto& shard : answer.shards())
        done = done && shard.state() == "live" && shard.outbox() == 0;
      if (done) break;
      ASSERT_LT(SystemClock().Now(), now + kPatience) << answer.ShortDebugString();
      ::poll(nullptr, 0, 10);
    }
    v1::Request rebuild;
    rebuild.mutable_rebuild();
    auto response = client->Ask(rebuild, {});
    ASSERT_TRUE(response) << response.error().text;
    ASSERT_TRUE(response->has_rebuild()) << response->ShortDebugString();
    // What the disturbed life left is what one undisturbed fold of the same journal gives.
    // Time passes meanwhile, so the two are taken at different ticks; an offline digest of both is
    // compared below.
    EXPECT_EQ(response->rebuild().published_late(), 0U);
    EXPECT_EQ(response->rebuild().differences(), 0U);
    client.reset();
    engine.Kill(SIGTERM);
    EXPECT_EQ(engine.exit_status(), 0);
  }

  Held ReadLog() {
    Held held;
    auto log = log::LocalLog::OpenForReading(cli::DataDirectory{directory_}.Log());
    EXPECT_TRUE(log) << log.error().text;
    SystemClock clock;
    auto reader = log::JournalReader::Open(**log, cli::kJournal, {}, clock, {});
    EXPECT_TRUE(reader) << reader.error().text;
    for (auto batch = (*reader)->Poll(1000, 0); batch && !batch->empty();
         batch = (*reader)->Poll(1000, 0)) {
      for (const auto& record : *batch) {
        Count(record, held);
        if (!record.decision.has_refused()) continue;
        const auto& refused = record.decision.refused();
        auto letter = intake::ShowDeadLetter(**log, refused.dead_letter());
        EXPECT_TRUE(letter && letter->letter.contact_id() == refused.contact_id())
            << refused.contact_id();
      }
    }
    EXPECT_EQ((*reader)->dropped(), 0U);
    CountAlerts(**log, held);
    return held;
  }

  // The digest of what lies on disk, with nobody running.
  std::string DigestAtRest(const std::string& directory) {
    auto session = cli::Session::Open(directory);
    EXPECT_TRUE(session) << session.error().text;
    v1::Request request;
    request.mutable_inspect()->set_digests(true);
    auto response = (*session)->Ask(request);
    EXPECT_TRUE(response) << response.error().text;
    std::string digest;
    for (const auto& shard : response->inspect().shards())
      digest += std::to_string(shard.seq()) + ":" + shard.digest();
    return digest;
  }

  void ExpectRecordWhole() {
    Held held = ReadLog();
    ExpectNothingLostOrDoubled(traffic_, held, "seed " + std::to_string(seed_));
    for (const auto& [id, times] : held.alerts)
      EXPECT_EQ(times, 1) << "alert " << id << ", seed " << seed_;
    EXPECT_GT(held.alerts.size(), 0U);
  }

  // The stores as they lie against stores that one process folded from the same journal without a
  // stop.
  void ExpectTheDigestOfAnUndisturbedRun() {
    std::string lived = DigestAtRest(directory_);
    ASSERT_FALSE(lived.empty());
    std::filesystem::remove_all(cli::DataDirectory{directory_}.Projections());
    std::filesystem::remove_all(cli::DataDirectory{directory_}.Intake());
    {
      // `rebuild` with nobody running folds the journal as it is and takes nothing new.
      ASSERT_EQ(RunCommand(directory_, {"rebuild"}), 0);
    }
    EXPECT_EQ(DigestAtRest(directory_), lived) << "seed " << seed_;
  }

  std::string root_, directory_;
  std::uint64_t seed_ = 1;
  std::mt19937_64 random_;
  Traffic traffic_;
};

TEST_F(CrashTest, KilledAtRandomItLosesAndDoublesNothing) {
  const std::uint64_t kills = FromEnvironment("THROUGHLINE_KILLS", 100);
  for (std::uint64_t kill = 0; kill < kills; ++kill) {
    EngineProcess engine(directory_, "");
    if (random_() % 8 == 0) {
      // While it starts.
      ::poll(nullptr, 0, static_cast<int>(random_() % 60));
      engine.Kill(SIGKILL);
      continue;
    }
    auto client = engine.Connect();
    ASSERT_NE(client, nullptr) << "it does not start: see " << directory_ << ".output";
    PublishUntilItEnds(*client, 1 + random_() % 12);
    ::poll(nullptr, 0, static_cast<int>(random_() % 40));
    engine.Kill(SIGKILL);
  }
  Settle();
  ExpectRecordWhole();
  ExpectTheDigestOfAnUndisturbedRun();
}

// NAME:COUNT of every point. An instance takes over once in a directory's life: that comes first.
std::vector<std::string> EveryPassage(const std::set<std::string>& names) {
  std::vector<std::string> passages{"before-took:1", "after-took:1"};
  for (const auto& name : names) {
    if (name.ends_with("-took")) continue;
    for (const char* count : {":1", ":2", ":3"}) passages.push_back(name + count);
  }
  return passages;
}

TEST_F(CrashTest, KilledAtEveryNamedPointItLosesAndDoublesNothing) {
  constexpr int kMostRebuilds = 4;
  std::set<std::string> names = CrashPointsInTheSources();
  ASSERT_GE(names.size(), 16U);
  v1::Request rebuild;
  rebuild.mutable_rebuild();
  int delay = 0;
  for (const auto& passage : EveryPassage(names)) {
    EngineProcess engine(directory_, passage, {"up", "--set", kSmallParts});
    auto client = engine.Connect();
    for (int i = 0; client != nullptr && i < kMostRebuilds && !engine.Ended(); ++i) {
      PublishUntilItEnds(*client, 12);
      // Another delay is judged by at once: every child is evaluated, in parts.
      RunCommand(directory_, {"feed", "activate", "--agency", "police", "--delay",
                              std::to_string(++delay) + "m"});
      client->Ask(rebuild, {}).has_value();
    }
    EXPECT_TRUE(engine.EndsWithin(kEndsWithin)) << passage << " was not reached";
    engine.Kill(SIGKILL);
  }
  Settle();
  ExpectRecordWhole();
  ExpectTheDigestOfAnUndisturbedRun();
}

}  // namespace
}  // namespace throughline::crash
