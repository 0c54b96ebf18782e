#include <gtest/gtest.h>

#include "engine/base/check.h"
#include "tests/sim/processes.h"

// Histories that once ended wrongly, cut down to what made them.
namespace throughline::sim {
namespace {

TEST(RegressionsTest, AWriterThatCannotCommitStillSeesWhoTookOver) {
  ManualClock world(1794819600000);
  Broker broker(world);
  Random random(1);
  CHECK(intake::Init(broker.log, world, {.partnership = "Testshire"}).has_value());
  const auto start = [&](const char* name) {
    IntakeProcess::Options options{.instance = name, .sole = false, .keeps_state = true};
    return std::make_unique<IntakeProcess>(broker, world, random, options,
                                           [](const std::string&) {});
  };
  const auto first = start("first");
  const auto second = start("second");
  while (first->Step().role != intake::Role::kWriter) {
  }
  while (second->Step().role != intake::Role::kWriter) world.Set(world.Now() + kMinute / 2);

  first->disk().refuse = 1;
  EXPECT_TRUE(first->Step().stalled.has_value());
  EXPECT_EQ(first->Step().role, intake::Role::kStandby);
}

}  // namespace
}  // namespace throughline::sim
