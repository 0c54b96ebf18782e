#include <benchmark/benchmark.h>

#include <map>
#include <memory>

#include "tests/bench/baseline.h"
#include "tests/bench/benches.h"
#include "tests/bench/recording.h"

// Rebuilding from the journal, and following it live, with and without the starter rules, each
// beside its baseline in the same repetition.
namespace throughline::bench {
namespace {

struct Captured {
  std::vector<Changes> commits;
  std::vector<Changes> last_writes;
};

// Made once for each set of folds; `name` tells them apart.
const Captured& CapturedOf(Recording& recording, const std::string& name, const MakeFolds& make) {
  static std::map<std::string, std::unique_ptr<Captured>> made;
  auto& captured = made[name];
  if (captured == nullptr) {
    captured = std::make_unique<Captured>();
    captured->commits = CaptureCommits(recording, make, kBatch);
    captured->last_writes = LastWrites(captured->commits);
  }
  return *captured;
}

void Run(benchmark::State& state, const Scale& scale, const std::string& name,
         const MakeFolds& make, bool live) {
  Recording& recording = Recording::Of({.contacts = scale.contacts});
  const Captured& captured = CapturedOf(recording, name, make);
  const auto contacts = static_cast<double>(scale.contacts);
  Took raw;
  HostRun run;
  for (auto _ : state) {
    raw =
        live ? RawLive(recording, captured.commits) : RawBulkLoad(recording, captured.last_writes);
    run = RunHost(recording, make, live);
    state.SetIterationTime(run.took.seconds);
  }
  state.counters["contacts_per_s"] = contacts / run.took.seconds;
  state.counters["raw_per_s"] = contacts / raw.seconds;
  state.counters["of_raw"] = raw.seconds / run.took.seconds;
  state.counters["processor_us"] = run.took.processor * 1e6 / contacts;
  state.counters["raw_processor_us"] = raw.processor * 1e6 / contacts;
  state.counters["of_raw_processor"] = raw.processor / run.took.processor;
  state.counters["publications"] = static_cast<double>(run.publications);
  state.counters["record_bytes"] =
      static_cast<double>(recording.bytes()) / static_cast<double>(recording.records());
}

void Register(const Scale& scale, const std::string& name, const std::string& folds,
              const MakeFolds& make, bool live) {
  benchmark::RegisterBenchmark(
      name.c_str(), [=](benchmark::State& state) { Run(state, scale, folds, make, live); })
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kSecond);
}

}  // namespace

void RegisterRebuild(const Scale& scale) {
  Register(scale, "rebuild/chronology", "chronology", Chronology, false);
  Register(scale, "rebuild/rules", "rules", ChronologyAndRules, false);
}

void RegisterLive(const Scale& scale) {
  Register(scale, "live/chronology", "chronology", Chronology, true);
  Register(scale, "live/rules", "rules", ChronologyAndRules, true);
}

}  // namespace throughline::bench
