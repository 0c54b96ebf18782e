#include "engine/base/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace throughline {
namespace {

using ::testing::HasSubstr;

constexpr std::array<SettingRow, 2> kIntake{{
    {"tick_interval", "How far apart ticks are.", "milliseconds", 60000, 1000, 3600000},
    {"batch_records", "The most records of one batch.", "records", 2000, 1, 2000},
}};
constexpr std::array<SettingRow, 1> kTest{{
    {"offset", "May be negative.", "steps", 0, -10, 10},
}};

Settings Registered() {
  Settings settings;
  settings.Register(kIntake);
  settings.Register(kTest);
  return settings;
}

TEST(Settings, BeginAtTheirDefaults) {
  const Settings settings = Registered();
  EXPECT_EQ(settings.Get("tick_interval"), 60000);
  EXPECT_EQ(settings.Get("batch_records"), 2000);
  ASSERT_EQ(settings.Rows().size(), 3u);
  EXPECT_EQ(settings.Rows()[0].name, "batch_records") << "by name";
}

TEST(Settings, LoadFromAFileAndThenFromPairs) {
  Settings settings = Registered();
  ASSERT_TRUE(settings.Load("# ours\ntick_interval: 5000\noffset: -10\n", "s.yaml"));
  EXPECT_EQ(settings.Get("tick_interval"), 5000);
  EXPECT_EQ(settings.Get("offset"), -10);
  const std::vector<std::string> pairs = {"tick_interval=1000", "offset=1", "offset=2"};
  ASSERT_TRUE(settings.Load(pairs));
  EXPECT_EQ(settings.Get("tick_interval"), 1000);
  EXPECT_EQ(settings.Get("offset"), 2);
  EXPECT_EQ(settings.Rows()[2].value, 1000);
  EXPECT_TRUE(settings.Load("", "s.yaml"));
  EXPECT_TRUE(settings.Load(std::vector<std::string>{}));
}

TEST(Settings, RefuseAllFaultsAtOnceAndThenChangeNothing) {
  Settings settings = Registered();
  auto loaded = settings.Load(
      "offset: 5\n"
      "tick_intervall: 5000\n"
      "tick_interval: 5 seconds\n"
      "batch_records: 2001\n",
      "s.yaml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().text,
            "s.yaml:2:1: unknown setting `tick_intervall`; did you mean `tick_interval`?\n"
            "s.yaml:3:16: `tick_interval` must be a whole number of milliseconds\n"
            "s.yaml:4:16: `batch_records` must be from 1 to 2000 records");
  EXPECT_EQ(settings.Get("offset"), 0);

  const std::vector<std::string> pairs = {"offset=5", "offset", "ofset=1", "batch_records=0"};
  loaded = settings.Load(pairs);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().text,
            "offset: expected name=value\n"
            "ofset=1: unknown setting `ofset`; did you mean `offset`?\n"
            "batch_records=0: `batch_records` must be from 1 to 2000 records");
  EXPECT_EQ(settings.Get("offset"), 0);
}

TEST(Settings, TakeWholeNumbersOnly) {
  Settings settings = Registered();
  for (const char* text : {"", " 1", "1 ", "+1", "1.0", "0x1", "1e1", "one", "-"}) {
    auto set = settings.Set("offset", text);
    ASSERT_FALSE(set) << text;
    EXPECT_THAT(set.error().text, HasSubstr("a whole number of steps")) << text;
  }
  for (const char* text : {"11", "-11", "99999999999999999999", "-99999999999999999999"}) {
    auto set = settings.Set("offset", text);
    ASSERT_FALSE(set) << text;
    EXPECT_THAT(set.error().text, HasSubstr("from -10 to 10 steps")) << text;
  }
  ASSERT_TRUE(settings.Set("offset", "10"));
  EXPECT_EQ(settings.Get("offset"), 10);
}

TEST(Settings, RefuseAFileThatIsNoMap) {
  Settings settings = Registered();
  EXPECT_FALSE(settings.Load("- offset\n", "s.yaml"));
  EXPECT_FALSE(settings.Load("offset: [1]\n", "s.yaml"));
  EXPECT_FALSE(settings.Load("offset: 1\noffset: 2\n", "s.yaml"));
  EXPECT_EQ(settings.Get("offset"), 0);
}

using SettingsDeathTest = testing::Test;

TEST(SettingsDeathTest, StopAtMistakesOfTheProgram) {
  Settings settings = Registered();
  EXPECT_DEATH(settings.Get("absent"), "CHECK failed");
  EXPECT_DEATH(settings.Register(kTest), "CHECK failed");
  constexpr std::array<SettingRow, 1> kOutside{{{"x", "Help.", "steps", 11, 0, 10}}};
  EXPECT_DEATH(settings.Register(kOutside), "CHECK failed");
}

}  // namespace
}  // namespace throughline
