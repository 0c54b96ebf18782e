#include "engine/base/clock.h"

#include <gtest/gtest.h>

#include "engine/base/uk_time.h"

namespace throughline {
namespace {

TEST(Clock, AManualClockStandsUntilItIsSet) {
  ManualClock clock(5);
  EXPECT_EQ(clock.Now(), 5);
  clock.Set(kDay);
  EXPECT_EQ(clock.Now(), kDay);
}

TEST(Clock, TheSystemClockCountsMillisecondsSince1970) {
  const Millis now = SystemClock().Now();
  EXPECT_GT(now, ParseUtc("2024-01-01T00:00Z").value_or(0));
  EXPECT_LT(now, ParseUtc("2200-01-01T00:00Z").value_or(0));
}

TEST(Clock, TheEndsAreTheYears1And9999) {
  EXPECT_EQ(ParseUtc("0001-01-01T00:00Z"), kEarliest);
  EXPECT_EQ(ParseUtc("9999-12-31T23:59:59.999Z"), kLatest);
}

}  // namespace
}  // namespace throughline
