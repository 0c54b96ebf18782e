#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

TEST(StarterPolicy, HasNoFault) {
  const CheckedPolicy checked = CheckPolicy(StarterFiles());
  std::string faults;
  for (const auto& fault : checked.faults) faults += fault.Text() + "\n";
  EXPECT_EQ(faults, "");
  ASSERT_TRUE(checked.policy.has_value());
  EXPECT_GE(checked.policy->rules_size(), 30);
}

}  // namespace
}  // namespace throughline::risk
