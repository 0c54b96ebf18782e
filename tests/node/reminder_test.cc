#include "consumers/throughline/reminder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace throughline::cli {
namespace {

TEST(Reminder, WhatIsWaitedForIsSaidEverMoreRarelyAndNeverForgotten) {
  Reminder reminder;
  EXPECT_FALSE(reminder.Waited(0));
  std::vector<Millis> said;
  for (Millis now = 0; now <= 6 * kHour; now += 10 * kSecond) {
    if (reminder.Due(now)) said.push_back(now / kMinute);
  }
  EXPECT_THAT(said, testing::ElementsAre(0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303));
  EXPECT_EQ(reminder.Waited(6 * kHour), 6 * kHour);
}

}  // namespace
}  // namespace throughline::cli
