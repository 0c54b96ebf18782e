#include "consumers/risk/wording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consumers/risk/deadline.h"
#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

v1::Span SpanOf(std::uint32_t count, const std::string& unit, const std::string& by = "") {
  v1::Span span;
  span.set_count(count);
  span.set_unit(unit);
  span.set_by(by);
  return span;
}

TEST(Wording, KindsReadAsPlainEnglish) {
  EXPECT_EQ(KindWording("domestic_abuse_callout"), "domestic abuse call-out");
  EXPECT_EQ(KindWording("core_group_held"), "core group held");
}

TEST(Wording, SpansReadAsPlainEnglish) {
  EXPECT_EQ(SpanWording(SpanOf(1, "working_days")), "1 working day");
  EXPECT_EQ(SpanWording(SpanOf(12, "months")), "12 months");
  EXPECT_EQ(SpanWording(SpanOf(1, "school_days", "08:45")), "1 school day, by 08:45");
  EXPECT_EQ(SpanWording({}), "");
}

TEST(Wording, ListsReadAsPlainEnglish) {
  EXPECT_EQ(Listed({}), "");
  EXPECT_EQ(Listed({"a"}), "a");
  EXPECT_EQ(Listed({"a", "b"}), "a and b");
  EXPECT_EQ(Listed({"a", "b", "c"}), "a, b and c");
}

TEST(Wording, ASentenceNamesNobody) {
  const auto entries = Record(
      "- {contact_id: A, kind: visit, occurred: about 2026-05, recorded: 2026-07-01, subjects: "
      "[{label: "
      "secret, person_kind: child, roles: [subject_child], demographics: {names: [Somebody]}}]}\n");
  v1::Rule rule;
  for (const auto name : Placeholders()) {
    rule.set_sentence(rule.sentence() + "{" + std::string(name) + "} ");
  }
  Episode episode;
  episode.evidence = episode.told = {0};
  episode.count = 1;
  const std::string sentence = Sentence(rule, {TestChild(), entries}, episode);
  EXPECT_THAT(sentence, testing::HasSubstr("about 2026-05"));
  EXPECT_THAT(sentence, testing::Not(testing::HasSubstr("Somebody")));
  EXPECT_THAT(sentence, testing::Not(testing::HasSubstr("secret")));
  EXPECT_THAT(sentence, testing::Not(testing::HasSubstr("{")));
}

TEST(Deadline, RunsByTheClockOrToTheEndOfTheLastDay) {
  const Calendar& england = England().at("england");
  const auto due = [&](const char* start, const v1::Span& span) {
    return FormatMinute(Deadline(At(start), *LengthOf(span), england));
  };
  EXPECT_EQ(due("2026-11-13T10:00", SpanOf(24, "hours")), "2026-11-14 10:00");
  EXPECT_EQ(due("2026-11-13T10:00", SpanOf(1, "working_days")), "2026-11-17 00:00");
  EXPECT_EQ(due("2026-12-24T10:00", SpanOf(1, "working_days")), "2026-12-30 00:00");
  EXPECT_EQ(due("2026-01-31T10:00", SpanOf(1, "months")), "2026-03-01 00:00");
  EXPECT_EQ(due("2026-10-24T10:00", SpanOf(1, "days")), "2026-10-26 00:00");  // the clocks change
  EXPECT_EQ(due("2026-03-28T10:00", SpanOf(1, "days", "08:45")), "2026-03-29 08:45");
  EXPECT_EQ(due("2026-03-28T08:00", SpanOf(1, "days", "08:45")), "2026-03-28 08:45");
}

TEST(Deadline, GoesBackByTheClockOrToTheStartOfTheDay) {
  const Calendar& england = England().at("england");
  const auto back = [&](const char* end, const v1::Span& span) {
    return FormatMinute(Back(At(end), *LengthOf(span), england));
  };
  EXPECT_EQ(back("2026-11-13T10:00", SpanOf(48, "hours")), "2026-11-11 10:00");
  EXPECT_EQ(back("2026-11-13T10:00", SpanOf(6, "months")), "2026-05-13 00:00");
  EXPECT_EQ(back("2026-11-16T10:00", SpanOf(1, "working_days")), "2026-11-13 00:00");
}

TEST(Deadline, WhatIsNoSpanIsRefused) {
  EXPECT_FALSE(LengthOf(SpanOf(0, "days")));
  EXPECT_FALSE(LengthOf(SpanOf(1, "moons")));
  EXPECT_FALSE(LengthOf(SpanOf(20000, "days")));
  EXPECT_FALSE(LengthOf(SpanOf(1, "days", "24:00")));
  EXPECT_FALSE(LengthOf(SpanOf(1, "hours", "08:45")));
}

}  // namespace
}  // namespace throughline::risk
