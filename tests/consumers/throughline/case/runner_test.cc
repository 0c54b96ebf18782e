#include "consumers/throughline/case/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace throughline::cases {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

const std::string kSource = THROUGHLINE_SOURCE_DIR;
// Where the case is said to lie: beside the policy that it names.
const std::string kName = kSource + "/tests/consumers/throughline/case/a.case.yaml";

// Two call-outs on Friday and Saturday night, and a referral on Friday that nobody answers.
constexpr std::string_view kContacts =
    "case: A case\n"
    "source: invented\n"
    "policy: ./two-rules\n"
    "people:\n"
    "  child-a: {kind: child, born: 2019-03-02}\n"
    "  mother: {}\n"
    "contacts:\n"
    "  - {agency: police, id: P-1, kind: domestic_abuse_callout, occurred: 2026-11-06T22:00, \n"
    "     recorded: 2026-11-06T23:30, who: [child-a, mother]}\n"
    "  - {agency: gp, id: G-1, kind: referral_made, occurred: 2026-11-06T12:00,\n"
    "     recorded: 2026-11-06T12:00, who: [child-a, mother], shared: {childrens-services: act},\n"
    "     detail: {to: childrens-services}}\n"
    "  - {agency: police, id: P-2, kind: domestic_abuse_callout, occurred: 2026-11-07T21:00,\n"
    "     recorded: 2026-11-08T01:15, who: [child-a, mother]}\n";

std::string Case(std::string_view expect) { return std::string(kContacts) + std::string(expect); }

Result<CaseReport> PlayCase(const std::string& contents, bool memory = true) {
  RunOptions options;
  options.deploy = kSource + "/deploy";
  options.memory = memory;
  return RunCase(contents, kName, options);
}

CaseReport Played(const std::string& contents, bool memory = true) {
  auto report = PlayCase(contents, memory);
  EXPECT_TRUE(report) << (report ? "" : report.error().text);
  return report ? *std::move(report) : CaseReport{};
}

const std::string kBoth = Case(
    "expect:\n"
    "  - {rule: two-call-outs, child: child-a, by: 2026-11-08, evidence: [police P-1, police "
    "P-2]}\n"
    "  - {rule: referral-not-received, child: child-a, by: 2026-11-10, evidence: [gp G-1]}\n");

TEST(Runner, AlertsAreRaisedWhenTheContactCameOrTheTickAfterTheDeadline) {
  const CaseReport report = Played(kBoth);
  EXPECT_TRUE(report.Passed()) << Table(report, 100, false);
  ASSERT_THAT(report.outcomes, SizeIs(2));
  EXPECT_EQ(FormatMinute(*report.outcomes[0].raised), "2026-11-08 01:15");
  EXPECT_EQ(report.outcomes[0].sentence, "2 call-outs within 2 days.");
  // Monday was the last day.
  EXPECT_EQ(FormatMinute(*report.outcomes[1].raised), "2026-11-10 00:00");
  EXPECT_EQ(report.policy, "two-rules");
  EXPECT_EQ(report.contacts, 3u);
  // One opened and lapsed, one opened.
  EXPECT_EQ(report.alerts, 3u);
  EXPECT_EQ(report.episodes, 2u);
  EXPECT_THAT(report.differences, IsEmpty());
  EXPECT_THAT(report.notes, IsEmpty());
}

TEST(Runner, TheEmbeddedLogGivesTheSameReport) {
  EXPECT_EQ(ToJson(Played(kBoth, true)), ToJson(Played(kBoth, false)));
}

TEST(Runner, PlayedAgainItIsTheSame) { EXPECT_EQ(ToJson(Played(kBoth)), ToJson(Played(kBoth))); }

TEST(Runner, WhatIsNotAsExpectedFailsTheCase) {
  const CaseReport report =
      Played(Case("expect:\n"
                  "  - {rule: two-call-outs, child: child-a, by: 2026-11-07}\n"
                  "  - {quiet: referral-not-received, child: child-a}\n"));
  EXPECT_FALSE(report.Passed());
  EXPECT_EQ(report.outcomes[0].wrong, "raised late, on 2026-11-08");
  EXPECT_EQ(report.outcomes[1].wrong, "referral-not-received was raised on 2026-11-10");
}

TEST(Runner, AnAnswerThatIsNotAsExpectedFailsTheCase) {
  const CaseReport report = Played(
      Case("expect:\n"
           "  - {household: child-a, on: 2026-11-08, lives: [mother]}\n"
           "  - {chronology: child-a, as_known_at: 2026-11-07, has: police P-1, not: police P-2}\n"
           "  - {chronology: child-a, lens: agency:gp, has: police P-1}\n"));
  EXPECT_FALSE(report.Passed());
  ASSERT_THAT(report.answered, SizeIs(3));
  EXPECT_THAT(report.answered[0].wrong, ElementsAre("lives: mother expected, nobody answered"));
  EXPECT_THAT(report.answered[1].wrong, IsEmpty());
  EXPECT_THAT(report.answered[2].wrong, ElementsAre("police P-1 is not shown"));
  EXPECT_NE(Table(report, 100, false).find("chronology of child-a, through agency:gp"),
            std::string::npos);
}

TEST(Runner, WhatNothingExpectsIsAlsoRaised) {
  const CaseReport report =
      Played(Case("expect: [{rule: two-call-outs, child: child-a, by: 2026-11-08}]\n"));
  EXPECT_TRUE(report.Passed());
  ASSERT_THAT(report.also_raised, SizeIs(1));
  EXPECT_EQ(report.also_raised[0].rule, "referral-not-received");
  EXPECT_EQ(report.also_raised[0].anchor, "gp G-1");
  EXPECT_THAT(report.also_raised[0].evidence, ElementsAre("gp G-1"));
}

TEST(Runner, AnEpisodeThatLapsesIsSeenToClose) {
  const CaseReport report =
      Played(Case("expect:\n"
                  "  - rule: two-call-outs\n"
                  "    child: child-a\n"
                  "    by: 2026-11-08\n"
                  "    closed: {by: 2026-11-18, because: lapsed}\n"));
  EXPECT_TRUE(report.Passed()) << Table(report, 100, false);
}

TEST(Runner, AFeedThatPublishesLateIsWaitedFor) {
  const CaseReport report =
      Played(Case("delays: {childrens-services: 2d, gp: 1h}\n"
                  "expect: [{rule: referral-not-received, child: child-a, by: 2026-11-12}]\n"));
  // Children's services publish nothing here, so no feed of theirs is known to be late.
  EXPECT_EQ(FormatMinute(*report.outcomes[0].raised), "2026-11-10 00:00");
  EXPECT_TRUE(report.Passed());
}

// The two call-outs, the referral, another of the same day, and an answer to one of them.
std::string Answered(std::string_view alert, std::string_view recorded = "2026-11-10T09:00") {
  return std::string(kContacts) +
         "  - {agency: gp, id: G-2, kind: referral_made, occurred: 2026-11-06T13:00,\n"
         "     recorded: 2026-11-06T13:00, who: [child-a, mother], shared: {childrens-services: "
         "act},\n     detail: {to: childrens-services}}\n"
         "  - {agency: gp, id: A-1, kind: alert_seen, occurred: 2026-11-09,\n     recorded: " +
         std::string(recorded) + ", alert: " + std::string(alert) + "}\n";
}

TEST(Runner, AnAnswerHoldsForTheAlertThatItNames) {
  const CaseReport report = Played(
      Answered("{rule: referral-not-received, child: child-a, about: gp G-2}") +
      "expect:\n"
      "  - {rule: referral-not-received, child: child-a, by: 2026-11-10, evidence: [gp G-1], "
      "answered: []}\n"
      "  - {rule: referral-not-received, child: child-a, by: 2026-11-10, evidence: [gp G-2], "
      "answered: [gp A-1]}\n");
  EXPECT_TRUE(report.Passed()) << Table(report, 100, false);
  EXPECT_THAT(Table(report, 100, false), HasSubstr("answered    gp A-1: alert seen\n"));
  const auto json = nlohmann::json::parse(ToJson(report));
  EXPECT_EQ(json["expected"][1]["answered"][0]["by"], "gp A-1");
  EXPECT_EQ(json["expected"][1]["answered"][0]["kind"], "alert_seen");
}

TEST(Runner, AnAnswerToNoAlertThatIsOpenOrToOneOfSeveralIsAFault) {
  const std::string expect = "expect: [{quiet: two-call-outs, child: child-a}]\n";
  const auto fault = [&](std::string_view alert, std::string_view recorded) {
    const auto report = PlayCase(Answered(alert, recorded) + expect);
    EXPECT_FALSE(report);
    return report ? "" : report.error().text;
  };
  EXPECT_THAT(fault("{rule: referral-not-received, child: child-a}", "2026-11-10T09:00"),
              HasSubstr(":19:41: 2 alerts referral-not-received for child-a are open then: say "
                        "which by `about`: gp G-1, gp G-2"));
  EXPECT_THAT(
      fault("{rule: referral-not-received, child: child-a, about: gp G-2}", "2026-11-09T09:00"),
      HasSubstr(":19:41: no alert referral-not-received for child-a about gp G-2 is open "
                "when this is published, on 2026-11-09 09:00"));
}

TEST(Runner, WhoOpensNoAlertThatIsOpenIsAFault) {
  const auto report =
      PlayCase(std::string(kContacts) +
               "  - {agency: gp, id: O-1, kind: record_opened, occurred: 2026-11-07T09:00,\n"
               "     recorded: 2026-11-07T09:00, alert: {rule: two-call-outs, child: child-a},\n"
               "     detail: {purpose: It was read}}\n"
               "expect: [{quiet: referral-not-received, child: child-a, until: 2026-11-08}]\n");
  ASSERT_FALSE(report);
  EXPECT_THAT(
      report.error().text,
      HasSubstr("a.case.yaml:16:41: no alert two-call-outs for child-a is open when this is "
                "published, on 2026-11-07 09:00"));
}

TEST(Runner, AChildWhoseIdsNothingLinksIsNoted) {
  const CaseReport report = Played(
      "case: A case\n"
      "source: invented\n"
      "policy: ./two-rules\n"
      "people: {child-a: {kind: child, ids: {local-id: '17'}}}\n"
      "contacts:\n"
      "  - {agency: police, id: P-1, kind: conversation, occurred: 2026-11-06, who: [child-a]}\n"
      "  - {agency: gp, id: G-1, kind: conversation, occurred: 2026-11-06, who: [child-a]}\n"
      "expect: [{quiet: any, child: child-a}]\n");
  EXPECT_THAT(report.notes, ElementsAre(StartsWith("child-a stands on 2 chronologies")));
}

TEST(Runner, ARuleThatThePolicyLacksIsAFault) {
  auto report = PlayCase(Case("expect: [{rule: two-call-out, child: child-a, by: 2026-11-08}]\n"));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kInvalid);
  EXPECT_THAT(report.error().text, HasSubstr(":15:17: the policy has no rule two-call-out; did you "
                                             "mean `two-call-outs`?"));
}

TEST(Runner, AnotherPolicyCanJudge) {
  RunOptions options;
  options.deploy = kSource + "/deploy";
  options.memory = true;
  options.policy = "no-such-policy";
  auto report = RunCase(kBoth, kName, options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kNotFound);
}

TEST(Runner, WhatIntakeDoesNotTakeIsAFaultAtItsContact) {
  // Each text is as long as it may be; all of them together do not fit into the journal.
  std::string says;
  for (int i = 0; i < 55; ++i) says += "      - " + std::string(18000, 'x') + "\n";
  auto report = PlayCase(
      "case: A case\n"
      "source: invented\n"
      "policy: ./two-rules\n"
      "people: {child-a: {kind: child}}\n"
      "contacts:\n"
      "  - agency: police\n"
      "    id: P-1\n"
      "    kind: conversation\n"
      "    occurred: 2026-11-06\n"
      "    who: [child-a]\n"
      "    says:\n" +
      says + "expect: [{quiet: any, child: child-a}]\n");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kInvalid);
  EXPECT_THAT(report.error().text, HasSubstr(":6:5: intake did not take police P-1: "));
}

TEST(Table, IsNeverWiderThanAsked) {
  const CaseReport report = Played(Case(
      "expect:\n"
      "  - rule: two-call-outs\n"
      "    child: child-a\n"
      "    by: 2026-11-07\n"
      "    because: A long reason that has to be wrapped because it does not stand on one line\n"));
  std::istringstream lines(Table(report, 80, false));
  std::string line;
  bool wrapped = false;
  while (std::getline(lines, line)) {
    if (line.starts_with("Policy")) continue;
    EXPECT_LE(line.size(), 80u) << line;
    wrapped = wrapped || line.starts_with(std::string(21, ' '));
  }
  EXPECT_TRUE(wrapped);
  EXPECT_THAT(Table(report, 80, false), HasSubstr("DIFFERS  by 2026-11-07  raised 2026-11-08"));
  EXPECT_THAT(Table(report, 80, true), HasSubstr("\x1b[31mDIFFERS"));
}

TEST(Json, IsOneObjectOfTheShapeThatThePageStates) {
  const auto json = nlohmann::json::parse(ToJson(Played(kBoth)));
  EXPECT_EQ(json["passed"], true);
  EXPECT_EQ(json["policy"]["id"], "two-rules");
  EXPECT_EQ(json["expected"].size(), 2u);
  EXPECT_EQ(json["expected"][0]["expects"], "raised");
  EXPECT_EQ(json["expected"][0]["by"], "2026-11-08");
  EXPECT_EQ(json["expected"][0]["raised"], "2026-11-08T01:15:00.000Z");
  EXPECT_EQ(json["expected"][0]["evidence_found"][1], "police P-2");
  EXPECT_EQ(json["expected"][0]["line"], 16);
  EXPECT_EQ(json["also_raised"].size(), 0u);
  EXPECT_EQ(json["recorded_lens"]["episodes"], 2);
  EXPECT_EQ(json["recorded_lens"]["differences"].size(), 0u);
  EXPECT_EQ(json["notes"].size(), 0u);
}

}  // namespace
}  // namespace throughline::cases
