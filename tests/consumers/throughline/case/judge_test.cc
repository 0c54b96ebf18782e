#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consumers/throughline/case/report.h"

namespace throughline::cases {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Millis Noon(std::string_view day) { return StartOfDay(*ParseDay(day)) + 12 * kHour; }

Raised Alert(std::string rule, std::string_view day, std::vector<std::string> evidence) {
  Raised raised;
  raised.rule = std::move(rule);
  raised.child = "child-a";
  raised.labels = {"child-a"};
  raised.opened = Noon(day);
  raised.evidence = evidence;
  raised.changes.push_back({raised.opened, "first", std::move(evidence)});
  return raised;
}

Expectation Wants(std::string rule, std::string_view by,
                  std::vector<contact::Target> evidence = {}) {
  Expectation expectation;
  expectation.rule = std::move(rule);
  expectation.child = "child-a";
  expectation.by = ParseDay(by);
  expectation.evidence = std::move(evidence);
  return expectation;
}

CaseReport Judged(const Expectation& expectation, std::vector<Raised> raised) {
  CaseReport report;
  Judge({expectation}, std::move(raised), report);
  return report;
}

TEST(Judge, RaisedByItsDayOnItsEvidenceIsMet) {
  const auto report = Judged(Wants("r", "2026-11-16", {{"police", "A"}}),
                             {Alert("r", "2026-11-16", {"police A", "gp B"})});
  EXPECT_TRUE(report.Passed());
  EXPECT_EQ(report.outcomes[0].raised, Noon("2026-11-16"));
  EXPECT_THAT(report.outcomes[0].found, ElementsAre("police A"));
  EXPECT_THAT(report.also_raised, IsEmpty());
}

TEST(Judge, AChildOfSeveralLabelsIsMeantByEach) {
  Raised raised = Alert("r", "2026-11-16", {"police A"});
  raised.labels = {"boy", "child-a"};
  raised.child = Together(raised.labels);
  EXPECT_EQ(raised.child, "boy (also child-a)");
  EXPECT_TRUE(Judged(Wants("r", "2026-11-16", {{"police", "A"}}), {raised}).Passed());
  Expectation quiet = Wants("r", "2026-11-30");
  quiet.quiet = true;
  EXPECT_FALSE(Judged(quiet, {raised}).Passed());
  quiet.child = "boy";
  EXPECT_FALSE(Judged(quiet, {raised}).Passed());
}

TEST(Judge, NotRaisedNamesTheEvidence) {
  const auto report = Judged(Wants("r", "2026-11-16", {{"police", "A"}}), {});
  EXPECT_FALSE(report.Passed());
  EXPECT_EQ(report.outcomes[0].wrong, "not raised");
  EXPECT_THAT(report.outcomes[0].missing, ElementsAre("police A"));
}

TEST(Judge, OneThatGoesOnAgainIsListedAndForbiddenByNoQuiet) {
  Raised again = Alert("r", "2026-11-20", {"police A"});
  again.resumed = true;
  Expectation quiet = Wants("r", "2026-11-30");
  quiet.quiet = true;
  quiet.from = ParseDay("2026-11-18");
  const auto report = Judged(quiet, {Alert("r", "2026-11-16", {"police A"}), again});
  EXPECT_TRUE(report.Passed());
  ASSERT_THAT(report.also_raised, SizeIs(2));
  EXPECT_THAT(Table(report, 0, false), HasSubstr("2026-11-20  r  child-a  goes on again"));
}

TEST(Judge, OfOneThereIsOne) {
  auto report = Judged(Wants("r", "2026-11-16", {{"police", "A"}}), {});
  report.contacts = 1;
  report.ticks = 1;
  report.episodes = 1;
  EXPECT_THAT(Table(report, 0, false),
              AllOf(HasSubstr("; 1 contact, 1 tick from"), HasSubstr("The same 1 episode.")));
}

TEST(Judge, RaisedLateOrTooSoonDiffers) {
  auto late = Judged(Wants("r", "2026-11-16"), {Alert("r", "2026-11-17", {})});
  EXPECT_EQ(late.outcomes[0].wrong, "raised late, on 2026-11-17");
  Expectation from = Wants("r", "2026-11-16");
  from.from = ParseDay("2026-11-15");
  auto soon = Judged(from, {Alert("r", "2026-11-14", {})});
  EXPECT_EQ(soon.outcomes[0].wrong, "raised too soon, on 2026-11-14");
}

TEST(Judge, OtherRulesAndChildrenDoNotCount) {
  Raised other = Alert("r", "2026-11-16", {});
  other.child = "child-b";
  other.labels = {"child-b"};
  const auto report = Judged(Wants("r", "2026-11-16"), {Alert("s", "2026-11-16", {}), other});
  EXPECT_FALSE(report.Passed());
  EXPECT_THAT(report.also_raised, SizeIs(2));
}

TEST(Judge, TheDayIsThatOnWhichAllTheEvidenceWasThere) {
  Raised alert = Alert("r", "2026-11-10", {"police A"});
  alert.changes.push_back({Noon("2026-11-12"), "then", {"police A", "police B"}});
  const auto report = Judged(Wants("r", "2026-11-12", {{"police", "A"}, {"police", "B"}}), {alert});
  EXPECT_TRUE(report.Passed());
  EXPECT_EQ(report.outcomes[0].raised, Noon("2026-11-12"));
  EXPECT_EQ(report.outcomes[0].sentence, "then");
  const auto early = Judged(Wants("r", "2026-11-11", {{"police", "A"}, {"police", "B"}}), {alert});
  EXPECT_FALSE(early.Passed());
  EXPECT_THAT(early.outcomes[0].missing, ElementsAre("police B"));
}

TEST(Judge, OfSeveralAlertsTheOneThatMeetsIsTaken) {
  const auto report =
      Judged(Wants("r", "2026-11-20", {{"police", "B"}}),
             {Alert("r", "2026-11-10", {"police A"}), Alert("r", "2026-11-12", {"police B"})});
  EXPECT_TRUE(report.Passed());
  EXPECT_EQ(report.outcomes[0].raised, Noon("2026-11-12"));
  ASSERT_THAT(report.also_raised, SizeIs(1));
  EXPECT_EQ(report.also_raised[0].opened, Noon("2026-11-10"));
}

TEST(Judge, ClosingIsJudgedByDayAndReason) {
  Expectation wants = Wants("r", "2026-11-16");
  wants.closed = ParseDay("2026-11-20");
  wants.closed_because = "lost_evidence";
  Raised alert = Alert("r", "2026-11-16", {});
  EXPECT_EQ(Judged(wants, {alert}).outcomes[0].wrong, "it did not close");
  alert.closed = Noon("2026-11-21");
  alert.closed_because = "lost_evidence";
  EXPECT_EQ(Judged(wants, {alert}).outcomes[0].wrong, "it closed on 2026-11-21");
  alert.closed = Noon("2026-11-20");
  EXPECT_TRUE(Judged(wants, {alert}).Passed());
  alert.closed_because = "satisfied";
  EXPECT_EQ(Judged(wants, {alert}).outcomes[0].wrong, "it closed as satisfied");
}

TEST(Judge, TheAnswersAreExactlyThoseThatAreWanted) {
  Expectation wants = Wants("r", "2026-11-16");
  Raised alert = Alert("r", "2026-11-16", {});
  alert.answered = {{{"social-care", "A-1"}, "alert_seen"}};
  EXPECT_TRUE(Judged(wants, {alert}).Passed()) << "nothing is said of answers";
  wants.answered.emplace();
  EXPECT_EQ(Judged(wants, {alert}).outcomes[0].wrong, "social-care A-1 answers it too");
  wants.answered->insert({"social-care", "A-1"});
  EXPECT_TRUE(Judged(wants, {alert}).Passed());
  wants.answered->insert({"social-care", "A-2"});
  EXPECT_EQ(Judged(wants, {alert}).outcomes[0].wrong,
            "social-care A-2 is no answer that holds for it");
}

TEST(Judge, QuietForbidsOneRuleOrAnyWithinItsDays) {
  Expectation quiet = Wants("r", "2026-11-16");
  quiet.quiet = true;
  quiet.from = ParseDay("2026-11-10");
  EXPECT_TRUE(Judged(quiet, {Alert("s", "2026-11-12", {})}).Passed());
  EXPECT_TRUE(Judged(quiet, {Alert("r", "2026-11-17", {})}).Passed());
  EXPECT_TRUE(Judged(quiet, {Alert("r", "2026-11-09", {})}).Passed());
  const auto report = Judged(quiet, {Alert("r", "2026-11-12", {})});
  EXPECT_FALSE(report.Passed());
  EXPECT_EQ(report.outcomes[0].wrong, "r was raised on 2026-11-12");
  quiet.rule = "any";
  EXPECT_FALSE(Judged(quiet, {Alert("s", "2026-11-12", {})}).Passed());
}

TEST(Compare, AlikeWithinOneIntervalIsNoDifference) {
  Raised live = Alert("r", "2026-11-16", {});
  Raised recorded = live;
  recorded.opened += kMinute;
  EXPECT_THAT(Compare({live}, {recorded}, kMinute, 0), IsEmpty());
  recorded.opened += kMinute;
  EXPECT_THAT(Compare({live}, {recorded}, kMinute, 0), SizeIs(1));
}

TEST(Compare, ClosingsAreComparedToo) {
  Raised live = Alert("r", "2026-11-16", {});
  Raised recorded = live;
  live.closed = Noon("2026-11-20");
  const auto differences = Compare({live}, {recorded}, kMinute, 0);
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_EQ(differences[0].text,
            "live 2026-11-16 12:00 to 2026-11-20 12:00, recorded lens 2026-11-16 12:00 to the end");
}

TEST(Compare, OfOneSideAloneIsADifference) {
  const Raised one = Alert("r", "2026-11-16", {});
  Raised other = one;
  other.anchor = "police A";
  const auto differences = Compare({one}, {other}, kMinute, 0);
  ASSERT_THAT(differences, SizeIs(2));
  EXPECT_EQ(differences[0].text, "only live, 2026-11-16 12:00 to the end");
  EXPECT_EQ(differences[1].text, "only in the recorded lens, 2026-11-16 12:00 to the end");
  EXPECT_EQ(differences[1].anchor, "police A");
}

TEST(Compare, WhatAContactOnItsWayExplainsIsNone) {
  Raised brief = Alert("r", "2026-11-16", {});
  brief.closed = brief.opened + 10 * kHour;
  EXPECT_THAT(Compare({brief}, {}, kMinute, 12 * kHour), IsEmpty());
  EXPECT_THAT(Compare({brief}, {}, kMinute, 9 * kHour), SizeIs(1));
  EXPECT_THAT(Compare({brief}, {}, kMinute, 0), SizeIs(1));
}

}  // namespace
}  // namespace throughline::cases
