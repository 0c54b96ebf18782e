#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CompiledPolicy RuleOf(const std::string& block, const std::string& more = "") {
  const std::string family = block.substr(0, block.find(':'));
  std::string indented;
  for (std::size_t at = 0; at < block.size();) {
    const std::size_t end = std::min(block.find('\n', at), block.size());
    indented += "  " + block.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return PolicyOf(
      "- id: T-1\n  title: A rule\n  statement: Looks.\n"
      "  basis: {kind: guidance, source: A source}\n  jurisdiction: england\n"
      "  addressee: safeguarding_lead\n  response: Do it.\n"
      "  respond_within: 1 working day\n  sentence: It holds.\n  family: " +
      family + "\n" + more + indented);
}

constexpr std::string_view kDecision =
    "clock:\n"
    "  anchor: {kinds: referral_received}\n"
    "  satisfied_by: {kinds: referral_decided}\n"
    "  within: 1 working day\n"
    "  what: a decision";

// 2026-11-13 is a Friday.
constexpr std::string_view kReferral =
    "- {contact_id: R, kind: referral_received, occurred: 2026-11-13T10:00, recorded: "
    "2026-11-13T11:00, detail: {source: 3F}}\n";

TEST(Clock, SpeaksAtTheEndOfTheLastWorkingDayAndNotBefore) {
  const auto policy = RuleOf(std::string(kDecision));
  const auto record = Record(std::string(kReferral));
  EXPECT_THAT(Said(policy, record, At("2026-11-16T23:59")), IsEmpty());
  EXPECT_THAT(Said(policy, record, At("2026-11-17")), ElementsAre("T-1 R [R] a decision;"));
}

TEST(Clock, IsSatisfiedByWhatCanHaveHappenedAfterIt) {
  const auto policy = RuleOf(std::string(kDecision));
  const auto said = [&](const std::string& occurred) {
    return Said(policy,
                Record(std::string(kReferral) +
                       "- {contact_id: D, kind: referral_decided, occurred: " + occurred +
                       ", recorded: 2026-11-20, detail: {outcome: assessment}}\n"),
                At("2026-11-25"));
  };
  EXPECT_THAT(said("2026-11-13"), IsEmpty());
  EXPECT_THAT(said("2026-11"), IsEmpty());
  EXPECT_THAT(said("2026-11-12"), ElementsAre("T-1 R [R] a decision;"));
}

TEST(Clock, StartsAtTheLatestThatItsTimeAllowsButNotAfterItWasRecorded) {
  const auto policy = RuleOf(std::string(kDecision));
  const auto month = Record(
      "- {contact_id: R, kind: referral_received, occurred: 2026-10, recorded: 2026-11-20, detail: "
      "{source: 3F}}\n");
  EXPECT_THAT(Said(policy, month, At("2026-11-02")), IsEmpty());
  EXPECT_THAT(Said(policy, month, At("2026-11-03")), ElementsAre("T-1 R [R] a decision;"));
  const auto recorded = Record(
      "- {contact_id: R, kind: referral_received, occurred: 2026-11, recorded: 2026-11-04, detail: "
      "{source: 3F}}\n");
  EXPECT_THAT(Said(policy, recorded, At("2026-11-05")), IsEmpty());
  EXPECT_THAT(Said(policy, recorded, At("2026-11-06")), ElementsAre("T-1 R [R] a decision;"));
}

TEST(Clock, WaitsForTheDelayOfTheFeedThatMayAnswer) {
  const auto policy = RuleOf(std::string(kDecision));
  const auto record = Record(std::string(kReferral));
  const Child child{TestChild(), record};
  const Setting setting{&England(), {{"childrens-services", 2 * kDay}}, {}};
  EXPECT_TRUE(Evaluate(policy, child, At("2026-11-18T23:59"), setting).episodes.empty());
  const auto late = Evaluate(policy, child, At("2026-11-19"), setting);
  ASSERT_EQ(late.episodes.size(), 1U);
  EXPECT_EQ(late.episodes[0].due, At("2026-11-17"));
}

TEST(Clock, SaysWhetherWhatCameWasRecordedInTime) {
  const auto policy = RuleOf(std::string(kDecision));
  const auto ending = [&](const std::string& recorded) {
    const auto record =
        Record(std::string(kReferral) +
               "- {contact_id: D, kind: referral_decided, occurred: 2026-11-16T10:00, recorded: " +
               recorded + ", received: 2026-11-19, detail: {outcome: assessment}}\n");
    const auto result =
        Evaluate(policy, {TestChild(), record}, At("2026-11-19"), {&England(), {}, {}});
    return result.ended.size() == 1 ? std::string(EndingText(result.ended[0].ending)) : "";
  };
  EXPECT_EQ(ending("2026-11-16T12:00"), "satisfied");
  EXPECT_EQ(ending("2026-11-18T12:00"), "satisfied_late");
}

TEST(Clock, HistoryArmsNoneButSatisfies) {
  const auto policy = RuleOf(std::string(kDecision));
  const auto history = Record(
      "- {contact_id: R, kind: referral_received, occurred: 2026-11-13, recorded: 2026-11-13, "
      "history: "
      "yes, detail: {source: 3F}}\n");
  EXPECT_THAT(Said(policy, history, At("2026-12-01")), IsEmpty());
  EXPECT_THAT(Said(policy, history, At("2026-12-01"), {true}),
              ElementsAre("T-1 R [R] a decision;"));
  const auto answered = Record(std::string(kReferral) +
                               "- {contact_id: D, kind: referral_decided, occurred: 2026-11-16, "
                               "recorded: 2026-11-16, history: yes, "
                               "detail: {outcome: assessment}}\n");
  EXPECT_THAT(Said(policy, answered, At("2026-12-01")), IsEmpty());
}

TEST(Clock, ByTheMorningOfTheNextSchoolDayCountsTheDayItself) {
  const auto policy = RuleOf(
      "clock:\n  anchor: {kinds: domestic_abuse_callout}\n  satisfied_by: {kinds: "
      "encompass_notice}\n"
      "  within: 1 school day by 08:45\n  what: a notice");
  const auto due = [&](const std::string& occurred) {
    const auto record =
        Record("- {contact_id: D, kind: domestic_abuse_callout, occurred: " + occurred +
               ", recorded: " + occurred + "}\n");
    return Evaluate(policy, {TestChild(), record}, At("2026-12-01"), {&England(), {}, {}})
        .episodes.at(0)
        .due;
  };
  EXPECT_EQ(due("2026-11-14T23:40"), At("2026-11-16T08:45"));  // a Saturday night
  EXPECT_EQ(due("2026-11-16T02:00"), At("2026-11-16T08:45"));
  EXPECT_EQ(due("2026-11-16T09:00"), At("2026-11-17T08:45"));
}

TEST(Clock, WhoseConditionFailsAtTheDeadlineLooksForNoTime) {
  const auto policy = RuleOf(std::string(kDecision) + "\n  only_while: [{age_months_from: 48}]");
  const auto due = [&](const std::string& born) {
    const auto record =
        Record(std::string(kReferral) + "- {contact_id: V, kind: visit, occurred: 2026-11-13, " +
               "recorded: 2026-11-13, subjects: [{label: child, person_kind: child, " +
               "roles: [subject_child], demographics: {date_of_birth: " + born + "}}]}\n");
    return Evaluate(policy, {TestChild(), record}, At("2026-11-14"), {&England(), {}, {}}).next_due;
  };
  EXPECT_EQ(due("2015-01-01"), (NextDue{At("2026-11-17"), "T-1"}));
  // Four on the day of the deadline, and a day later.
  EXPECT_EQ(due("2022-11-17"), (NextDue{At("2026-11-17"), "T-1"}));
  EXPECT_FALSE(due("2022-11-18").has_value());
}

constexpr std::string_view kVisits =
    "clock:\n"
    "  anchor: {kinds: plan_opened, fields: {detail.level: child_protection}}\n"
    "  satisfied_by: {child_seen: yes}\n"
    "  within: 10 working days\n"
    "  repeating: yes\n"
    "  stopped_by: [{kinds: plan_closed}]\n"
    "  what: sight of the child";
constexpr std::string_view kPlan =
    "- {contact_id: P, kind: plan_opened, occurred: 2026-03-02, recorded: 2026-03-02, detail: "
    "{plan_ref: "
    "x, level: child_protection}}\n";

std::string Visit(const std::string& id, const std::string& day, const std::string& seen) {
  return "- {contact_id: " + id + ", kind: visit, occurred: " + day + ", recorded: " + day +
         ", subjects: [{label: child, person_kind: child, roles: [subject_child]}], seen: [{child: "
         "child, "
         "seen: " +
         seen + "}], detail: {purpose: child_protection}}\n";
}

TEST(Clock, ARepeatingOneStartsAnewAtEachSatisfaction) {
  const auto policy = RuleOf(std::string(kVisits));
  const auto record = Record(std::string(kPlan) + Visit("V1", "2026-03-12", "yes"));
  EXPECT_THAT(Said(policy, record, At("2026-03-26T23:00")), IsEmpty());
  EXPECT_THAT(Said(policy, record, At("2026-03-27")),
              ElementsAre("T-1 P [P V1] sight of the child;"));
}

TEST(Clock, OnlyAChildRecordedAsSeenCounts) {
  const auto policy = RuleOf(std::string(kVisits));
  for (const std::string seen : {"no", "not_recorded"}) {
    const auto record = Record(std::string(kPlan) + Visit("V1", "2026-03-12", seen));
    EXPECT_THAT(Said(policy, record, At("2026-03-17")),
                ElementsAre("T-1 P [P] sight of the child;"));
  }
}

TEST(Clock, IsStopped) {
  const auto policy = RuleOf(std::string(kVisits));
  const auto record = Record(std::string(kPlan) +
                             "- {contact_id: C, kind: plan_closed, occurred: 2026-03-10, recorded: "
                             "2026-03-10, detail: {plan_ref: x}}\n");
  EXPECT_THAT(Said(policy, record, At("2026-06-01")), IsEmpty());
}

TEST(Clock, RunsForEachHandoverUntilItsRecipientAnswers) {
  const auto policy = RuleOf(
      "clock:\n  anchor: {fields: {sharing: present}}\n  handovers: {expectations: [act, reply]}\n"
      "  state: received\n  within: 1 working day\n  what: no acknowledgement");
  const std::string referral =
      "- {agency: emas, contact_id: E, kind: referral_made, occurred: 2026-11-13T10:00, recorded: "
      "2026-11-13T10:00, detail: {to: social-care}, sharing: [{recipient: social-care, "
      "expectation: act}, "
      "{recipient: hospital, expectation: act}, {recipient: school, expectation: "
      "for_information}]}\n";
  const auto answer = [](const std::string& agency, const std::string& kind) {
    return "- {agency: " + agency + ", contact_id: A-" + agency + ", kind: " + kind +
           ", occurred: 2026-11-16, recorded: 2026-11-16, links: [{answers: emas E}], detail: " +
           (kind == "handover_declined" ? "{reason: not_ours}" : "{by: duty_worker}") + "}\n";
  };
  EXPECT_THAT(Said(policy, Record(referral), At("2026-11-16T23:00")), IsEmpty());
  EXPECT_THAT(
      Said(policy, Record(referral), At("2026-11-17")),
      ElementsAre("T-1 E [E] no acknowledgement (social-care); no acknowledgement (hospital);"));
  EXPECT_THAT(
      Said(policy, Record(referral + answer("social-care", "handover_received")), At("2026-11-17")),
      ElementsAre("T-1 E [E] no acknowledgement (hospital);"));
  EXPECT_THAT(Said(policy,
                   Record(referral + answer("social-care", "handover_received") +
                          answer("hospital", "handover_declined")),
                   At("2026-11-17")),
              IsEmpty());
}

// Whoever got the corrected referral answers that.
TEST(Clock, AnAnswerToACorrectionAnswersWhatItCorrects) {
  const auto policy = RuleOf(
      "clock:\n  anchor: {fields: {sharing: present}}\n  handovers: {expectations: act}\n"
      "  state: received\n  within: 1 working day\n  what: no acknowledgement");
  const std::string body =
      "kind: referral_made, occurred: 2026-11-13T10:00, recorded: 2026-11-13T10:00, subjects: "
      "[{label: child, person_kind: child, roles: [subject_child]}], detail: {to: social-care}, "
      "sharing: [{recipient: social-care, expectation: act}]}";
  const std::string referral = "- {agency: emas, contact_id: E, " + body + "\n";
  const std::string correction =
      "- {agency: emas, contact_id: X, kind: contact_corrected, occurred: 2026-11-14, recorded: "
      "2026-11-14, detail: {of: E, why: the address was wrong, replaces: {" +
      body + "}}\n";
  const auto answer = [](const std::string& to) {
    return "- {agency: social-care, contact_id: A, kind: handover_received, occurred: 2026-11-16, "
           "recorded: 2026-11-16, links: [{answers: emas " +
           to + "}], detail: {by: duty_worker}}\n";
  };
  EXPECT_EQ(Said(policy, Record(referral + correction), At("2026-11-18")).size(), 1U);
  for (const std::string to : {"E", "X"}) {
    EXPECT_THAT(Said(policy, Record(referral + correction + answer(to)), At("2026-11-18")),
                IsEmpty());
    EXPECT_THAT(Said(policy, Record(correction + answer(to)), At("2026-11-18")), IsEmpty())
        << "a correction that stands alone stands for what it corrects";
  }
}

// Ring the recipient; send it again if it is not there.
TEST(Clock, WhatIsAnsweredWhenItIsSentAgainIsAnswered) {
  const auto policy = RuleOf(
      "clock:\n  anchor: {fields: {sharing: present}}\n  handovers: {expectations: act}\n"
      "  state: received\n  within: 1 working day\n  what: no acknowledgement");
  const auto sent = [](const std::string& id, const std::string& day, const std::string& to,
                       const std::string& again) {
    return "- {agency: emas, contact_id: " + id + ", kind: referral_made, occurred: " + day +
           ", recorded: " + day + ", detail: {to: social-care}, sharing: " + to + ", links: [" +
           again + "]}\n";
  };
  const auto to = [](const std::string& agency) {
    return "{recipient: " + agency + ", expectation: act}";
  };
  const std::string answer =
      "- {agency: social-care, contact_id: A, kind: handover_received, occurred: 2026-11-20, "
      "recorded: 2026-11-20, links: [{answers: emas E3}], detail: {by: duty_worker}}\n";
  const std::string first = sent("E1", "2026-11-13", "[" + to("social-care") + "]", "");
  const std::string again =
      sent("E2", "2026-11-18", "[" + to("social-care") + "]", "{sends_again: E1}") +
      sent("E3", "2026-11-19", "[" + to("social-care") + ", " + to("school") + "]",
           "{sends_again: E2}");
  EXPECT_EQ(Said(policy, Record(first + again), At("2026-11-19")).size(), 1U);
  EXPECT_THAT(Said(policy, Record(first + again + answer), At("2026-11-21")),
              ElementsAre("T-1 E3 [E3] no acknowledgement (school);"));
  const std::string elsewhere = sent("E1", "2026-11-13", "[" + to("hospital") + "]", "");
  EXPECT_THAT(Said(policy, Record(elsewhere + again + answer), At("2026-11-20")),
              ElementsAre("T-1 E1 [E1] no acknowledgement (hospital);"))
      << "it was sent to somebody else";
}

// A decision that links to the correction of a referral decides on that referral.
TEST(Clock, ALinkToACorrectionLeadsToWhatItCorrects) {
  const auto policy = RuleOf(
      "clock:\n  anchor: {kinds: referral_received}\n  satisfied_by: {kinds: referral_decided}\n"
      "  within: 1 working day\n  what: a decision\n  by_link: yes");
  const std::string body =
      "kind: referral_received, occurred: 2026-11-13T10:00, recorded: 2026-11-13T11:00, subjects: "
      "[{label: child, person_kind: child, roles: [subject_child]}], detail: {source: 3F}}";
  const std::string corrected =
      std::string(kReferral) +
      "- {contact_id: X, kind: contact_corrected, occurred: 2026-11-13, recorded: "
      "2026-11-13T12:00, detail: {of: R, why: put wrongly, replaces: {" +
      body + "}}\n";
  const auto decided = [](const std::string& of) {
    return "- {contact_id: D, kind: referral_decided, occurred: 2026-11-13T16:00, recorded: "
           "2026-11-13T16:00, links: [{follows: " +
           of + "}], detail: {outcome: assessment}}\n";
  };
  EXPECT_EQ(Said(policy, Record(corrected), At("2026-11-19")).size(), 1U);
  for (const std::string of : {"R", "X"}) {
    EXPECT_THAT(Said(policy, Record(corrected + decided(of)), At("2026-11-19")), IsEmpty()) << of;
  }
}

TEST(Clock, AHandoversStatedDayCountsWhereTheRuleSaysSo) {
  const auto policy = RuleOf(
      "clock:\n  anchor: {fields: {sharing: present}}\n  handovers: {expectations: act}\n"
      "  state: acted_on\n  within: 10 working days\n  stated_due: yes\n  what: no answer");
  const auto record = Record(
      "- {agency: emas, contact_id: E, kind: referral_made, occurred: 2026-11-13, recorded: "
      "2026-11-13, "
      "detail: {to: social-care}, sharing: [{recipient: social-care, expectation: act, due: "
      "2026-11-14}]}\n"
      "- {agency: social-care, contact_id: C, kind: referral_received, occurred: 2026-11-13, "
      "recorded: "
      "2026-11-13, links: [{answers: emas E}], detail: {source: 3F}}\n");
  EXPECT_THAT(Said(policy, record, At("2026-11-14T23:00")), IsEmpty());
  EXPECT_THAT(Said(policy, record, At("2026-11-15")),
              ElementsAre("T-1 E [E] no answer (social-care);"));
}

constexpr std::string_view kGate =
    "process:\n"
    "  anchor: {kinds: case_closed}\n"
    "  shortfalls: [{what: checks not updated, contact: {kinds: case_closed, fields: "
    "{detail.checks_updated: no}}}]\n"
    "  unfinished: [{what: a recommendation is open, opened_by: {kinds: recommendation_made}, "
    "finished_by: {kinds: recommendation_closed}}]\n"
    "  expected: [{what: the child was not seen, contact: {child_seen: yes}, since: 20 working "
    "days}]\n"
    "  cleared_by: [{kinds: plan_opened}]\n"
    "  lapses_after: 12 months";

TEST(Process, NamesEachReasonAndRestsOnWhatIsOpen) {
  const auto policy = RuleOf(std::string(kGate));
  const std::string closed =
      "- {contact_id: C, kind: case_closed, occurred: 2026-05-01, recorded: 2026-05-01, detail: "
      "{checks_updated: no}}\n"
      "- {contact_id: M, kind: recommendation_made, occurred: 2026-04-01, recorded: 2026-04-01, "
      "detail: "
      "{text: Look again.}}\n";
  EXPECT_THAT(
      Said(policy, Record(closed), At("2026-05-01")),
      ElementsAre(
          "T-1 C [M C] the child was not seen; a recommendation is open; checks not updated;"));
  const std::string done =
      "- {contact_id: N, kind: recommendation_closed, occurred: 2026-04-20, recorded: 2026-04-20, "
      "links: "
      "[{answers: M}], detail: {of: M, result: done}}\n";
  EXPECT_THAT(
      Said(policy, Record(closed + done + Visit("V", "2026-04-28", "yes")), At("2026-05-01")),
      ElementsAre("T-1 C [C] checks not updated;"));
  EXPECT_THAT(Said(policy, Record(closed), At("2027-05-02")), IsEmpty());
}

TEST(Process, ExpectedWithinASpanWaitsForIt) {
  const auto policy = RuleOf(
      "process:\n  anchor: {kinds: injury_noted, fields: {detail.mobile: no}}\n"
      "  expected: [{what: no referral, contact: {kinds: referral_made}, within: 24 hours}]\n"
      "  lapses_after: 3 months");
  const auto record = Record(
      "- {contact_id: I, kind: injury_noted, occurred: 2026-05-01T10:00, recorded: "
      "2026-05-01T10:30, detail: "
      "{mobile: no}}\n");
  EXPECT_THAT(Said(policy, record, At("2026-05-02T10:00")), IsEmpty());
  EXPECT_THAT(Said(policy, record, At("2026-05-02T10:02")), ElementsAre("T-1 I [I] no referral;"));
}

CompiledPolicy CallOuts(const std::string& window, const std::string& more = "") {
  return RuleOf(
      "pattern:\n  steps: [{contact: {kinds: domestic_abuse_callout}, at_least: 2}]\n"
      "  window: " +
      window + "\n  lapses_after: 3 months\n" + more);
}

std::string CallOut(const std::string& id, const std::string& occurred,
                    const std::string& more = "") {
  return "- {contact_id: " + id + ", kind: domestic_abuse_callout, occurred: " + occurred +
         ", recorded: 2026-12-31T12:00" + more + "}\n";
}

TEST(Pattern, CountsOnlyWhatTheTimesProve) {
  const auto two = [&](const std::string& window, const std::string& a, const std::string& b) {
    return Said(CallOuts(window), Record(CallOut("A", a) + CallOut("B", b)), At("2027-01-01"))
        .size();
  };
  EXPECT_EQ(two("48 hours", "2026-12-03T10:00", "2026-12-05T09:00"), 1U);
  EXPECT_EQ(two("48 hours", "2026-12-03T10:00", "2026-12-05T11:00"), 0U);
  EXPECT_EQ(two("2 days", "2026-12-03", "2026-12-04"), 1U);
  EXPECT_EQ(two("2 days", "2026-12-03", "2026-12-06"), 0U);
  EXPECT_EQ(two("2 days", "2026-12", "2026-12"), 0U) << "a month proves no two days";
  EXPECT_EQ(two("2 months", "2026-11", "2026-12"), 1U);
  EXPECT_EQ(two("12 months", "unknown", "2026-12"), 0U);
}

TEST(Pattern, AContactMayStandForSeveralWithinItsSpan) {
  const auto record = [](const std::string& until) {
    return Record(
        CallOut("A", "2026-10-01", ", occurred_until: " + until + ", occurrences: {count: 5}"));
  };
  EXPECT_EQ(Said(CallOuts("12 months"), record("2026-12-01"), At("2027-01-01")).size(), 1U);
  EXPECT_EQ(Said(CallOuts("2 days"), record("2026-12-01"), At("2027-01-01")).size(), 0U);
}

TEST(Pattern, WhatIsMissingWasDueAfterTheWindowThatItIsToldOf) {
  const auto policy = CallOuts("2 days",
                               "  absent: [{kinds: strategy_discussion}]\n"
                               "  absent_within: 5 days\n  absent_what: no discussion\n");
  const auto record = Record(CallOut("A", "2026-12-03") + CallOut("B", "2026-12-04") +
                             CallOut("C", "2026-12-20") + CallOut("D", "2026-12-21"));
  const auto episodes =
      Evaluate(policy, {TestChild(), record}, At("2027-01-01"), {&England(), {}, {}}).episodes;
  ASSERT_EQ(episodes.size(), 1U);
  EXPECT_EQ(episodes[0].due, At("2026-12-27"));
  EXPECT_EQ(episodes[0].evidence.size(), 4U);
  EXPECT_EQ(episodes[0].count, 2U);
}

TEST(Pattern, LapsesByItself) {
  const auto record = Record(CallOut("A", "2026-12-03") + CallOut("B", "2026-12-04"));
  EXPECT_EQ(Said(CallOuts("2 days"), record, At("2027-03-04T23:59")).size(), 1U);
  EXPECT_EQ(Said(CallOuts("2 days"), record, At("2027-03-05")).size(), 0U);
}

TEST(Pattern, StartsItsCountAnewAfterWhatClearsIt) {
  const auto policy = CallOuts("2 months", "  cleared_by: [{kinds: strategy_discussion}]\n");
  const std::string cleared =
      CallOut("A", "2026-12-03") + CallOut("B", "2026-12-05") +
      "- {contact_id: S, kind: strategy_discussion, occurred: 2026-12-06, recorded: 2026-12-06}\n";
  EXPECT_THAT(Said(policy, Record(cleared), At("2027-01-01")), IsEmpty());
  EXPECT_THAT(Said(policy, Record(cleared + CallOut("C", "2026-12-08")), At("2027-01-01")),
              IsEmpty());
  EXPECT_THAT(
      Said(policy, Record(cleared + CallOut("C", "2026-12-08") + CallOut("D", "2026-12-09")),
           At("2027-01-01")),
      ElementsAre("T-1 - [C D]"));
}

TEST(Pattern, ALinkSaysWhichCameFirst) {
  const auto policy = CallOuts("2 months", "  cleared_by: [{kinds: strategy_discussion}]\n");
  const std::string month =
      "- {contact_id: S, kind: strategy_discussion, occurred: 2026-12, recorded: 2026-12-31}\n" +
      CallOut("A", "2026-12");
  EXPECT_THAT(Said(policy, Record(month + CallOut("B", "2026-12")), At("2027-01-01")), IsEmpty());
  EXPECT_THAT(Said(policy,
                   Record(month.substr(0, month.size() - 2) + ", links: [{follows: S}]}\n" +
                          CallOut("B", "2026-12", ", links: [{follows: S}]")),
                   At("2027-01-01")),
              ElementsAre("T-1 - [A B]"));
}

TEST(Pattern, AsksForDistinctAgenciesKindsAndDays) {
  const auto policy = [](const std::string& demand) {
    return RuleOf(
        "pattern:\n  steps: [{contact: {concerns: neglect}, at_least: 2}]\n  window: 6 months\n"
        "  lapses_after: 6 months\n  " +
        demand);
  };
  const auto seen = [](const std::string& id, const std::string& agency, const std::string& kind,
                       const std::string& day) {
    return "- {contact_id: " + id + ", agency: " + agency + ", kind: " + kind +
           ", occurred: " + day + ", recorded: 2026-12-31, concerns: [neglect]}\n";
  };
  const auto same = Record(seen("A", "school", "visit", "2026-10-01") +
                           seen("B", "school", "visit", "2026-10-01"));
  const auto other = Record(seen("A", "school", "visit", "2026-10-01") +
                            seen("B", "gp", "attendance", "2026-10-02"));
  for (const std::string demand :
       {"distinct_agencies: 2", "distinct_kinds: 2", "distinct_days: 2"}) {
    EXPECT_EQ(Said(policy(demand), same, At("2027-01-01")).size(), 0U) << demand;
    EXPECT_EQ(Said(policy(demand), other, At("2027-01-01")).size(), 1U) << demand;
  }
  const auto vague =
      Record(seen("A", "school", "visit", "2026-10") + seen("B", "gp", "visit", "2026-10"));
  EXPECT_EQ(Said(policy("distinct_days: 2"), vague, At("2027-01-01")).size(), 0U);
}

TEST(Pattern, StepsInOrderMustCertainlyBeInOrder) {
  const auto policy = RuleOf(
      "pattern:\n  in_order: yes\n  lapses_after: 12 months\n  steps:\n"
      "  - contact: {kinds: pregnancy_known}\n  - contact: {kinds: domestic_abuse_callout}");
  const auto said = [&](const std::string& pregnancy, const std::string& call) {
    return Said(policy,
                Record("- {contact_id: P, kind: pregnancy_known, occurred: " + pregnancy +
                       ", recorded: 2026-12-31, detail: {mother: child}}\n" + CallOut("D", call)),
                At("2027-01-01"))
        .size();
  };
  EXPECT_EQ(said("2026-10", "2026-11"), 1U);
  EXPECT_EQ(said("2026-11", "2026-10"), 0U);
  EXPECT_EQ(said("2026-11", "2026-11"), 0U);
}

TEST(Pattern, WaitsForWhatMayStillCome) {
  const auto policy = RuleOf(
      "pattern:\n  anchored: yes\n  steps: [{contact: {kinds: domestic_abuse_callout}}]\n"
      "  absent: [{kinds: referral_made}]\n  absent_within: 2 working days\n"
      "  absent_what: nothing shared");
  const std::string call =
      "- {contact_id: A, kind: domestic_abuse_callout, occurred: 2026-11-13T10:00, recorded: "
      "2026-11-13T11:00}\n";
  EXPECT_THAT(Said(policy, Record(call), At("2026-11-17T23:00")), IsEmpty());
  EXPECT_THAT(Said(policy, Record(call), At("2026-11-18")),
              ElementsAre("T-1 A [A] nothing shared;"));
  EXPECT_THAT(
      Said(policy,
           Record(call + "- {contact_id: R, kind: referral_made, occurred: 2026-11-14, recorded: "
                         "2026-11-14, detail: {to: social-care}}\n"),
           At("2026-11-18")),
      IsEmpty());
}

TEST(Pattern, RestsOnHistoryUntilLiveEvidenceJoins) {
  const auto policy = CallOuts("12 months");
  const std::string history =
      CallOut("A", "2026-11-03", ", history: yes") + CallOut("B", "2026-11-04", ", history: yes");
  EXPECT_THAT(Said(policy, Record(history), At("2027-01-01")),
              ElementsAre("T-1 - [A B] from history"));
  EXPECT_THAT(Said(policy, Record(history), At("2027-01-01"), {true}), ElementsAre("T-1 - [A B]"));
  EXPECT_THAT(Said(policy, Record(history + CallOut("C", "2026-12-01")), At("2027-01-01")),
              ElementsAre("T-1 - [A B C]"));
}

TEST(Pattern, WhatWasRetractedOrIsADuplicateNeverCounts) {
  const std::string both = CallOut("A", "2026-12-03") + CallOut("B", "2026-12-04");
  EXPECT_EQ(Said(CallOuts("2 days"), Record(both), At("2027-01-01")).size(), 1U);
  EXPECT_EQ(Said(CallOuts("2 days"),
                 Record(both + "- {contact_id: X, kind: contact_retracted, occurred: 2026-12-05, "
                               "recorded: 2026-12-05, links: [{retracts: B}], detail: {of: B, why: "
                               "not_ours}}\n"),
                 At("2027-01-01"))
                .size(),
            0U);
  EXPECT_EQ(Said(CallOuts("2 days"),
                 Record(CallOut("A", "2026-12-03") +
                        CallOut("B", "2026-12-04", ", links: [{duplicates: A}]")),
                 At("2027-01-01"))
                .size(),
            0U);
}

TEST(Rule, JudgesWhatLiesWithinItsValidity) {
  const auto policy =
      RuleOf(std::string(kDecision), "  valid_from: 2026-11-01\n  valid_until: 2026-11-30\n");
  const auto said = [&](const std::string& day) {
    return Said(policy,
                Record("- {contact_id: R, kind: referral_received, occurred: " + day +
                       ", recorded: " + day + ", detail: {source: 3F}}\n"),
                At("2027-06-01"))
        .size();
  };
  EXPECT_EQ(said("2026-10-31"), 0U);
  EXPECT_EQ(said("2026-11-01"), 1U);
  EXPECT_EQ(said("2026-11-30"), 1U);
  EXPECT_EQ(said("2026-12-01"), 0U);
}

}  // namespace
}  // namespace throughline::risk
