#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kHead = "id: test\nversion: 1\ntitle: Test\n";

// A rule with a heading that has no fault, and this block.
std::string Rule(const std::string& block, const std::string& family,
                 const std::string& sentence = "It holds.") {
  return "rules:\n"
         "- id: T-1\n"
         "  title: A rule\n"
         "  statement: What it looks for.\n"
         "  basis: {kind: guidance, source: A source}\n"
         "  jurisdiction: england\n"
         "  addressee: safeguarding_lead\n"
         "  response: Do it.\n"
         "  respond_within: 1 working day\n"
         "  family: " +
         family +
         "\n"
         "  sentence: \"" +
         sentence + "\"\n" + block;
}

std::vector<std::string> FaultsOf(const std::string& rules) {
  std::vector<std::string> texts;
  const auto checked = CheckPolicy({{"policy.yaml", std::string(kHead)}, {"rules.yaml", rules}});
  for (const auto& fault : checked.faults) texts.push_back(fault.Text());
  EXPECT_EQ(checked.policy.has_value(), checked.faults.empty());
  return texts;
}

std::string Anchored(const std::string& test) {
  return Rule("  pattern:\n    anchored: yes\n    steps: [{contact: " + test + "}]\n", "pattern");
}

std::string ClockOf(const std::string& rest) {
  return Rule("  clock:\n    anchor: {kinds: referral_received}\n" + rest, "clock");
}

struct Case {
  const char* name;
  std::string rules;
  const char* fault;
};

class PolicyFault : public testing::TestWithParam<Case> {};

TEST_P(PolicyFault, IsToldAtItsPlace) {
  EXPECT_THAT(FaultsOf(GetParam().rules), ElementsAre(HasSubstr(GetParam().fault)));
}

INSTANTIATE_TEST_SUITE_P(
    Tests, PolicyFault,
    testing::Values(
        Case{"UnknownKind", Anchored("{kinds: domestic_abuse_calout}"),
             "rules.yaml:14:31: no kind is named `domestic_abuse_calout`; did you mean "
             "`domestic_abuse_callout`?"},
        Case{"UnknownConcern", Anchored("{concerns: neglekt}"),
             "no concern is named `neglekt`; did you mean `neglect`?"},
        Case{"ContextConcern", Anchored("{concerns: poverty}"), "`poverty` is context only"},
        Case{"EthnicityField",
             Anchored("{kinds: person_recorded, fields: {detail.ethnicity: present}}"),
             "ethnicity is in no rule"},
        Case{"DisabilityField",
             Anchored("{kinds: person_recorded, fields: {detail.disability: present}}"),
             "disability is in no rule"},
        Case{"NeedRaises", Anchored("{kinds: health_need_known}"), "opens duties and raises no"},
        Case{"MentalHealthService",
             Anchored("{kinds: attendance, fields: {detail.service: mental_health}}"),
             "the use of mental-health services raises no concern"},
        Case{"FieldOfAnotherKind",
             Anchored("{kinds: [visit, birth], fields: {detail.purpose: health}}"),
             "`birth` has no `detail.purpose`"},
        Case{"FieldMisspelt", Anchored("{kinds: visit, fields: {detail.purpos: health}}"),
             "no field is named `purpos`; did you mean `purpose`?"},
        Case{"DetailWithoutKinds", Anchored("{fields: {detail.purpose: health}}"),
             "say `kinds` beside it"},
        Case{"UnknownCode", Anchored("{kinds: visit, fields: {detail.purpose: helth}}"),
             "`helth` is no code of `purpose`; did you mean `health`?"},
        Case{"TextIsNeverRead",
             Anchored("{kinds: attendance, fields: {detail.reason: head injury}}"),
             "it can only be `present` or `absent`"},
        Case{"TriWantsYesOrNo",
             Anchored("{kinds: domestic_abuse_callout, fields: {detail.separation: maybe}}"),
             "takes yes, no or not_recorded"},
        Case{"NumberOfNoNumber",
             Anchored("{kinds: visit, fields: {detail.purpose: {at_least: 2}}}"), "is no number"},
        Case{"EmptyTest", Anchored("{agencies: police}"), "lets every contact pass"},
        Case{"LinkWithoutAnchor", Anchored("{kinds: visit, link: follows}"),
             "there is no anchor here to link to"},
        Case{"UnknownLink", Anchored("{kinds: visit, link: folows, linked_to: {kinds: birth}}"),
             "`folows` is no code of the list link; did you mean `follows`?"},
        Case{"UnknownRole", Anchored("{kinds: visit, roles: subject_chld}"),
             "no code of the list subject_role"},
        Case{"UnknownKeyInATest", Anchored("{kind: visit}"),
             "no key is named `kind` here; did you mean `kinds`?"},
        Case{"UnknownNamedTest", Anchored("{is: domestic_abuse}"),
             "no test is named `domestic_abuse`"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Blocks, PolicyFault,
    testing::Values(
        Case{"UnknownPlaceholder",
             Rule("  pattern: {steps: [{contact: {kinds: visit}}], anchored: yes}\n", "pattern",
                  "{cout} visits."),
             "no placeholder is named `cout`; did you mean `count`?"},
        Case{"OpenBrace",
             Rule("  pattern: {steps: [{contact: {kinds: visit}}], anchored: yes}\n", "pattern",
                  "{count visits."),
             "an open brace has no end"},
        Case{"AnchorOfNone",
             Rule("  pattern: {steps: [{contact: {kinds: visit}}], lapses_after: 1 month}\n",
                  "pattern", "{anchor_date}"),
             "an episode about the child has no anchor"},
        Case{"FamilyAndBlock",
             Rule("  pattern: {steps: [{contact: {kinds: visit}}], anchored: yes}\n", "clock"),
             "`family` and the block of the rule disagree"},
        Case{"BadSpan",
             ClockOf("    satisfied_by: {kinds: referral_decided}\n    within: one day\n"
                     "    what: a decision\n"),
             "`within` wants a length of time"},
        Case{"UnknownUnit",
             ClockOf("    satisfied_by: {kinds: referral_decided}\n    within: 3 fortnights\n"
                     "    what: a decision\n"),
             "`within` wants a length of time"},
        Case{"ByOnMonths",
             ClockOf("    satisfied_by: {kinds: referral_decided}\n    within: 3 months by 09:00\n"
                     "    what: a decision\n"),
             "`within` wants a length of time"},
        Case{"ClockWithoutEnd", ClockOf("    within: 1 day\n    what: a decision\n"),
             "either `satisfied_by` or `handovers`"},
        Case{"HandoverWithoutState",
             ClockOf("    handovers: {expectations: act}\n    within: 1 day\n    what: it\n"),
             "`handovers` and `state` go together"},
        Case{"StartsAtNoTime",
             ClockOf("    satisfied_by: {kinds: referral_decided}\n    within: 1 day\n"
                     "    what: it\n    starts: detail.source\n"),
             "`starts` takes occurred, recorded, a kind or the path of a time"},
        Case{"ProcessWithoutReason", Rule("  process: {anchor: {kinds: birth}}\n", "process"),
             "a process wants one of"},
        Case{"EndlessPattern", Rule("  pattern: {steps: [{contact: {kinds: visit}}]}\n", "pattern"),
             "nothing ends this episode"},
        Case{"AbsentWithoutWords",
             Rule("  pattern: {steps: [{contact: {kinds: visit}}], anchored: yes, absent: "
                  "[{kinds: birth}]}\n",
                  "pattern"),
             "`absent` and `absent_what` go together"}),
    [](const auto& test) { return test.param.name; });

TEST(PolicyFaults, ARuleWithoutASourceIsRefused) {
  auto rules = Anchored("{kinds: visit}");
  rules.replace(rules.find(", source: A source"), 18, "");
  EXPECT_THAT(FaultsOf(rules), ElementsAre(HasSubstr("`source` is missing")));
}

TEST(PolicyFaults, AreAllToldAtOnceInOrderOfPlace) {
  const auto faults = FaultsOf(Anchored("{kinds: [visti, brith], concerns: poverty}"));
  EXPECT_THAT(faults,
              ElementsAre(HasSubstr("`visti`"), HasSubstr("`brith`"), HasSubstr("`poverty`")));
}

TEST(PolicyFaults, ARuleIdStandsOnceInAllFiles) {
  const auto checked = CheckPolicy({{"a.yaml", std::string(kHead) + Anchored("{kinds: visit}")},
                                    {"b.yaml", Anchored("{kinds: birth}")}});
  ASSERT_EQ(checked.faults.size(), 1U);
  EXPECT_EQ(checked.faults[0].Text(), "b.yaml:2:7: the rule id `T-1` is used already, in a.yaml");
}

TEST(PolicyFaults, OneFileStatesTheIdAndOnlyOne) {
  const auto none = CheckPolicy({{"a.yaml", Anchored("{kinds: visit}")}});
  ASSERT_EQ(none.faults.size(), 1U);
  EXPECT_THAT(none.faults[0].text, HasSubstr("no file states the policy's `id`"));
  const auto two = CheckPolicy({{"a.yaml", std::string(kHead)}, {"b.yaml", std::string(kHead)}});
  ASSERT_EQ(two.faults.size(), 1U);
  EXPECT_THAT(two.faults[0].text, HasSubstr("another file states"));
}

TEST(PolicyFaults, WhatIsNoYamlIsToldWithItsLine) {
  const auto checked = CheckPolicy({{"a.yaml", "id: [test\n"}});
  ASSERT_FALSE(checked.faults.empty());
  EXPECT_EQ(checked.faults[0].file, "a.yaml");
  EXPECT_GE(checked.faults[0].place.line, 1);
}

TEST(PolicyFaults, ANamedTestThatMayNotRaiseIsToldWhereItIsUsed) {
  const auto checked =
      CheckPolicy({{"a.yaml", std::string(kHead) + "tests:\n  need: {kinds: health_need_known}\n" +
                                  Anchored("{is: need}")}});
  ASSERT_EQ(checked.faults.size(), 1U);
  EXPECT_THAT(checked.faults[0].Text(), HasSubstr("`need` cannot be used here"));
}

TEST(PolicyFaults, WhatRaisesNothingMaySatisfy) {
  EXPECT_THAT(FaultsOf(ClockOf("    satisfied_by: {kinds: [health_need_known, consent_recorded]}\n"
                               "    within: 2 days\n    what: it\n")),
              IsEmpty());
}

TEST(PolicyBundle, ComesApartAsItWasPut) {
  const std::vector<PolicyFile> files = {{"b.yaml", "rules: []\n"}, {"a.yaml", "id: x\n# y\n"}};
  const auto apart = UnbundlePolicy(BundlePolicy(files));
  ASSERT_EQ(apart.size(), 2U);
  EXPECT_EQ(apart[0].name, "a.yaml");
  EXPECT_EQ(apart[0].text, "id: x\n# y\n");
  EXPECT_EQ(apart[1].text, "rules: []\n");
  ASSERT_EQ(UnbundlePolicy("id: x\n").size(), 1U);
  EXPECT_EQ(UnbundlePolicy("id: x\n")[0].name, "policy.yaml");
}

}  // namespace
}  // namespace throughline::risk
