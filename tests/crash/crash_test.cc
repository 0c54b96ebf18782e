#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <regex>
#include <set>

#include "consumers/throughline/data_directory.h"
#include "engine/base/uk_time.h"
#include "engine/base/yaml.h"
#include "engine/contact/compact.h"
#include "engine/intake/dead_letters.h"
#include "engine/log/journal.h"
#include "engine/log/local/local_log.h"
#include "tests/crash/engine_process.h"
#include "tests/tidy/sources.h"

// The engine is killed, at random and at every named point, while contacts are published to it. The
// harness knows what was acknowledged. More: THROUGHLINE_KILLS=5000 THROUGHLINE_SEED=7 test_crash.
namespace throughline::crash {
namespace {

constexpr Millis kPatience = 60 * kSecond;
constexpr Millis kEndsWithin = 5 * kSecond;

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What a directory's log holds, read without anybody running.
struct Held {
  std::map<std::string, int> placed;  // "agency contact_id" -> how often
  std::map<std::string, int> on;      // -> on how many chronologies
  std::map<std::string, int> refused;
  std::map<std::string, int> alerts;  // header id -> how often
  std::uint64_t records = 0;
};

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

  // Every so often one that is refused, for it is about nobody; and one about two children.
  static bool IsRefused(std::uint64_t n) { return n % 7 == 5; }
  static bool IsOfTwo(std::uint64_t n) { return n % 7 == 3; }
  static std::string Subject(std::string_view label, const std::string& upn) {
    return "{label: " + std::string(label) +
           ", person_kind: child, roles: [subject_child], references: [{scheme: upn, value: " +
           upn + "}], demographics: {names: [Child], date_of_birth: 2019-03}}";
  }

  // The nth contact: call-outs to some forty children, so that alerts come.
  std::pair<std::string, std::string> Contact(std::uint64_t n) {
    std::string agency = n % 3 == 0 ? "school" : "police";
    std::string kind = n % 3 == 0 ? "concern_noted" : "domestic_abuse_callout";
    std::string at = FormatMinute(SystemClock().Now() - static_cast<Millis>(n % 40 + 2) * kHour);
    at[10] = 'T';
    std::string text = "{contact_id: X" + std::to_string(n) + ", kind: " + kind + ", occurred: \"" +
                       at + "\", recorded: \"" + at +
                       "\", author: {role: police_officer, team: t}, source: {system: s}, "
                       "subjects: [" +
                       (IsRefused(n) ? "" : Subject("a", Upn(n % 40))) +
                       (IsOfTwo(n) ? ", " + Subject("b", Upn((n + 1) % 40)) : "") + "]}";
    auto tree = yaml::Parse(text, "crash");
    EXPECT_TRUE(tree) << tree.error().text;
    auto compact = contact::FromCompact(*tree, "crash");
    EXPECT_TRUE(compact.faults.empty()) << compact.faults.front().Text();
    return {agency, compact.contact.SerializeAsString()};
  }
  static std::string Upn(std::uint64_t n) {
    std::string digits = "8012000050" + std::to_string(10 + n);
    int sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i)
      sum += static_cast<int>(i + 2) * (digits[i] - '0');
    return "ABCDEFGHJKLMNPQRTUVWXYZ"[sum % 23] + digits;
  }

  // Publishes until the process goes or `most` are acknowledged. What was sent and not acknowledged
  // is sent again next time.
  void PublishUntilItEnds(cli::SocketClient& client, std::uint64_t most) {
    for (std::uint64_t i = 0; i < most; ++i) {
      if (!waiting_) waiting_ = Contact(sent_);
      const auto& [agency, bytes] = *waiting_;
      v1::Request request;
      request.mutable_append()->set_topic(log::FeedTopic(agency));
      request.mutable_append()->add_messages()->set_value(bytes);
      auto response = client.Ask(request, {});
      if (!response || response->has_error()) return;
      const std::string name = agency + " X" + std::to_string(sent_);
      (IsRefused(sent_) ? refused_ : acknowledged_).insert(name);
      if (IsOfTwo(sent_)) of_two_.insert(name);
      ++sent_;
      waiting_.reset();
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
    std::set<std::pair<std::string, std::int64_t>> taken;
    for (auto batch = (*reader)->Poll(1000, 0); batch && !batch->empty();
         batch = (*reader)->Poll(1000, 0)) {
      for (const auto& record : *batch) {
        ++held.records;
        const auto& from = record.envelope;
        EXPECT_TRUE(from.feed().empty() || taken.emplace(from.feed(), from.feed_offset()).second)
            << "record " << from.feed_offset() << " of " << from.feed() << " was taken twice";
        const auto& placed = record.decision.placed();
        const auto& refused = record.decision.refused();
        if (record.decision.has_placed()) {
          ++held.placed[placed.agency() + " " + placed.contact_id()];
          held.on[placed.agency() + " " + placed.contact_id()] = placed.to_size();
        } else if (record.decision.has_refused()) {
          ++held.refused[refused.agency() + " " + refused.contact_id()];
          auto letter = intake::ShowDeadLetter(**log, refused.dead_letter());
          EXPECT_TRUE(letter && letter->letter.contact_id() == refused.contact_id())
              << refused.contact_id();
        }
      }
    }
    EXPECT_EQ((*reader)->dropped(), 0U);
    auto alerts = (*log)->Read(log::kAlerts, 0);
    EXPECT_TRUE(alerts) << alerts.error().text;
    for (auto batch = (*alerts)->Poll(1000, 0); batch && !batch->empty();
         batch = (*alerts)->Poll(1000, 0)) {
      for (const auto& record : *batch) {
        const std::string* id = record.message.Find("id");
        EXPECT_NE(id, nullptr);
        if (id != nullptr) ++held.alerts[*id];
      }
    }
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

  void ExpectNothingLostOrDoubled() {
    Held held = ReadLog();
    for (const auto& contact : acknowledged_) {
      EXPECT_EQ(held.placed[contact], 1) << contact << ", seed " << seed_;
      EXPECT_EQ(held.on[contact], of_two_.contains(contact) ? 2 : 1)
          << contact << " is half placed, seed " << seed_;
    }
    // One that was sent again, because its acknowledgement was cut off, is refused again.
    for (const auto& contact : refused_)
      EXPECT_GE(held.refused[contact], 1) << contact << ", seed " << seed_;
    EXPECT_GT(held.refused.size(), 0U);
    for (const auto& [contact, times] : held.placed)
      EXPECT_EQ(times, 1) << contact << ", seed " << seed_;
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
  std::uint64_t sent_ = 0;
  std::optional<std::pair<std::string, std::string>> waiting_;  // sent, not acknowledged
  // Of what was acknowledged, what intake takes, what it refuses, and what names two children.
  std::set<std::string> acknowledged_, refused_, of_two_;
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
  ExpectNothingLostOrDoubled();
  ExpectTheDigestOfAnUndisturbedRun();
}

std::set<std::string> CrashPointsInTheSources() {
  std::set<std::string> names;
  const std::regex point("CrashPoint\\(\"([a-z-]+)\"\\)");
  for (const auto& source : tidy::Files({"engine", "consumers"}, {".cc"})) {
    for (const auto& line : source.lines) {
      std::smatch found;
      if (std::regex_search(line, found, point)) names.insert(found[1]);
    }
  }
  return names;
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
    EngineProcess engine(directory_, passage);
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
  ExpectNothingLostOrDoubled();
  ExpectTheDigestOfAnUndisturbedRun();
}

}  // namespace
}  // namespace throughline::crash
