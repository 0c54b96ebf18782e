#include "engine/base/check.h"

#include <gtest/gtest.h>

namespace throughline {
namespace {

TEST(CheckDeathTest, StopsTheProgramAndNamesTheCondition) {
  const int number = 1;
  CHECK(number == 1);
  EXPECT_DEATH(CHECK(number == 2), "CHECK failed: number == 2 .*check_test.cc");
}

}  // namespace
}  // namespace throughline
