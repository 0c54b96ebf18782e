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

// All that `{missing}` may become.
std::vector<std::string> MissingOf(const v1::Rule& rule) {
  std::vector<std::string> missing;
  if (rule.has_clock()) missing.push_back(rule.clock().what());
  if (rule.has_pattern()) missing.push_back(rule.pattern().absent_what());
  for (const auto& one : rule.process().expected()) missing.push_back(one.what());
  for (const auto& one : rule.process().unfinished()) missing.push_back(one.what());
  for (const auto& one : rule.process().shortfalls()) missing.push_back(one.what());
  return missing;
}

// "An answer was known by Wednesday" tells whoever gets the alert the opposite of what it means.
TEST(StarterPolicy, SaysOfWhatIsMissingThatThereIsNone) {
  const CheckedPolicy checked = CheckPolicy(StarterFiles());
  ASSERT_TRUE(checked.policy.has_value());
  for (const v1::Rule& rule : checked.policy->rules()) {
    const std::string& sentence = rule.sentence();
    if (sentence.find("{missing} was known") == std::string::npos &&
        sentence.find("{missing} by {due}") == std::string::npos) {
      continue;
    }
    for (const std::string& missing : MissingOf(rule)) {
      EXPECT_TRUE(missing.starts_with("no ") || missing.starts_with("nothing "))
          << rule.id() << ": " << missing;
    }
  }
}

}  // namespace
}  // namespace throughline::risk
