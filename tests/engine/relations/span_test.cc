#include "engine/relations/span.h"

#include <gtest/gtest.h>

namespace throughline::relations {
namespace {

Millis EndOf(std::string_view day) { return StartOfDay(*ParseDay(day) + 1) - 1; }

Span Said(std::string_view since, std::string_view until, std::string_view stated = "2026-06-30") {
  v1::UncertainTime from, to;
  if (!since.empty()) from = *ParseUncertain(since);
  if (!until.empty()) to = *ParseUncertain(until);
  return SpanSaid(since.empty() ? nullptr : &from, until.empty() ? nullptr : &to, EndOf(stated));
}

std::string_view On(const Span& span, std::string_view day) {
  return HoldsName(HoldsOn(span, *ParseDay(day)));
}

TEST(Span, ADaysFirstAndLastMomentsBelongToIt) {
  const Span span = Said("2026-03-01", "2026-05-14");
  EXPECT_EQ(On(span, "2026-02-28"), "later");
  EXPECT_EQ(On(span, "2026-03-01"), "certain");
  EXPECT_EQ(On(span, "2026-05-14"), "certain");
  EXPECT_EQ(On(span, "2026-05-15"), "earlier");
}

TEST(Span, AMonthIsPossibleThroughoutAndCertainOutside) {
  const Span span = Said("2026-03", "2026-05");
  EXPECT_EQ(On(span, "2026-02-28"), "later");
  EXPECT_EQ(On(span, "2026-03-01"), "possible");
  EXPECT_EQ(On(span, "2026-03-30"), "possible");
  EXPECT_EQ(On(span, "2026-03-31"), "certain");
  EXPECT_EQ(On(span, "2026-05-01"), "certain");
  EXPECT_EQ(On(span, "2026-05-02"), "possible");
  EXPECT_EQ(On(span, "2026-05-31"), "possible");
  EXPECT_EQ(On(span, "2026-06-01"), "earlier");
}

TEST(Span, WithoutABeginningItIsCertainFromWhenItWasSaidAndPossibleBefore) {
  const Span span = Said("", "", "2026-04-10");
  EXPECT_EQ(On(span, "2026-04-09"), "possible");
  EXPECT_EQ(On(span, "1990-01-01"), "possible");
  EXPECT_EQ(On(span, "2026-04-10"), "certain");
  EXPECT_EQ(On(span, "2030-01-01"), "certain");
}

TEST(Span, AnUnknownBeginningIsNoMoreThanNone) {
  EXPECT_EQ(Said("unknown", "", "2026-04-10"), Said("", "", "2026-04-10"));
}

TEST(Span, AVagueBeginningLiesNoLaterThanWhenItWasSaid) {
  const Span span = Said("2026", "", "2026-04-10");
  EXPECT_EQ(On(span, "2025-12-31"), "later");
  EXPECT_EQ(On(span, "2026-04-09"), "possible");
  EXPECT_EQ(On(span, "2026-04-10"), "certain");
  EXPECT_EQ(On(Said("2027-01", "", "2026-04-10"), "2027-01-10"), "possible") << "planned";
}

TEST(Span, AnEndBeforeTheBeginningEndsWithIt) {
  const Span span = Said("2026-03-01", "2026-02-01");
  EXPECT_EQ(On(span, "2026-02-15"), "later");
  EXPECT_EQ(On(span, "2026-03-02"), "earlier");
}

TEST(Span, AnUnknownEndLeavesItPossible) {
  const Span span = Said("2026-03-01", "unknown");
  EXPECT_EQ(On(span, "2026-02-28"), "later");
  EXPECT_EQ(On(span, "2026-05-01"), "possible");
}

TEST(Span, TwoOverlapWhereTheyCanHaveAMomentInCommon) {
  EXPECT_TRUE(CanOverlap(Said("2026-01-01", "2026-03"), Said("2026-03-31", "")));
  EXPECT_FALSE(CanOverlap(Said("2026-01-01", "2026-03"), Said("2026-04-01", "")));
}

}  // namespace
}  // namespace throughline::relations
