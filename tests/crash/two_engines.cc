#include "tests/crash/two_engines.h"

#include <poll.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "consumers/throughline/data_directory.h"
#include "engine/log/journal.h"

namespace throughline::crash {
namespace {

constexpr Millis kPatience = 120 * kSecond;
constexpr int kLookMillis = 5;
constexpr std::size_t kAtOnce = 1000;

std::string TopicOf(const std::string& name) {
  return log::FeedTopic(name.substr(0, name.find(' ')));
}

}  // namespace

TwoEngines::TwoEngines() {
  std::string pattern = std::filesystem::temp_directory_path() / "throughline-two-XXXXXX";
  EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
  root_ = pattern;
  seed_ = FromEnvironment("THROUGHLINE_SEED", 1);
  random_.seed(seed_);
}

TwoEngines::~TwoEngines() {
  for (Engine& engine : engines_) engine.process.reset();
  journal_.reset();
  log_.reset();
  broker_.reset();
  if (!HasFailure()) std::filesystem::remove_all(root_);
}

std::string TwoEngines::Where() const {
  return "seed " + std::to_string(seed_) + ", event " + std::to_string(event_) + " (" + doing_ +
         "), see " + root_;
}

void TwoEngines::SetUp() {
  std::string lacking;
  broker_ = kafka_test::Broker::Start(lacking);
  if (broker_ == nullptr) GTEST_SKIP() << "NOT TESTED: no Kafka broker: " << lacking;
  log::KafkaLog::Options options;
  options.brokers = broker_->address();
  options.append_timeout = 20 * kSecond;
  auto log = log::KafkaLog::Open(std::move(options));
  ASSERT_TRUE(log) << log.error().text;
  log_ = std::move(*log);
  for (std::size_t i = 0; i < engines_.size(); ++i) {
    engines_[i].directory = root_ + "/engine-" + std::to_string(i);
  }
  Prepare();
}

void TwoEngines::Prepare() {
  const std::string source = THROUGHLINE_SOURCE_DIR;
  const std::string& directory = engines_[0].directory;
  const std::vector<std::vector<std::string>> commands{
      {"--brokers", broker_->address(), "init", "--partnership", "Crash", "--tick-millis", "100"},
      {"feed", "activate", "--agency", "police"},
      {"feed", "activate", "--agency", "school"},
      {"calendar", "activate", source + "/deploy/calendars/england.yaml"},
      {"policy", "activate", source + "/deploy/policy/starter"}};
  for (const auto& command : commands) {
    ASSERT_EQ(RunCommand(directory, command), 0)
        << command.front() << ", see " << directory << ".output";
  }
  for (const char* agency : {"police", "school"}) {
    ASSERT_TRUE(log_->Create(log::FeedTopic(agency)));
  }
  auto journal = log::JournalReader::Open(*log_, cli::kJournal, {}, clock_, {});
  ASSERT_TRUE(journal) << journal.error().text;
  journal_ = std::move(*journal);
}

void TwoEngines::Start(Engine& engine, const std::string& crash) {
  engine.may_end = !crash.empty();
  engine.process = std::make_unique<EngineProcess>(
      engine.directory, crash,
      std::vector<std::string>{"--brokers", broker_->address(), "up", "--set", kSmallParts});
}

void TwoEngines::StartWhatIsDown() {
  for (Engine& engine : engines_) {
    bool ended = engine.process != nullptr && engine.process->Ended();
    if (ended && !engine.may_end) {
      ADD_FAILURE() << engine.directory << " ended by itself, status "
                    << engine.process->exit_status() << ", " << Where();
    }
    if (engine.process == nullptr || ended) Start(engine);
  }
}

void TwoEngines::KillEngine(Engine& engine) {
  if (engine.process != nullptr && engine.process->Ended() && !engine.may_end) {
    ADD_FAILURE() << engine.directory << " ended by itself, status "
                  << engine.process->exit_status() << ", " << Where();
  }
  if (engine.process != nullptr) engine.process->Kill(SIGKILL);
  engine.process.reset();
}

std::string TwoEngines::InstanceOf(const Engine& engine) {
  std::string name;
  std::ifstream(cli::DataDirectory{engine.directory}.Instance()) >> name;
  return name;
}

TwoEngines::Engine& TwoEngines::Writer() {
  ReadOn();
  return InstanceOf(engines_[1]) == held_.writer && !held_.writer.empty() ? engines_[1]
                                                                          : engines_[0];
}

TwoEngines::Engine& TwoEngines::Other(const Engine& engine) {
  return &engine == engines_.data() ? engines_[1] : engines_[0];
}

bool TwoEngines::Publish(std::uint64_t contacts) {
  for (std::uint64_t i = 0; i < contacts; ++i) {
    const Traffic::Contact& contact = traffic_.Next();
    if (!log_->Append(log::FeedTopic(contact.agency), {{"", contact.bytes, {}}})) return false;
    awaited_.insert(traffic_.Acknowledged());
  }
  return true;
}

void TwoEngines::ReadOn() {
  auto end = log_->End(cli::kJournal);
  while (end && journal_->Position() < *end) {
    auto batch = journal_->Poll(kAtOnce, kSecond);
    if (!batch) {
      ASSERT_EQ(batch.error().code, Code::kUnavailable) << batch.error().text << ", " << Where();
      return;
    }
    for (const auto& record : *batch) {
      Count(record, held_);
      const auto& placed = record.decision.placed();
      const auto& refused = record.decision.refused();
      awaited_.erase(placed.agency() + " " + placed.contact_id());
      awaited_.erase(refused.agency() + " " + refused.contact_id());
    }
  }
}

bool TwoEngines::Within(Millis patience, const std::function<bool()>& condition) {
  for (Millis until = clock_.Now() + patience; !condition();) {
    if (clock_.Now() > until || HasFatalFailure()) return false;
    ::poll(nullptr, 0, kLookMillis);
  }
  return true;
}

void TwoEngines::AwaitTaken() {
  bool taken = Within(kPatience, [&] {
    ReadOn();
    return awaited_.empty();
  });
  ASSERT_TRUE(taken) << awaited_.size() << " acknowledged contacts were not taken, the first "
                     << *awaited_.begin() << " of " << TopicOf(*awaited_.begin()) << ", "
                     << Where();
}

void TwoEngines::AwaitTook(const std::string& from) {
  bool took = Within(kPatience, [&] {
    ReadOn();
    return held_.writer != from;
  });
  ASSERT_TRUE(took) << "nobody took over from " << from << ", " << Where();
}

void TwoEngines::Rest(std::uint64_t most_millis) {
  ::poll(nullptr, 0, static_cast<int>(Random(most_millis + 1)));
}

// Nobody writes meanwhile: only the stores run.
TwoEngines::Folded TwoEngines::FoldToTheEnd(const std::string& directory, bool fresh) {
  Folded folded;
  EngineProcess engine(directory, "",
                       {"--brokers", broker_->address(), "up", "--only", "projections"});
  auto client = engine.Connect();
  EXPECT_NE(client, nullptr) << "it does not start: see " << directory << ".output, " << Where();
  if (client == nullptr) return folded;
  v1::Request inspect;
  inspect.mutable_inspect()->set_digests(true);
  inspect.mutable_inspect()->set_chain(true);
  v1::InspectAnswer answer;
  bool done = Within(kPatience, [&] {
    auto response = client->Ask(inspect, {});
    if (!response || !response->has_inspect()) return false;
    answer = response->inspect();
    bool well = answer.shards_size() > 0 && (!fresh || answer.publisher().has_surplus());
    for (const auto& shard : answer.shards()) {
      well = well && shard.state() == "live" && shard.seq() == journal_->head().seq &&
             shard.outbox() == 0;
    }
    return well;
  });
  EXPECT_TRUE(done) << "alerts are missing, or the stores do not come to the journal's end: "
                    << answer.ShortDebugString() << ", " << Where();
  for (const auto& shard : answer.shards()) folded.digest += shard.digest();
  EXPECT_EQ(answer.publisher().surplus(), 0U) << Where();
  EXPECT_EQ(answer.publisher().late() + answer.publisher().withheld(), 0U) << Where();
  EXPECT_TRUE(answer.chain().whole()) << answer.chain().fault();
  folded.records = answer.chain().records();
  folded.dropped = answer.chain().dropped();
  folded.head = answer.journal_hash();
  client.reset();
  engine.Kill(SIGTERM);
  EXPECT_EQ(engine.exit_status(), 0) << Where();
  return folded;
}

void TwoEngines::CompareWithAnUndisturbedFold() {
  doing_ += ", compared";
  AwaitTaken();
  if (HasFatalFailure()) return;
  for (Engine& engine : engines_) {
    if (engine.process == nullptr) continue;
    // One that was only just started does not heed the signal yet, but dies of it.
    EXPECT_NE(engine.process->Connect(), nullptr) << engine.directory << ", " << Where();
    engine.process->Kill(SIGTERM);
    EXPECT_EQ(engine.process->exit_status(), 0) << engine.directory << ", " << Where();
    engine.process.reset();
  }
  ReadOn();
  ExpectNothingLostOrDoubled(traffic_, held_, Where());
  // The writer's first: it publishes what is still in its outbox.
  Engine& writer = Writer();
  Folded first = FoldToTheEnd(writer.directory, false);
  Folded second = FoldToTheEnd(Other(writer).directory, false);
  Folded fresh = FoldToTheEnd(root_ + "/fresh-" + std::to_string(++compared_), true);
  EXPECT_EQ(first.digest, fresh.digest) << Where();
  EXPECT_EQ(second.digest, fresh.digest) << Where();
  for (const Folded* each : {&first, &second, &fresh}) {
    EXPECT_EQ(each->records, held_.records) << Where();
    EXPECT_EQ(each->dropped, journal_->dropped()) << Where();
    EXPECT_EQ(each->head, fresh.head) << Where();
  }
  held_.alerts.clear();
  CountAlerts(*log_, held_);
  EXPECT_GT(held_.alerts.size(), 0U) << Where();
  StartWhatIsDown();
}

}  // namespace throughline::crash
