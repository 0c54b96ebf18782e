#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/engine/intake/bench.h"
#include "tests/engine/intake/takings.h"

// Retractions and corrections of each other, in every shape and order: what intake journals as
// taken back, and what the chronology shows so, is what stands in the end.
namespace throughline::intake {
namespace {

// The contacts that intake said were taken back, by number; each change told once.
std::set<int> TakenBackByIntake(const std::vector<Taking>& takings, const std::vector<int>& order) {
  Bench bench;
  std::set<Seq> unsaid;
  std::map<Seq, int> numbers;
  for (const int number : order) {
    const Seq seq = bench.next_seq();
    const v1::Decision decision = bench.Take("police", ContactTaking(takings, number));
    EXPECT_TRUE(decision.has_placed()) << decision.DebugString();
    numbers[seq] = number;
    for (const Seq one : decision.placed().unsaid()) EXPECT_TRUE(unsaid.insert(one).second);
    for (const Seq one : decision.placed().said_again()) EXPECT_EQ(unsaid.erase(one), 1U);
    if (bench.state().Journal().owed_because() != 0) bench.Bring();
  }
  std::set<int> taken;
  for (const Seq one : unsaid) taken.insert(numbers.at(one));
  return taken;
}

TEST(TakingBack, IsToldOnceAndEndsAsItMustInEveryShapeAndOrder) {
  EachTaking([](const auto& takings, const std::vector<int>& order, const std::string& words) {
    const Model model(takings, order);
    std::set<int> taken;
    for (const int number : order) {
      if (model.Holds(number) != number) taken.insert(number);
    }
    EXPECT_EQ(TakenBackByIntake(takings, order), taken) << words;
    return !::testing::Test::HasFailure();
  });
}

}  // namespace
}  // namespace throughline::intake
