#pragma once

#include <cstdint>

// Every bench, each in a file of its own, registered with Google Benchmark. What they show stands
// in counters: rates, percentiles, and the ratio to the baseline of the same run.
namespace throughline::bench {

struct Scale {
  std::uint64_t contacts = 200000;     // of the journals that are folded
  std::uint64_t growth_from = 100000;  // see growth.cc
  std::uint64_t growth_to = 2000000;
  std::uint64_t records = 1000000;  // among whom people are looked for, see identity.cc
  std::uint64_t seconds = 20;       // of publishing, see latency.cc
  std::uint64_t samples = 2000;     // of what is measured call by call
  std::uint64_t homes = 40;         // that somebody joins, see joining.cc
};

void RegisterRebuild(const Scale& scale);
void RegisterLive(const Scale& scale);
void RegisterIntake(const Scale& scale);
void RegisterDecision(const Scale& scale);
void RegisterQuery(const Scale& scale);
void RegisterLatency(const Scale& scale);
void RegisterGrowth(const Scale& scale);
void RegisterIdentity(const Scale& scale);
void RegisterIntakePeople(const Scale& scale);
void RegisterJoining(const Scale& scale);

}  // namespace throughline::bench
