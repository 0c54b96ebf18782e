#include <benchmark/benchmark.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>

#include "engine/base/check.h"
#include "engine/log/local/local_log.h"
#include "tests/bench/benches.h"
#include "tests/bench/recording.h"
#include "throughline/v1/alert.pb.h"

// From publishing a contact to reading the alert that it raises, with everything in one process as
// in `throughline up`: the embedded log with its syncs, intake, chronology and the starter rules,
// the outbox. Contacts come at a steady rate, each appended by itself; one in ten is the second
// domestic abuse call-out on its child, which raises DA-02 at once.
namespace throughline::bench {
namespace {

constexpr int kPublishers = 4;
constexpr double kRate = 1000;  // contacts a second, of all publishers
constexpr std::uint64_t kOneIn = 10;
constexpr Millis kPatience = 30 * kSecond;
constexpr std::string_view kRule = "DA-02";

using Key = std::string;  // a contact's id

// When each contact was due to be published, and when an alert named it first.
class Times {
 public:
  void Published(const Key& key, double due) {
    const std::scoped_lock lock(mutex_);
    published_[key] = due;
  }
  void Alerted(const v1::Alert& alert, double now) {
    const std::scoped_lock lock(mutex_);
    double last = 0;
    for (const auto& ref : alert.evidence()) {
      const auto found = published_.find(ref.contact_id());
      if (found == published_.end()) return;
      last = std::max(last, found->second);
    }
    if (last > 0) took_.push_back((now - last) * 1e3);
  }
  std::size_t alerted() const {
    const std::scoped_lock lock(mutex_);
    return took_.size();
  }
  std::vector<double> took() const {
    const std::scoped_lock lock(mutex_);
    return took_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<Key, double> published_;
  std::vector<double> took_;
};

void WaitUntil(double due) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  const auto at = std::chrono::steady_clock::time_point(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(
          std::chrono::duration<double>(due)));
  while (Seconds() < due) never.wait_until(lock, at);
}

struct Load {
  log::EventLog& log;
  const Clock& clock;
  std::uint64_t contacts = 0;
  double began = 0;
};

// Its every kPublishers-th contact, at its time. Each pair of call-outs is on a child of its own;
// the rest is spread over as many children.
void PublishSome(const Load& load, int publisher, Times& times) {
  Contacts contacts;
  const auto step = static_cast<std::uint64_t>(kPublishers);
  for (auto n = static_cast<std::uint64_t>(publisher); n < load.contacts; n += step) {
    const double due = load.began + static_cast<double>(n) / kRate;
    WaitUntil(due);
    const std::uint64_t turn = n / step % kOneIn;
    const bool callout = turn < 2;
    const std::uint64_t child = n / step / kOneIn * step + static_cast<std::uint64_t>(publisher);
    const std::uint64_t id = n;
    auto one = callout ? contacts.MakeOf("domestic_abuse_callout", id, child, load.clock.Now())
                       : contacts.MakeOf("attendance", id, child + 400000, load.clock.Now());
    if (callout) times.Published(one.message.key, due);
    Must(load.log.Append(log::FeedTopic(one.agency), {one.message}));
  }
}

void ReadAlerts(const std::stop_token& stop, log::EventLog& log, Times& times) {
  auto reader = Must(log.Read(log::kAlerts, Must(log.Start(log::kAlerts))));
  while (!stop.stop_requested()) {
    for (const log::Record& record : Must(reader->Poll(1000, 100))) {
      const double now = Seconds();
      v1::Alert alert;
      CHECK(alert.ParseFromString(record.message.value));
      if (alert.rule() == kRule && alert.change() == v1::ALERT_CHANGE_OPENED) {
        times.Alerted(alert, now);
      }
    }
  }
}

struct Outcome {
  std::vector<double> took;  // ms
  double rate = 0;
};

Outcome Measure(const Scale& scale) {
  const Scratch scratch;
  const SystemClock clock;
  auto log = Must(log::LocalLog::Open(scratch.path() + "/log", clock));
  Begin(*log, clock, Contacts().Agencies(), kSecond);
  auto intake = Must(intake::Intake::Open(*log, clock, IntakeSettings(scratch.path() + "/intake")));
  projection::Host::Options options;
  options.directory = scratch.path() + "/projections";
  options.name = "main";
  options.topic = kJournal;
  options.publishes = {std::string(log::kAlerts)};
  projection::Host host(*log, clock, options, ChronologyAndRules);
  Must(host.Start());
  std::jthread intake_thread([&](const std::stop_token& stop) { Must(intake->Run(stop)); });
  // Until a tick has passed there is no instant to judge by.
  while (intake->GetStatus().last_tick == 0) WaitUntil(Seconds() + 0.05);

  Times times;
  std::jthread alerts([&](const std::stop_token& stop) { ReadAlerts(stop, *log, times); });
  const Load load{*log, clock, scale.seconds * static_cast<std::uint64_t>(kRate), Seconds() + 0.1};
  {
    std::vector<std::jthread> publishers;
    for (int i = 0; i < kPublishers; ++i) {
      publishers.emplace_back([&, i] { PublishSome(load, i, times); });
    }
  }
  const double published = Seconds();
  const std::uint64_t pairs = load.contacts / kOneIn;
  const double until = Seconds() + kPatience / 1e3;
  while (times.alerted() < pairs && Seconds() < until) WaitUntil(Seconds() + 0.02);
  CHECK(times.alerted() == pairs);
  alerts.request_stop();
  alerts.join();
  intake_thread.request_stop();
  intake_thread.join();
  host.Stop();
  return {times.took(), static_cast<double>(load.contacts) / (published - load.began)};
}

void Run(benchmark::State& state, const Scale& scale) {
  Outcome outcome;
  for (auto _ : state) {
    outcome = Measure(scale);
    double sum = 0;
    for (const double each : outcome.took) sum += each;
    state.SetIterationTime(sum / 1e3 / static_cast<double>(outcome.took.size()));
  }
  state.counters["p50_ms"] = Percentile(outcome.took, 0.5);
  state.counters["p99_ms"] = Percentile(outcome.took, 0.99);
  state.counters["worst_ms"] = Percentile(outcome.took, 1);
  state.counters["contacts_per_s"] = outcome.rate;
  state.counters["samples"] = static_cast<double>(outcome.took.size());
}

}  // namespace

void RegisterLatency(const Scale& scale) {
  benchmark::RegisterBenchmark("latency", [=](benchmark::State& state) { Run(state, scale); })
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace throughline::bench
