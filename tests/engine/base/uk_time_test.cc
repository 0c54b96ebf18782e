#include "engine/base/uk_time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace throughline {
namespace {

using ::testing::HasSubstr;

Day On(std::string_view text) {
  const std::optional<Day> day = ParseDay(text);
  EXPECT_TRUE(day) << text;
  return day.value_or(0);
}

Millis At(std::string_view utc) {
  const std::optional<Millis> instant = ParseUtc(utc);
  EXPECT_TRUE(instant) << utc;
  return instant.value_or(0);
}

struct WrittenCase {
  std::string_view text;
  v1::Precision shape;
  std::string_view earliest;
  std::string_view latest;
};

TEST(WrittenTime, ImpliesItsIntervalInUkTime) {
  const WrittenCase cases[] = {
      {"2011", v1::PRECISION_YEAR, "2011-01-01T00:00Z", "2011-12-31T23:59:59.999Z"},
      {"2011-01", v1::PRECISION_MONTH, "2011-01-01T00:00Z", "2011-01-31T23:59:59.999Z"},
      {"2011-05", v1::PRECISION_MONTH, "2011-04-30T23:00Z", "2011-05-31T22:59:59.999Z"},
      {"2011-12", v1::PRECISION_MONTH, "2011-12-01T00:00Z", "2011-12-31T23:59:59.999Z"},
      {"2026-03", v1::PRECISION_MONTH, "2026-03-01T00:00Z", "2026-03-31T22:59:59.999Z"},
      {"2011-05-14", v1::PRECISION_DAY, "2011-05-13T23:00Z", "2011-05-14T22:59:59.999Z"},
      {"2011-01-14", v1::PRECISION_DAY, "2011-01-14T00:00Z", "2011-01-14T23:59:59.999Z"},
      {"2024-02-29", v1::PRECISION_DAY, "2024-02-29T00:00Z", "2024-02-29T23:59:59.999Z"},
      {"2011-05-14T12:16", v1::PRECISION_MINUTE, "2011-05-14T11:16Z", "2011-05-14T11:16:59.999Z"},
      {"2011-05-14T12:16+01:00", v1::PRECISION_MINUTE, "2011-05-14T11:16Z",
       "2011-05-14T11:16:59.999Z"},
      {"2011-01-14T00:00", v1::PRECISION_MINUTE, "2011-01-14T00:00Z", "2011-01-14T00:00:59.999Z"},
      {"2011-01-14T23:59+00:00", v1::PRECISION_MINUTE, "2011-01-14T23:59Z",
       "2011-01-14T23:59:59.999Z"},
      // The days on which clocks change have 23 and 25 hours.
      {"2026-03-29", v1::PRECISION_DAY, "2026-03-29T00:00Z", "2026-03-29T22:59:59.999Z"},
      {"2026-10-25", v1::PRECISION_DAY, "2026-10-24T23:00Z", "2026-10-25T23:59:59.999Z"},
      {"2026-03-29T00:59", v1::PRECISION_MINUTE, "2026-03-29T00:59Z", "2026-03-29T00:59:59.999Z"},
      {"2026-03-29T02:00", v1::PRECISION_MINUTE, "2026-03-29T01:00Z", "2026-03-29T01:00:59.999Z"},
      {"2026-10-25T00:59", v1::PRECISION_MINUTE, "2026-10-24T23:59Z", "2026-10-24T23:59:59.999Z"},
      {"2026-10-25T01:30", v1::PRECISION_MINUTE, "2026-10-25T00:30Z", "2026-10-25T00:30:59.999Z"},
      {"2026-10-25T01:30+01:00", v1::PRECISION_MINUTE, "2026-10-25T00:30Z",
       "2026-10-25T00:30:59.999Z"},
      {"2026-10-25T01:30+00:00", v1::PRECISION_MINUTE, "2026-10-25T01:30Z",
       "2026-10-25T01:30:59.999Z"},
      {"2026-10-25T02:00", v1::PRECISION_MINUTE, "2026-10-25T02:00Z", "2026-10-25T02:00:59.999Z"},
      // British Standard Time: summer time all year from 1968 to 1971.
      {"1970-01-15T12:00", v1::PRECISION_MINUTE, "1970-01-15T11:00Z", "1970-01-15T11:00:59.999Z"},
      {"1970-01-15T12:00+01:00", v1::PRECISION_MINUTE, "1970-01-15T11:00Z",
       "1970-01-15T11:00:59.999Z"},
      {"1970", v1::PRECISION_YEAR, "1969-12-31T23:00Z", "1970-12-31T22:59:59.999Z"},
      {"1972-01-15", v1::PRECISION_DAY, "1972-01-15T00:00Z", "1972-01-15T23:59:59.999Z"},
      // Double summer time in wartime.
      {"1943-06-01T12:00+02:00", v1::PRECISION_MINUTE, "1943-06-01T10:00Z",
       "1943-06-01T10:00:59.999Z"},
      // The system's data lists changes up to 2037; the rule goes on.
      {"2044-07-01T12:00", v1::PRECISION_MINUTE, "2044-07-01T11:00Z", "2044-07-01T11:00:59.999Z"},
      {"2044-12-01T12:00", v1::PRECISION_MINUTE, "2044-12-01T12:00Z", "2044-12-01T12:00:59.999Z"},
      {"9999", v1::PRECISION_YEAR, "9999-01-01T00:00Z", "9999-12-31T23:59:59.999Z"},
  };
  for (const WrittenCase& each : cases) {
    auto written = ParseWrittenTime(each.text);
    ASSERT_TRUE(written) << each.text << ": " << written.error().text;
    EXPECT_EQ(written->shape, each.shape) << each.text;
    EXPECT_EQ(FormatUtc(written->interval.earliest), FormatUtc(At(each.earliest))) << each.text;
    EXPECT_EQ(FormatUtc(written->interval.latest), FormatUtc(At(each.latest))) << each.text;
    EXPECT_EQ(written->has_offset, each.text.find('+') != std::string_view::npos) << each.text;
  }
}

TEST(WrittenTime, SaysWhenAutumnRepeatsTheHour) {
  for (const char* text : {"2026-10-25T01:00", "2026-10-25T01:59", "2026-10-25T01:59+00:00"}) {
    EXPECT_TRUE(ParseWrittenTime(text)->in_repeated_hour) << text;
  }
  for (const char* text : {"2026-10-25T00:59", "2026-10-25T02:00", "2026-10-26T01:30"}) {
    EXPECT_FALSE(ParseWrittenTime(text)->in_repeated_hour) << text;
  }
}

struct Refusal {
  std::string_view text;
  std::string_view says;
};

TEST(WrittenTime, RefusesWhatIsNoTime) {
  const Refusal cases[] = {
      {"", "no time given"},
      {"11", "not a time"},
      {"about 2011", "not a time"},
      {"2011-", "not a time"},
      {"2011-5", "not a time"},
      {"2011/05", "not a time"},
      {"2011-05-", "not a time"},
      {"2011-05-14 12:16", "not a time"},
      {"2011-05-14T", "not a time"},
      {"2011-05-14T12", "not a time"},
      {"2011-05-14T12:16+01", "not a time"},
      {"2011-05-14T12:16 +01:00", "not a time"},
      {"2011-05-14T12:16+01:00 ", "not a time"},
      {" 2011", "not a time"},
      {"2011 ", "not a time"},
      {"-2011", "not a time"},
      {"0000", "no year 0"},
      {"2011-00", "no such month"},
      {"2011-13", "no such month"},
      {"2011-05-00", "no such day"},
      {"2011-02-30", "no such day"},
      {"2011-02-29", "no such day"},
      {"1900-02-29", "no such day"},
      {"2011-05-14T24:00", "no such time of day"},
      {"2011-05-14T12:60", "no such time of day"},
      {"2011-05-14T12:16:30", "seconds are not taken"},
      {"2011-05-14T12:16Z", "instead of Z"},
      {"2026-03-29T01:00", "UK clocks skip it"},
      {"2026-03-29T01:30", "UK clocks skip it"},
      {"2026-03-29T01:59+00:00", "UK clocks skip it"},
      {"2011-05-14T12:16+00:00", "not that of UK clocks"},
      {"2011-05-14T12:16-01:00", "not that of UK clocks"},
      {"2011-01-14T12:16+01:00", "not that of UK clocks"},
      {"2011-01-14T12:16-00:00", "not that of UK clocks"},
      {"2026-10-25T01:30+02:00", "not that of UK clocks"},
      {"1970-01-15T12:00+00:00", "not that of UK clocks"},
  };
  for (const Refusal& each : cases) {
    auto written = ParseWrittenTime(each.text);
    ASSERT_FALSE(written) << each.text;
    EXPECT_EQ(written.error().code, Code::kInvalid);
    EXPECT_THAT(written.error().text, HasSubstr(std::string(each.says))) << each.text;
    if (each.text.size() > 4) {
      EXPECT_EQ(written.error().text.find(each.text), std::string::npos) << "repeats the text";
    }
  }
}

struct ImpliedCase {
  std::string_view text;
  std::string_view earliest;
  std::string_view latest;
};

TEST(UncertainTime, ImpliesItsInterval) {
  const ImpliedCase cases[] = {
      {"2011-05", "2011-04-30T23:00Z", "2011-05-31T22:59:59.999Z"},
      {"about 2011", "2010-01-01T00:00Z", "2012-12-31T23:59:59.999Z"},
      {"about 2011-01", "2010-12-01T00:00Z", "2011-02-28T23:59:59.999Z"},
      {"about 2011-05", "2011-03-31T23:00Z", "2011-06-30T22:59:59.999Z"},
      {"about 2011-05-14", "2011-05-12T23:00Z", "2011-05-15T22:59:59.999Z"},
      {"about 2026-03-29", "2026-03-28T00:00Z", "2026-03-30T22:59:59.999Z"},
      {"about 2011-05-14T12:16", "2011-05-14T10:16Z", "2011-05-14T12:16:59.999Z"},
      {"before 2011", "0001-01-01T00:00Z", "2011-12-31T23:59:59.999Z"},
      {"after 2011-05-14", "2011-05-13T23:00Z", "9999-12-31T23:59:59.999Z"},
      {"between 2011-05 and 2011-07", "2011-04-30T23:00Z", "2011-07-31T22:59:59.999Z"},
      {"between 2011-05-14 and 2011-05-14", "2011-05-13T23:00Z", "2011-05-14T22:59:59.999Z"},
      {"between 2011-05-14 and 2011", "2011-05-13T23:00Z", "2011-12-31T23:59:59.999Z"},
      {"between 2026-10-25T01:50+01:00 and 2026-10-25T01:10+00:00", "2026-10-25T00:50Z",
       "2026-10-25T01:10:59.999Z"},
      {"unknown", "0001-01-01T00:00Z", "9999-12-31T23:59:59.999Z"},
      // Before 1847, local mean time: 75 seconds behind.
      {"about 0001", "0001-01-01T00:00Z", "0003-01-01T00:01:14.999Z"},
      {"about 9999-12", "9999-11-01T00:00Z", "9999-12-31T23:59:59.999Z"},
      {"about 9999-12-31", "9999-12-30T00:00Z", "9999-12-31T23:59:59.999Z"},
      {"about 9999-12-31T23:30", "9999-12-31T22:30Z", "9999-12-31T23:59:59.999Z"},
  };
  for (const ImpliedCase& each : cases) {
    auto time = ParseUncertain(each.text);
    ASSERT_TRUE(time) << each.text << ": " << time.error().text;
    auto interval = Implied(*time);
    ASSERT_TRUE(interval) << each.text << ": " << interval.error().text;
    EXPECT_EQ(FormatUtc(interval->earliest), FormatUtc(At(each.earliest))) << each.text;
    EXPECT_EQ(FormatUtc(interval->latest), FormatUtc(At(each.latest))) << each.text;
    EXPECT_EQ(Describe(*time), each.text);
  }
}

TEST(UncertainTime, SpacesAroundWordsDoNotCount) {
  auto time = ParseUncertain("  between  2011-05   and 2011-07 ");
  ASSERT_TRUE(time);
  EXPECT_EQ(Describe(*time), "between 2011-05 and 2011-07");
}

TEST(UncertainTime, TakesTheShapeWhenNoPrecisionIsGiven) {
  v1::UncertainTime time;
  time.set_at("2011-05-14");
  auto interval = Implied(time);
  ASSERT_TRUE(interval);
  EXPECT_EQ(*interval, ParseWrittenTime("2011-05-14")->interval);
  EXPECT_EQ(ParseUncertain("2011-05-14")->precision(), v1::PRECISION_DAY);
}

struct MessageRefusal {
  int precision;
  std::string at;
  std::string to;
  std::string_view says;
};

TEST(UncertainTime, RefusesWhatContradictsItself) {
  const MessageRefusal cases[] = {
      {v1::PRECISION_UNSPECIFIED, "", "", "no time given"},
      {v1::PRECISION_UNSPECIFIED, "2011", "2012", "only for a time between two"},
      {v1::PRECISION_DAY, "2011-05", "", "disagrees with the form"},
      {v1::PRECISION_MONTH, "2011-05-14", "", "disagrees with the form"},
      {v1::PRECISION_YEAR, "2011-05", "", "disagrees with the form"},
      {v1::PRECISION_MINUTE, "2011", "", "disagrees with the form"},
      {v1::PRECISION_DAY, "2011-02-30", "", "no such day"},
      {v1::PRECISION_ABOUT, "2011", "2012", "only for a time between two"},
      {v1::PRECISION_BETWEEN, "2011", "", "needs the second"},
      {v1::PRECISION_BETWEEN, "2011", "x", "to: not a time"},
      {v1::PRECISION_BETWEEN, "", "2011", "no time given"},
      {v1::PRECISION_BETWEEN, "2011-05", "2011-04", "`to` is before `at`"},
      {v1::PRECISION_UNKNOWN, "2011", "", "neither"},
      {v1::PRECISION_UNKNOWN, "", "2011", "neither"},
      {42, "2011", "", "precision 42 is not known"},
  };
  for (const MessageRefusal& each : cases) {
    v1::UncertainTime time;
    time.set_precision(static_cast<v1::Precision>(each.precision));
    time.set_at(each.at);
    time.set_to(each.to);
    auto interval = Implied(time);
    ASSERT_FALSE(interval) << each.says;
    EXPECT_THAT(interval.error().text, HasSubstr(std::string(each.says)));
  }
  for (const char* text : {"", "about", "circa 2011", "between 2011", "between 2011 and",
                           "between 2011 to 2012", "2011 2012", "unknown 2011", "before unknown",
                           "between 2011 and 2012 or so", "between 2012 and 2011"}) {
    EXPECT_FALSE(ParseUncertain(text)) << text;
  }
}

TEST(Civil, DayAndMinuteAreLocal) {
  EXPECT_EQ(FormatDay(DayOf(At("2026-06-30T22:59:59.999Z"))), "2026-06-30");
  EXPECT_EQ(FormatDay(DayOf(At("2026-06-30T23:00Z"))), "2026-07-01");
  EXPECT_EQ(MinuteOfDay(At("2026-06-30T23:00:59.999Z")), 0);
  EXPECT_EQ(MinuteOfDay(At("2026-01-01T23:59Z")), 1439);
  EXPECT_EQ(FormatMinute(At("2026-11-14T23:40Z")), "2026-11-14 23:40");
  EXPECT_EQ(FormatMinute(At("2026-06-14T23:40Z")), "2026-06-15 00:40");
  EXPECT_EQ(FormatMinute(At("2026-10-25T00:30Z")), "2026-10-25 01:30+01:00");
  EXPECT_EQ(FormatMinute(At("2026-10-25T01:30Z")), "2026-10-25 01:30+00:00");
  EXPECT_EQ(FormatMinute(At("2026-10-25T02:00Z")), "2026-10-25 02:00");
  EXPECT_EQ(DayOf(-1), 0) << "in 1970 the UK kept summer time all winter";
  EXPECT_EQ(DayOf(-kHour - 1), -1);
}

TEST(Civil, InstantsOutsideTheCalendarAreItsEnds) {
  EXPECT_EQ(DayOf(kLatest + kDay), DayOf(kLatest));
  EXPECT_EQ(DayOf(std::numeric_limits<Millis>::min()), DayOf(kEarliest));
  EXPECT_EQ(FormatUtc(std::numeric_limits<Millis>::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatUtc(kEarliest), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(StartOfDay(std::numeric_limits<Day>::max()), kLatest + 1);
  EXPECT_EQ(FormatDay(AddMonths(0, 100000000)), "9999-12-31");
  EXPECT_EQ(FormatDay(AddMonths(0, -100000000)), "0001-01-01");
}

TEST(Civil, ParsesOnlyWholeDaysAndInstants) {
  EXPECT_EQ(ParseDay("1970-01-01"), 0);
  EXPECT_EQ(ParseDay("2026-11-14"), 20771);
  for (const char* text : {"", "2026", "2026-11", "2026-11-31", "2026-1-14", "2026-11-14T", "x",
                           "2026-11-14 ", "0000-01-01"}) {
    EXPECT_FALSE(ParseDay(text)) << text;
  }
  EXPECT_EQ(ParseUtc("1970-01-01T00:00:01.002Z"), 1002);
  EXPECT_EQ(ParseUtc("1969-12-31T23:59:59Z"), -1000);
  for (const char* text :
       {"", "2026-11-14", "2026-11-14T10:00", "2026-11-14T24:00Z", "2026-11-14T10:60Z",
        "2026-11-14T10:00:60Z", "2026-11-14T10:00.123Z", "2026-11-14T10:00:00.1Z",
        "2026-11-14T10:00:00+00:00", "2026-02-30T10:00Z"}) {
    EXPECT_FALSE(ParseUtc(text)) << text;
  }
}

TEST(Civil, WeekdaysAndMonths) {
  EXPECT_EQ(WeekdayOf(On("1970-01-01")), 4);
  EXPECT_EQ(WeekdayOf(On("2026-11-16")), 1);
  EXPECT_EQ(WeekdayOf(On("2026-11-15")), 7);
  EXPECT_EQ(WeekdayOf(On("1965-03-01")), 1);
  const struct {
    const char* from;
    int months;
    const char* to;
  } cases[] = {{"2026-01-31", 1, "2026-02-28"},   {"2024-01-31", 1, "2024-02-29"},
               {"2026-01-15", 12, "2027-01-15"},  {"2026-01-15", -1, "2025-12-15"},
               {"2026-12-31", 2, "2027-02-28"},   {"2024-02-29", 12, "2025-02-28"},
               {"2024-02-29", -48, "2020-02-29"}, {"2026-03-15", 0, "2026-03-15"}};
  for (const auto& each : cases) {
    EXPECT_EQ(FormatDay(AddMonths(On(each.from), each.months)), each.to) << each.from;
  }
}

TEST(Civil, EveryMinuteReadsBackAsItself) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<Millis> minutes(At("1900-01-01T00:00Z") / kMinute,
                                                At("2100-01-01T00:00Z") / kMinute);
  for (int i = 0; i < 20000; ++i) {
    const Millis instant = minutes(random) * kMinute;
    std::string text = FormatMinute(instant);
    text[10] = 'T';
    auto written = ParseWrittenTime(text);
    ASSERT_TRUE(written) << text;
    EXPECT_EQ(written->interval.earliest, instant) << text;
    const Day day = DayOf(instant);
    EXPECT_LE(StartOfDay(day), instant);
    EXPECT_GT(StartOfDay(day + 1), instant);
    EXPECT_EQ(ParseDay(FormatDay(day)), day);
    EXPECT_EQ(ParseUtc(FormatUtc(instant)), instant);
  }
}

TEST(Civil, DaysMeetWithoutGapOrOverlap) {
  const Day last = On("2060-01-01");
  for (Day day = On("1840-01-01"); day < last; ++day) {
    ASSERT_EQ(DayOf(StartOfDay(day)), day) << FormatDay(day);
    ASSERT_EQ(DayOf(StartOfDay(day) - 1), day - 1) << FormatDay(day);
  }
}

}  // namespace
}  // namespace throughline
