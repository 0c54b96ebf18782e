#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/bench/benches.h"

// bench [--scale=full|quick|smoke] [Google Benchmark's own options]
int main(int argc, char** argv) {
  using throughline::bench::Scale;
  Scale scale;
  std::vector<char*> rest;
  for (int i = 0; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--scale=quick") {
      scale = {.contacts = 50000,
               .growth_from = 50000,
               .growth_to = 200000,
               .records = 100000,
               .seconds = 5,
               .samples = 500,
               .homes = 10};
    } else if (argument == "--scale=smoke") {
      scale = {.contacts = 2000,
               .growth_from = 1000,
               .growth_to = 4000,
               .records = 2000,
               .seconds = 1,
               .samples = 20,
               .homes = 1};
    } else if (argument != "--scale=full") {
      rest.push_back(argv[i]);
    }
  }
  int count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 2;
  throughline::bench::RegisterRebuild(scale);
  throughline::bench::RegisterLive(scale);
  throughline::bench::RegisterIntake(scale);
  throughline::bench::RegisterDecision(scale);
  throughline::bench::RegisterQuery(scale);
  throughline::bench::RegisterLatency(scale);
  throughline::bench::RegisterGrowth(scale);
  throughline::bench::RegisterIdentity(scale);
  throughline::bench::RegisterIntakePeople(scale);
  throughline::bench::RegisterJoining(scale);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
