#include <gtest/gtest.h>

#include <cstdio>

#include "tests/sim/seeds.h"
#include "tests/sim/world.h"

namespace throughline::sim {
namespace {

constexpr std::size_t kTraceLines = 40;

void Show(std::uint64_t seed, const Outcome& outcome, bool whole) {
  std::string text =
      "seed " + std::to_string(seed) + " (test_sim --seed " + std::to_string(seed) + ")\n";
  const std::size_t lines = outcome.trace.size();
  const std::size_t from = whole || lines < kTraceLines ? 0 : lines - kTraceLines;
  for (std::size_t i = from; i < lines; ++i) text += outcome.trace[i] + "\n";
  for (const std::string& line : outcome.journal) {
    if (whole) text += line + "\n";
  }
  std::fputs(text.c_str(), stdout);
}

TEST(SimTest, EveryHistoryEndsAsItMust) {
  const Seeds& seeds = Seeds::Get();
  std::size_t records = 0;
  std::size_t placed = 0;
  std::size_t alerts = 0;
  std::size_t decided = 0;
  std::size_t parts = 0;
  std::size_t failed = 0;
  for (std::uint64_t seed = seeds.from; seed < seeds.from + seeds.count; ++seed) {
    const Outcome outcome = RunHistory(seed, seeds.verbose);
    records += outcome.records;
    placed += outcome.placed;
    alerts += outcome.alerts;
    decided += outcome.decided;
    parts += outcome.parts;
    if (seeds.verbose) Show(seed, outcome, true);
    if (outcome.faults.empty()) continue;
    std::string faults;
    for (std::size_t i = 0; i < outcome.faults.size() && i < 5; ++i)
      faults += "\n  " + outcome.faults[i];
    ADD_FAILURE() << "seed " << seed << ": " << outcome.faults.size() << " faults" << faults;
    if (!seeds.verbose) Show(seed, RunHistory(seed, true), false);
    if (++failed == seeds.most_failures) break;
  }
  RecordProperty("failed", static_cast<int>(failed));
  std::printf(
      "%llu histories from seed %llu: %zu records, %zu contacts placed, %zu changes of alerts, %zu "
      "decisions about records, %zu parts of those in several\n",
      static_cast<unsigned long long>(seeds.count), static_cast<unsigned long long>(seeds.from),
      records, placed, alerts, decided, parts);
  // A simulation in which nothing happens would prove nothing.
  if (seeds.count >= 100 && failed == 0) {
    EXPECT_GT(placed, seeds.count * 5);
    EXPECT_GT(alerts, seeds.count);
    EXPECT_GT(decided, seeds.count / 10);
    EXPECT_GT(parts, seeds.count / 20);
  }
}

TEST(SimTest, ASeedGivesTheSameHistoryAgain) {
  const std::uint64_t seed = Seeds::Get().from;
  EXPECT_EQ(RunHistory(seed, true).trace, RunHistory(seed, true).trace);
}

}  // namespace
}  // namespace throughline::sim
