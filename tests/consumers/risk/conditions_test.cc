#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consumers/risk/compiled_rules.h"
#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

using testing::SizeIs;

// A pattern of one step that speaks of each contact that passes.
CompiledPolicy PolicyOfTest(const std::string& test, const std::string& more = "") {
  return PolicyOf(
      "- id: T-1\n  title: A rule\n  statement: Looks.\n  basis: {kind: guidance, source: A "
      "source}\n"
      "  jurisdiction: england\n  addressee: safeguarding_lead\n  response: Do it.\n"
      "  respond_within: 1 working day\n  sentence: It holds.\n  family: pattern\n"
      "  pattern:\n    anchored: yes\n    steps: [{contact: " +
      test + "}]\n" + more);
}

constexpr std::string_view kTimes = "occurred: 2026-05-04, recorded: 2026-05-04T18:00";

std::string One(const std::string& rest) {
  return "- {contact_id: A, " + std::string(kTimes) + ", " + rest + "}\n";
}

struct Case {
  const char* name;
  const char* test;
  std::string contact;
  bool passes;
};

class Condition : public testing::TestWithParam<Case> {};

TEST_P(Condition, HoldsOrNot) {
  EXPECT_THAT(Said(PolicyOfTest(GetParam().test), Record(GetParam().contact), At("2026-06-01")),
              SizeIs(GetParam().passes ? 1 : 0));
}

const std::string kTwoChildren =
    "subjects: [{label: one, person_kind: child, roles: [sibling]}, {label: two, person_kind: "
    "child, "
    "roles: [subject_child]}], ";

INSTANTIATE_TEST_SUITE_P(
    OfAContact, Condition,
    testing::Values(
        Case{"Kind", "{kinds: visit}", One("kind: visit"), true},
        Case{"AnotherKind", "{kinds: visit}", One("kind: birth"), false},
        Case{"OneOfSeveralKinds", "{kinds: [birth, visit]}", One("kind: visit"), true},
        Case{"Concern", "{concerns: neglect}", One("kind: visit, concerns: [neglect]"), true},
        Case{"AnotherConcern", "{concerns: neglect}", One("kind: visit, concerns: [injury]"),
             false},
        Case{"AnotherChildsConcern", "{concerns: neglect}",
             One(kTwoChildren + "kind: visit, concerns: [{concern: neglect, children: [two]}]"),
             false},
        Case{"ThisChildsConcern", "{concerns: neglect}",
             One(kTwoChildren + "kind: visit, concerns: [{concern: neglect, children: [one]}]"),
             true},
        Case{"AnyChildsConcern", "{concerns: neglect, any_child: yes}",
             One(kTwoChildren + "kind: visit, concerns: [{concern: neglect, children: [two]}]"),
             true},
        Case{"CountedConcern", "{any_counted_concern: yes}",
             One("kind: visit, concerns: [neglect]"), true},
        Case{"ContextDoesNotCount", "{any_counted_concern: yes}",
             One("kind: visit, concerns: [poverty, housing]"), false},
        Case{"AgencyByName", "{kinds: visit, agencies: school}", One("kind: visit, agency: school"),
             true},
        Case{"AgencyByPart", "{kinds: visit, agencies: police}",
             One("kind: visit, agency: leicester-police"), true},
        Case{"AgencyByNoPart", "{kinds: visit, agencies: lice}",
             One("kind: visit, agency: leicester-police"), false},
        Case{"Role", "{kinds: visit, roles: sibling}", One(kTwoChildren + "kind: visit"), true},
        Case{"AnotherRole", "{kinds: visit, roles: subject_child}",
             One(kTwoChildren + "kind: visit"), false},
        Case{"PersonKind", "{person_kinds: unborn_child}", One("kind: visit, as: unborn_child"),
             true},
        Case{"AnotherPersonKind", "{person_kinds: unborn_child}", One("kind: visit"), false},
        Case{"CameBy", "{kinds: visit, came_by: relation}", One("kind: visit, came_by: relation"),
             true},
        Case{"CameByHoldsForTheTestsWithin", "{came_by: relation, any_of: [{kinds: visit}]}",
             One("kind: visit, came_by: relation"), true},
        Case{"CameByHoldsForWhatItMustNotBe",
             "{kinds: visit, came_by: relation, unless: [{concerns: neglect}]}",
             One("kind: visit, concerns: [neglect], came_by: relation"), false},
        Case{"NotGivenItIsTheChildsOwn", "{any_of: [{kinds: visit}]}",
             One("kind: visit, came_by: relation"), false},
        Case{"CameOtherwise", "{kinds: visit, came_by: relation}", One("kind: visit"), false},
        Case{"SeenYes", "{child_seen: yes}",
             One(kTwoChildren + "kind: visit, seen: [{child: one, seen: yes}]"), true},
        Case{"AnotherChildSeen", "{child_seen: yes}",
             One(kTwoChildren + "kind: visit, seen: [{child: two, seen: yes}]"), false},
        Case{"SeenNotRecorded", "{kinds: visit, child_seen: not_recorded}", One("kind: visit"),
             true},
        Case{"ASchoolSawWhoAttended", "{child_seen: yes}",
             One("kind: school_attendance, detail: {from: 2026-04-01, until: 2026-04-30, "
                 "sessions_present: 10}"),
             true},
        Case{"ASchoolDidNotSeeWhoNeverCame", "{child_seen: yes}",
             One("kind: school_attendance, detail: {from: 2026-04-01, until: 2026-04-30, "
                 "sessions_present: 0}"),
             false}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    OfAField, Condition,
    testing::Values(
        Case{"Code", "{kinds: visit, fields: {detail.purpose: [health, assessment]}}",
             One("kind: visit, detail: {purpose: health}"), true},
        Case{"AnotherCode", "{kinds: visit, fields: {detail.purpose: health}}",
             One("kind: visit, detail: {purpose: early_help}"), false},
        Case{"Tri", "{kinds: domestic_abuse_callout, fields: {detail.separation: yes}}",
             One("kind: domestic_abuse_callout, detail: {separation: yes}"), true},
        Case{"SilenceIsNotNo", "{kinds: domestic_abuse_callout, fields: {detail.separation: no}}",
             One("kind: domestic_abuse_callout"), false},
        Case{"SilenceIsNotRecorded",
             "{kinds: domestic_abuse_callout, fields: {detail.separation: not_recorded}}",
             One("kind: domestic_abuse_callout"), true},
        Case{"AnyOfAList", "{kinds: home_observed, fields: {detail.items.state: poor}}",
             One("kind: home_observed, detail: {items: [{aspect: floor, state: good}, {aspect: "
                 "food, "
                 "state: poor}]}"),
             true},
        Case{"NoneOfAList", "{kinds: home_observed, fields: {detail.items.state: poor}}",
             One("kind: home_observed, detail: {items: [{aspect: floor, state: good}]}"), false},
        Case{"NumberAtLeast",
             "{kinds: cancelled_by_carer, fields: {detail.times_moved: {at_least: 2}}}",
             One("kind: cancelled_by_carer, detail: {service: eyes, times_moved: 2}"), true},
        Case{"NumberTooSmall",
             "{kinds: cancelled_by_carer, fields: {detail.times_moved: {at_least: 2}}}",
             One("kind: cancelled_by_carer, detail: {service: eyes, times_moved: 1}"), false},
        Case{"NumberMissing",
             "{kinds: cancelled_by_carer, fields: {detail.times_moved: {at_most: 2}}}",
             One("kind: cancelled_by_carer, detail: {service: eyes}"), false},
        Case{"Present", "{kinds: visit, fields: {sharing: present}}",
             One("kind: visit, sharing: [{recipient: school, expectation: act}]"), true},
        Case{"NotPresent", "{kinds: visit, fields: {sharing: present}}", One("kind: visit"), false},
        Case{"Absent", "{kinds: visit, fields: {decision: absent}}", One("kind: visit"), true},
        Case{"NotAbsent", "{kinds: visit, fields: {decision: absent}}",
             One("kind: visit, decision: {decision: close}"), false},
        Case{"Envelope", "{fields: {author.role: police_officer}}",
             One("kind: visit, author: {role: police_officer}"), true}),
    [](const auto& test) { return test.param.name; });

const std::string kLinked =
    "- {contact_id: B, kind: birth, occurred: 2026-05-01, recorded: 2026-05-01}\n" +
    One("kind: visit, links: [{follows: B}]");

INSTANTIATE_TEST_SUITE_P(
    OfTests, Condition,
    testing::Values(
        Case{"AnyOf", "{any_of: [{kinds: birth}, {kinds: visit}]}", One("kind: visit"), true},
        Case{"NoneOfAnyOf", "{any_of: [{kinds: birth}]}", One("kind: visit"), false},
        Case{"Unless", "{kinds: visit, unless: [{concerns: neglect}]}",
             One("kind: visit, concerns: [neglect]"), false},
        Case{"NotUnless", "{kinds: visit, unless: [{concerns: neglect}]}", One("kind: visit"),
             true},
        Case{"LinkedTo", "{kinds: visit, link: follows, linked_to: {kinds: birth}}", kLinked, true},
        Case{"LinkedToAnother", "{kinds: visit, link: follows, linked_to: {kinds: death}}", kLinked,
             false},
        Case{"AnotherLink", "{kinds: visit, link: answers, linked_to: {kinds: birth}}", kLinked,
             false}),
    [](const auto& test) { return test.param.name; });

std::size_t WithChild(const std::string& condition, const std::string& contacts) {
  const auto policy = PolicyOfTest("{kinds: visit}", "    only_while: [" + condition + "]\n");
  return Said(policy, Record(contacts), At("2026-06-01")).size();
}

std::string BornOn(const std::string& day) {
  return One(
      "kind: visit, subjects: [{label: child, person_kind: child, roles: [subject_child], "
      "demographics: {date_of_birth: " +
      day + "}}]");
}

TEST(ChildCondition, AnAgeHoldsOnlyWhenItIsCertain) {
  EXPECT_EQ(WithChild("{age_months_below: 12}", BornOn("2025-05-05")), 1U);
  EXPECT_EQ(WithChild("{age_months_below: 12}", BornOn("2025-05-04")), 0U);
  EXPECT_EQ(WithChild("{age_months_below: 12}", BornOn("2025-05")), 0U);
  EXPECT_EQ(WithChild("{age_months_from: 12}", BornOn("2025-05-04")), 1U);
  EXPECT_EQ(WithChild("{age_months_from: 12}", BornOn("2025-05")), 0U);
  EXPECT_EQ(WithChild("{age_months_from: 12}", BornOn("2025-04")), 1U);
  EXPECT_EQ(WithChild("{age_months_below: 216}", One("kind: visit")), 0U);
}

TEST(ChildCondition, WhatIsKnownAndWhatIsNot) {
  const std::string call =
      "- {contact_id: K, kind: birth, occurred: 2025-01-01, recorded: 2025-01-01}\n";
  EXPECT_EQ(WithChild("{known: {kinds: birth}}", One("kind: visit")), 0U);
  EXPECT_EQ(WithChild("{known: {kinds: birth}}", call + One("kind: visit")), 1U);
  EXPECT_EQ(
      WithChild("{known: {kinds: birth}, known_within: 24 months}", call + One("kind: visit")), 1U);
  EXPECT_EQ(
      WithChild("{known: {kinds: birth}, known_within: 12 months}", call + One("kind: visit")), 0U);
  EXPECT_EQ(WithChild("{not_known: {kinds: birth}}", call + One("kind: visit")), 0U);
  EXPECT_EQ(WithChild("{not_known: {kinds: birth}}", One("kind: visit")), 1U);
  EXPECT_EQ(
      WithChild("{not_known: {kinds: birth}, known_within: 24 months}", call + One("kind: visit")),
      0U);
  EXPECT_EQ(
      WithChild("{not_known: {kinds: birth}, known_within: 12 months}", call + One("kind: visit")),
      1U);
  EXPECT_EQ(WithChild("{person_kind: child}", One("kind: visit")), 1U);
  EXPECT_EQ(WithChild("{person_kind: unborn_child}", One("kind: visit")), 0U);
}

TEST(CompiledPolicy, WhatThisEngineDoesNotHaveIsRefused) {
  v1::Policy policy;
  auto& rule = *policy.add_rules();
  rule.set_id("T-1");
  rule.mutable_pattern()->add_steps()->mutable_contact()->add_kinds("kind_of_the_future");
  const auto compiled = CompiledPolicy::Compile({policy});
  ASSERT_FALSE(compiled.has_value());
  EXPECT_EQ(compiled.error().text, "rule T-1: no kind kind_of_the_future");
}

TEST(CompiledPolicy, OfTwoRulesWithOneIdTheFirstPolicysCounts) {
  v1::Policy first;
  first.set_id("first");
  auto& rule = *first.add_rules();
  rule.set_id("T-1");
  rule.mutable_pattern()->add_steps()->mutable_contact()->add_kinds("visit");
  v1::Policy second = first;
  second.set_id("second");
  const auto compiled = CompiledPolicy::Compile({first, second});
  ASSERT_TRUE(compiled.has_value());
  ASSERT_THAT(compiled->rules(), SizeIs(1));
  EXPECT_EQ(compiled->rules()[0].policy, "first");
}

}  // namespace
}  // namespace throughline::risk
