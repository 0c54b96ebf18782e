#include <benchmark/benchmark.h>
#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>

#include "engine/base/check.h"
#include "tests/bench/benches.h"
#include "tests/bench/recording.h"

// One journal followed live with the starter rules from its start to its end: what a contact costs,
// and what memory the host takes, as the stores grow. The children in play at a time stay as many.
namespace throughline::bench {
namespace {

struct Window {
  double us = 0;   // of the processor, a contact
  double mib = 0;  // beyond what the process held before
};

constexpr Millis kLookAgain = 5;

// 175,000 a year: so what lapses after a year does so from the second window on. With more an hour
// it is the age of the journal that tells the windows apart, not the size of the stores.
constexpr std::uint64_t kAnHour = 20;

// A host that begins serves nothing before the journal's end, so that waiting for a record would
// wait for all.
void AwaitFolded(const projection::Host& host, Seq seq) {
  const auto behind = [&] {
    const auto shards = host.Status().shards;
    return std::any_of(shards.begin(), shards.end(), [&](const auto& shard) {
      CHECK(shard.state != projection::State::kFailed);
      return shard.position.head.seq < seq;
    });
  };
  while (behind()) host.WaitForSeq(seq, kLookAgain);
}

std::vector<Window> Follow(Recording& recording, std::uint64_t windows, const MakeFolds& make) {
  const Scratch scratch;
  projection::Host::Options options;
  options.directory = scratch.path();
  options.name = "main";
  options.topic = kJournal;
  options.shards = 2;
  options.memory_bytes = 1;
  ::malloc_trim(0);
  const double before = ResidentMemory();
  projection::Host host(recording.log(), recording.clock(), options, make);
  std::vector<Window> all;
  Watch watch;
  Must(host.Start());
  for (std::uint64_t i = 1; i <= windows; ++i) {
    AwaitFolded(host, recording.records() * i / windows);
    all.push_back({watch.Stop().processor * 1e6 /
                       (static_cast<double>(recording.contacts()) / static_cast<double>(windows)),
                   ResidentMemory() - before});
    watch = Watch();
  }
  return all;
}

// Of the n-th to the last, the largest or smallest in proportion to the n-th.
double Furthest(const std::vector<Window>& windows, std::size_t first, double Window::*what) {
  double furthest = 1;
  for (std::size_t i = first; i < windows.size(); ++i) {
    const double ratio = windows[i].*what / windows[first].*what;
    if (std::max(ratio, 1 / ratio) > std::max(furthest, 1 / furthest)) furthest = ratio;
  }
  return furthest;
}

void Run(benchmark::State& state, const Scale& scale, const MakeFolds& make) {
  Recording& recording = Recording::Of({.contacts = scale.growth_to, .an_hour = kAnHour});
  const std::uint64_t count = scale.growth_to / scale.growth_from;
  std::vector<Window> windows;
  for (auto _ : state) {
    const double began = Seconds();
    windows = Follow(recording, count, make);
    state.SetIterationTime(Seconds() - began);
  }
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const auto contacts = (i + 1) * scale.growth_from;
    state.counters[fmt::format("us_at_{:07}", contacts)] = windows[i].us;
    state.counters[fmt::format("mib_at_{:07}", contacts)] = windows[i].mib;
  }
  // The first window fills caches and buffers.
  state.counters["last_to_first_us"] = windows.back().us / windows.front().us;
  state.counters["last_to_first_mib"] = windows.back().mib / windows.front().mib;
  state.counters["furthest_us"] = Furthest(windows, 1, &Window::us);
  state.counters["furthest_mib"] = Furthest(windows, 1, &Window::mib);
}

void Register(const Scale& scale, const char* name, const MakeFolds& make) {
  benchmark::RegisterBenchmark(name, [=](benchmark::State& state) { Run(state, scale, make); })
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kSecond);
}

}  // namespace

void RegisterGrowth(const Scale& scale) {
  Register(scale, "growth/rules", ChronologyAndRules);
  Register(scale, "growth/chronology", Chronology);
}

}  // namespace throughline::bench
