#include "tests/bench/recording.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <tuple>

#include "consumers/risk/policy_file.h"
#include "consumers/risk/risk_fold.h"
#include "engine/base/calendar.h"
#include "engine/base/check.h"
#include "engine/base/uk_time.h"
#include "engine/chronology/chronology_fold.h"
#include "engine/intake/flow_table.h"
#include "engine/intake/intake_fold.h"
#include "tests/engine/projection/store_in_memory.h"
#include "throughline/v1/intake.pb.h"

namespace throughline::bench {
namespace {

constexpr Millis kBegin = 1794819600000;  // 2026-11-16T09:00:00Z, a Monday
constexpr Millis kPatience = 20 * kMinute;
constexpr std::size_t kAtOnce = 1000;

std::string Deployed(const std::string& path) {
  return fmt::format("{}/deploy/{}", THROUGHLINE_SOURCE_DIR, path);
}

// Keeps what was committed, in memory.
class CapturingStore final : public projection::StoreInMemory {
 public:
  std::vector<Changes> commits;

  Result<void> Commit(const projection::Overlay& changes) override {
    commits.emplace_back();
    for (const auto& [key, value] : changes.changes())
      commits.back().emplace_back(key.text(), value);
    return StoreInMemory::Commit(changes);
  }
};

// An empty contact of the operator: the caller adds the detail.
v1::Contact OperatorContact(const std::string& what, Millis now) {
  v1::Contact contact;
  contact.set_contact_id(what);
  *contact.mutable_occurred() = MinuteOf(now);
  *contact.mutable_recorded() = MinuteOf(now);
  contact.mutable_author()->set_role("data_steward");
  contact.mutable_author()->set_team("operator");
  contact.mutable_source()->set_system("throughline");
  contact.mutable_source()->set_record_ref(what);
  return contact;
}

std::vector<risk::PolicyFile> StarterRules() {
  std::vector<risk::PolicyFile> files;
  for (const auto& entry : std::filesystem::directory_iterator(Deployed("policy/starter"))) {
    if (entry.path().extension() != ".yaml") continue;
    files.push_back({entry.path().filename(), ReadFile(entry.path())});
  }
  return files;
}

Result<std::string> CompilePolicy(std::string_view bundle) {
  TL_ASSIGN(const v1::Policy policy, risk::ReadPolicy(risk::UnbundlePolicy(bundle)));
  return policy.SerializeAsString();
}

// Why intake would not take what the benches published.
Error FirstFault(log::EventLog& log) {
  auto reader = Must(log.Read(log::kDeadLetters, Must(log.Start(log::kDeadLetters))));
  v1::DeadLetter letter;
  const auto records = Must(reader->Poll(1, 0));
  CHECK(!records.empty() && letter.ParseFromString(records.front().message.value));
  CHECK(letter.faults_size() > 0);
  return {Code::kInvalid, fmt::format("{}: {}: {}", letter.topic(), letter.faults(0).field(),
                                      letter.faults(0).text())};
}

v1::Contact CalendarOrder(Millis now) {
  const std::string content = ReadFile(Deployed("calendars/england.yaml"));
  const Calendar calendar = Must(Calendar::Parse(content, "england.yaml"));
  v1::Contact order = OperatorContact("calendar", now);
  order.mutable_calendar_activated()->set_calendar("england");
  order.mutable_calendar_activated()->set_version(calendar.version());
  order.mutable_calendar_activated()->set_content(content);
  order.mutable_calendar_activated()->set_state("active");
  return order;
}

v1::Contact PolicyOrder(Millis now) {
  auto files = StarterRules();
  const v1::Policy policy = Must(risk::ReadPolicy(files));
  v1::Contact order = OperatorContact("policy", now);
  order.mutable_policy_activated()->set_policy(policy.id());
  order.mutable_policy_activated()->set_version(policy.version());
  order.mutable_policy_activated()->set_content(risk::BundlePolicy(std::move(files)));
  order.mutable_policy_activated()->set_state("active");
  return order;
}

}  // namespace

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  CHECK(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

void Stop(const Error& error) {
  fmt::print(stderr, "bench: {}\n", error.text);
  std::exit(1);
}

Scratch::Scratch()
    : path_((std::filesystem::temp_directory_path() / "throughline-bench-XXXXXX").string()) {
  CHECK(::mkdtemp(path_.data()) != nullptr);
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void Begin(log::EventLog& log, const Clock& clock, const std::vector<std::string>& agencies,
           Millis tick_interval) {
  intake::Opening opening;
  opening.partnership = "Benchshire";
  opening.tick_interval = tick_interval;
  opening.flow = intake::DefaultFlow();
  Must(intake::Init(log, clock, opening));
  std::vector<log::Message> orders;
  const auto add = [&](const v1::Contact& order) {
    orders.push_back(
        {.key = order.contact_id(), .value = order.SerializeAsString(), .headers = {}});
  };
  for (const std::string& agency : agencies) {
    v1::Contact order = OperatorContact("feed-" + agency, clock.Now());
    order.mutable_feed_activated()->set_agency(agency);
    order.mutable_feed_activated()->set_topic(log::FeedTopic(agency));
    order.mutable_feed_activated()->set_state("active");
    add(order);
    Must(log.Create(log::FeedTopic(agency)));
  }
  add(CalendarOrder(clock.Now()));
  add(PolicyOrder(clock.Now()));
  Must(log.Append(log::FeedTopic("operator"), orders));
}

intake::Settings IntakeSettings(const std::string& state_directory) {
  intake::Settings settings;
  settings.state_directory = state_directory;
  settings.compile_policy = CompilePolicy;
  return settings;
}

void Settle(intake::Intake& intake, log::EventLog& log) {
  for (;;) {
    const intake::StepReport report = Must(intake.Step());
    if (report.stalled) Stop(*report.stalled);
    if (report.held) Stop({Code::kInvalid, *report.held});
    if (report.refused + report.conflicts > 0) Stop(FirstFault(log));
    if (!report.worked()) return;
  }
}

bool Recording::Options::operator<(const Options& other) const {
  return std::tie(contacts, per_child, window, an_hour) <
         std::tie(other.contacts, other.per_child, other.window, other.an_hour);
}

Recording& Recording::Of(const Options& options) {
  static std::map<Options, std::unique_ptr<Recording>> made;
  auto& recording = made[options];
  if (recording == nullptr) recording.reset(new Recording(options));
  return *recording;
}

std::uint64_t ChildOf(const Recording::Options& options, std::uint64_t n, Dice& dice) {
  const std::uint64_t children = std::max<std::uint64_t>(1, options.contacts / options.per_child);
  const std::uint64_t window = std::min(options.window, children);
  const std::uint64_t first =
      (children - window) * n / std::max<std::uint64_t>(1, options.contacts);
  return first + dice.Below(window);
}

Recording::Recording(const Options& options) : options_(options), clock_(kBegin), log_(clock_) {
  Contacts contacts;
  Begin(log_, clock_, contacts.Agencies(), kHour);
  auto intake = Must(intake::Intake::Open(log_, clock_, IntakeSettings({})));
  Settle(*intake, log_);
  clock_.Set(clock_.Now() + kHour);
  Settle(*intake, log_);
  Dice dice(11);
  std::map<std::string, std::vector<log::Message>> feeds;
  for (std::uint64_t n = 0; n < options.contacts; ++n) {
    auto one = contacts.Make(n, ChildOf(options, n, dice), clock_.Now());
    feeds[one.agency].push_back(std::move(one.message));
    if ((n + 1) % options.an_hour != 0 && n + 1 != options.contacts) continue;
    for (auto& [agency, messages] : feeds) {
      Must(log_.Append(log::FeedTopic(agency), messages));
      messages.clear();
    }
    Settle(*intake, log_);
    clock_.Set(clock_.Now() + kHour);
    Settle(*intake, log_);
    for (const auto& [agency, messages] : feeds) {
      Must(log_.Trim(log::FeedTopic(agency), Must(log_.End(log::FeedTopic(agency)))));
    }
  }
  const auto status = intake->GetStatus();
  CHECK(status.placed == options.contacts && status.seq > 0);
  records_ = status.seq;
  auto reader = Must(log_.Read(kJournal, 0));
  for (auto some = Must(reader->Poll(kAtOnce, 0)); !some.empty();
       some = Must(reader->Poll(kAtOnce, 0))) {
    for (const log::Record& record : some) bytes_ += record.message.value.size();
  }
}

projection::Host::Folds Chronology() {
  projection::Host::Folds folds;
  folds.push_back(std::make_unique<chronology::ChronologyFold>());
  return folds;
}

projection::Host::Folds ChronologyAndRules() {
  auto folds = Chronology();
  folds.push_back(std::make_unique<risk::RiskFold>());
  return folds;
}

projection::Host::Folds IntakeState() {
  projection::Host::Folds folds;
  folds.push_back(std::make_unique<intake::IntakeFold>());
  return folds;
}

std::vector<Changes> CaptureCommits(Recording& recording, const MakeFolds& make,
                                    std::size_t batch_records) {
  CapturingStore store;
  const auto folds = make();
  std::vector<projection::Fold*> plain;
  for (const auto& fold : folds) plain.push_back(fold.get());
  projection::Shard shard(nullptr, &store, {}, plain);
  auto reader =
      Must(log::JournalReader::Open(recording.log(), kJournal, {}, recording.clock(), {}));
  for (auto some = Must(reader->Poll(batch_records, 0)); !some.empty();
       some = Must(reader->Poll(batch_records, 0))) {
    for (const log::Accepted& record : some) Must(shard.Apply(record));
    Must(shard.Commit());
  }
  CHECK(Must(shard.Position()).refused == 0);
  return std::move(store.commits);
}

HostRun RunHost(Recording& recording, const MakeFolds& make, bool live) {
  const Scratch scratch;
  projection::Host::Options options;
  options.directory = scratch.path();
  options.name = "main";
  options.topic = kJournal;
  options.shards = 2;
  if (live) options.memory_bytes = 1;
  projection::Host host(recording.log(), recording.clock(), options, make);
  const Watch watch;
  Must(host.Start());
  CHECK(host.WaitUntilLive(kPatience) && host.WaitForSeq(recording.records(), kPatience));
  HostRun run;
  run.took = watch.Stop();
  for (const auto& shard : host.Status().shards) {
    CHECK(shard.position.refused == 0);
    run.publications += shard.outbox;
  }
  return run;
}

double ResidentMemory() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

namespace {

double Of(clockid_t clock) {
  timespec now{};
  CHECK(::clock_gettime(clock, &now) == 0);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

double ThreadSeconds() { return Of(CLOCK_THREAD_CPUTIME_ID); }

Took& Took::operator+=(const Took& other) {
  seconds += other.seconds;
  processor += other.processor;
  thread += other.thread;
  return *this;
}

Watch::Watch() : began_{Seconds(), Of(CLOCK_PROCESS_CPUTIME_ID), ThreadSeconds()} {}

Took Watch::Stop() const {
  return {Seconds() - began_.seconds, Of(CLOCK_PROCESS_CPUTIME_ID) - began_.processor,
          ThreadSeconds() - began_.thread};
}

double Percentile(std::vector<double> samples, double share) {
  CHECK(!samples.empty());
  const auto at =
      static_cast<std::ptrdiff_t>(share * static_cast<double>(samples.size() - 1) + 0.5);
  std::nth_element(samples.begin(), samples.begin() + at, samples.end());
  return samples[static_cast<std::size_t>(at)];
}

}  // namespace throughline::bench
