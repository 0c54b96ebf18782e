#include "engine/base/calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace throughline {
namespace {

using ::testing::HasSubstr;

Day On(std::string_view text) {
  const auto day = ParseDay(text);
  EXPECT_TRUE(day) << text;
  return day.value_or(0);
}

const Calendar& England() {
  static const Calendar calendar = [] {
    std::ifstream in(THROUGHLINE_SOURCE_DIR "/deploy/calendars/england.yaml");
    std::stringstream text;
    text << in.rdbuf();
    auto parsed = Calendar::Parse(text.str(), "england.yaml");
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text);
    return parsed ? *parsed : Calendar{};
  }();
  return calendar;
}

constexpr std::string_view kSmall = R"(
jurisdiction: test
version: "1"
source: made for tests
covers: {from: 2026-01-01, until: 2026-12-31}
bank_holidays: [2026-05-04]
school_terms:
  - {from: 2026-04-13, until: 2026-05-22}
  - {from: 2026-06-01, until: 2026-07-21}
)";

Calendar Small() {
  auto parsed = Calendar::Parse(kSmall, "small.yaml");
  EXPECT_TRUE(parsed);
  return *parsed;
}

TEST(Calendar, EnglandHasTheHolidaysOfEachYear) {
  EXPECT_EQ(England().jurisdiction(), "england");
  EXPECT_FALSE(England().version().empty());
  for (int year = 2006; year <= 2028; ++year) {
    int holidays = 0;
    for (Day day = On(fmt::format("{}-01-01", year)); day <= On(fmt::format("{}-12-31", year));
         ++day) {
      EXPECT_TRUE(England().Covers(day));
      if (WeekdayOf(day) <= 5 && !England().IsWorkingDay(day)) ++holidays;
    }
    const bool one_more = year == 2011 || year == 2012 || year == 2023;
    EXPECT_EQ(holidays, year == 2022 ? 10 : one_more ? 9 : 8) << year;
  }
  EXPECT_FALSE(England().Covers(On("2005-12-31")));
  EXPECT_FALSE(England().Covers(On("2029-01-01")));
}

TEST(Calendar, EnglandKeepsSubstitutesAndProclamations) {
  for (const char* day :
       {"2006-01-02", "2010-12-28", "2011-01-03", "2011-04-22", "2011-04-25", "2011-04-29",
        "2012-06-04", "2012-06-05", "2015-12-28", "2016-12-27", "2020-05-08", "2021-12-28",
        "2022-06-02", "2022-06-03", "2022-09-19", "2022-12-27", "2023-05-01", "2023-05-08",
        "2026-04-03", "2026-04-06", "2026-12-28", "2027-12-27", "2028-01-03"}) {
    EXPECT_FALSE(England().IsWorkingDay(On(day))) << day;
  }
  for (const char* day : {"2012-05-28", "2020-05-04", "2022-05-30", "2011-12-28", "2026-12-29"}) {
    EXPECT_TRUE(England().IsWorkingDay(On(day))) << day;
  }
}

TEST(Calendar, CountsWorkingDays) {
  const struct {
    const char* from;
    int count;
    const char* to;
  } cases[] = {
      {"2026-11-13", 0, "2026-11-13"},  {"2026-11-14", 0, "2026-11-14"},
      {"2026-11-13", 1, "2026-11-16"},                                    // Friday to Monday
      {"2026-11-14", 1, "2026-11-16"},                                    // Saturday to Monday
      {"2026-11-15", 1, "2026-11-16"},                                    // Sunday to Monday
      {"2026-11-16", 1, "2026-11-17"},  {"2026-04-02", 1, "2026-04-07"},  // across Easter
      {"2026-12-24", 1, "2026-12-29"},                                    // across Christmas
      {"2026-11-02", 15, "2026-11-23"}, {"2026-11-16", -1, "2026-11-13"},
      {"2026-04-07", -1, "2026-04-02"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(FormatDay(England().AddWorkingDays(On(each.from), each.count)), each.to)
        << each.from << " + " << each.count;
  }
}

TEST(Calendar, AddingWorkingDaysOneByOneIsAddingThemTogether) {
  for (Day day = On("2025-12-15"); day < On("2026-06-15"); ++day) {
    Day step = day;
    for (int count = 1; count <= 45; ++count) {
      step = England().AddWorkingDays(step, 1);
      ASSERT_TRUE(England().IsWorkingDay(step));
      ASSERT_EQ(step, England().AddWorkingDays(day, count)) << FormatDay(day) << " + " << count;
    }
  }
}

TEST(Calendar, StopsAtTheEndOfTheCalendar) {
  EXPECT_EQ(England().AddWorkingDays(DayOf(kLatest), 1), DayOf(kLatest));
  EXPECT_EQ(England().AddWorkingDays(DayOf(kLatest) - 30, 1000), DayOf(kLatest));
}

TEST(Calendar, OutsideTheYearsCoveredWeekdaysCount) {
  EXPECT_TRUE(England().IsWorkingDay(On("1999-12-27")));
  EXPECT_FALSE(England().IsWorkingDay(On("1999-12-26")));
}

TEST(Calendar, SchoolDaysAreWorkingDaysInTerm) {
  const Calendar calendar = Small();
  EXPECT_TRUE(calendar.IsSchoolDay(On("2026-04-13")));
  EXPECT_TRUE(calendar.IsSchoolDay(On("2026-05-22")));
  EXPECT_FALSE(calendar.IsSchoolDay(On("2026-05-04"))) << "a bank holiday";
  EXPECT_FALSE(calendar.IsSchoolDay(On("2026-05-16"))) << "a Saturday";
  EXPECT_FALSE(calendar.IsSchoolDay(On("2026-05-26"))) << "half term";
  EXPECT_TRUE(calendar.IsSchoolDay(On("2026-07-21")));
  EXPECT_TRUE(calendar.IsSchoolDay(On("2026-07-22"))) << "after the last term nothing is known";
  EXPECT_TRUE(calendar.IsSchoolDay(On("2026-04-10"))) << "before the first term nothing is known";
  EXPECT_EQ(FormatDay(calendar.AddSchoolDays(On("2026-05-22"), 1)), "2026-06-01");
  EXPECT_EQ(FormatDay(calendar.AddSchoolDays(On("2026-05-01"), 1)), "2026-05-05");
}

TEST(Calendar, SaysHowFarItReaches) {
  const Calendar calendar = Small();
  EXPECT_TRUE(calendar.CoversSchool(On("2026-05-26"))) << "half term is known";
  EXPECT_TRUE(calendar.CoversSchool(On("2026-07-21")));
  EXPECT_FALSE(calendar.CoversSchool(On("2026-07-22")));
  EXPECT_FALSE(calendar.CoversSchool(On("2026-04-10")));
  EXPECT_EQ(FormatDay(*calendar.terms_until()), "2026-07-21");
  EXPECT_EQ(FormatDay(calendar.covers_until()), "2026-12-31");
}

TEST(Calendar, WithoutTermsWorkingDaysAreSchoolDays) {
  std::string text(kSmall.substr(0, kSmall.find("school_terms")));
  auto calendar = Calendar::Parse(text, "small.yaml");
  ASSERT_TRUE(calendar);
  EXPECT_TRUE(calendar->IsSchoolDay(On("2026-08-14")));
  EXPECT_FALSE(calendar->CoversSchool(On("2026-08-14")));
  EXPECT_FALSE(calendar->terms_until().has_value());
  EXPECT_FALSE(calendar->IsSchoolDay(On("2026-05-04")));
}

TEST(Calendar, RefusesAllFaultsAtOnceWithTheirPlaces) {
  auto calendar = Calendar::Parse(
      "jurisdiction: [x]\n"
      "verson: 1\n"
      "covers: {from: 2026-01-01, until: 2026-12-31}\n"
      "bank_holidays:\n"
      "  - 2026-02-30\n"
      "  - 2027-01-01\n"
      "  - 2026-12-26\n"
      "  - 2026-05-04\n"
      "  - 2026-05-04\n"
      "school_terms:\n"
      "  - {from: 2026-05-04, until: 2026-04-01}\n"
      "  - {from: 2026-05-04, to: 2026-06-01}\n"
      "  - {from: 2026-04-13, until: 2026-05-22}\n"
      "  - {from: 2026-05-22, until: 2026-06-22}\n",
      "c.yaml");
  ASSERT_FALSE(calendar);
  const std::string& text = calendar.error().text;
  for (const char* says : {
           "c.yaml:2:1: unknown key `verson`; did you mean `version`?",
           "c.yaml:1:15: `jurisdiction` must be a text",
           "c.yaml:1:1: `version` is missing",
           "c.yaml:1:1: `source` is missing",
           "c.yaml:5:5: expected a day",
           "c.yaml:6:5: a bank holiday outside",
           "c.yaml:7:5: a bank holiday at a weekend",
           "c.yaml:9:5: a bank holiday listed twice",
           "c.yaml:11:5: `until` is before `from`",
           "c.yaml:12:24: unknown key `to`",
           "c.yaml:12:5: `until` is missing",
           "c.yaml:14:5: a term must begin after",
       }) {
    EXPECT_THAT(text, HasSubstr(says));
  }
  EXPECT_FALSE(Calendar::Parse("", "c.yaml"));
  EXPECT_FALSE(Calendar::Parse("- a\n", "c.yaml"));
  EXPECT_FALSE(Calendar::Parse("a: [", "c.yaml"));
}

}  // namespace
}  // namespace throughline
