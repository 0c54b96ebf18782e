#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "consumers/risk/wording.h"
#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

TEST(StarterPolicy, HasNoFault) {
  const CheckedPolicy checked = CheckPolicy(StarterFiles());
  std::string faults;
  for (const auto& fault : checked.faults) faults += fault.Text() + "\n";
  EXPECT_EQ(faults, "");
  ASSERT_TRUE(checked.policy.has_value());
  EXPECT_GE(checked.policy->rules_size(), 30);
}

// All that `{missing}` may become.
std::vector<std::string> MissingOf(const v1::Rule& rule) {
  std::vector<std::string> missing;
  if (rule.has_clock()) missing.push_back(rule.clock().what());
  if (rule.has_pattern()) missing.push_back(rule.pattern().absent_what());
  for (const auto& one : rule.process().expected()) missing.push_back(one.what());
  for (const auto& one : rule.process().unfinished()) missing.push_back(one.what());
  for (const auto& one : rule.process().shortfalls()) missing.push_back(one.what());
  return missing;
}

// "An answer was known by Wednesday" tells whoever gets the alert the opposite of what it means.
TEST(StarterPolicy, SaysOfWhatIsMissingThatThereIsNone) {
  const CheckedPolicy checked = CheckPolicy(StarterFiles());
  ASSERT_TRUE(checked.policy.has_value());
  for (const v1::Rule& rule : checked.policy->rules()) {
    const std::string& sentence = rule.sentence();
    if (sentence.find("{missing} was known") == std::string::npos &&
        sentence.find("{missing} by {due}") == std::string::npos) {
      continue;
    }
    for (const std::string& missing : MissingOf(rule)) {
      EXPECT_TRUE(missing.starts_with("no ") || missing.starts_with("nothing "))
          << rule.id() << ": " << missing;
    }
  }
}

// What an alert of that rule says of a child with those contacts.
std::vector<std::string> SaidBy(std::string_view rule_id,
                                const std::vector<chronology::Entry>& entries, const char* at) {
  const auto policy = StarterPolicy();
  const Child child{TestChild(), entries};
  std::vector<std::string> said;
  for (const Episode& episode :
       Evaluate(policy, child, At(at), Setting{&England(), {}, {}}).episodes) {
    const v1::Rule& rule = policy.rules()[episode.rule].rule;
    if (rule.id() == rule_id) said.push_back(Sentence(rule, child, episode));
  }
  return said;
}

// A grandmother is recorded; the abuse that is known is the father's.
TEST(StarterPolicy, LaysNoAdultsAbuseAtAnothersDoor) {
  const auto entries = Record(
      "- {contact_id: P-1, kind: domestic_abuse_callout, occurred: 2026-02-02, "
      "recorded: 2026-02-02, came_by: relation}\n"
      "- {contact_id: S-1, agency: school, kind: relation_asserted, occurred: 2026-09-07, "
      "recorded: 2026-09-07, detail: {from: grandmother, relation: grandparent, to: child}, "
      "subjects: [{label: child, person_kind: child, roles: [subject_child]}, "
      "{label: grandmother, person_kind: adult, roles: [other_family]}]}\n");
  const auto said = SaidBy("DA-07", entries, "2026-10-01");
  EXPECT_THAT(said,
              testing::ElementsAre(testing::AllOf(
                  testing::HasSubstr("school recorded an adult in the child's life on 2026-09-07;"),
                  testing::HasSubstr("an adult in that life, this one or another, is known"))));
}

// The school had its notice: "nothing was passed on" would be untrue.
TEST(StarterPolicy, SaysThatNobodyButTheSchoolWasTold) {
  const auto entries = Record(
      "- {contact_id: P-1, kind: domestic_abuse_callout, occurred: 2026-02-02, "
      "recorded: 2026-02-02}\n"
      "- {contact_id: P-2, kind: encompass_notice, occurred: 2026-02-03, recorded: 2026-02-03, "
      "detail: {school: Hill Primary}}\n");
  const auto said = SaidBy("DA-04", entries, "2026-02-06");
  EXPECT_THAT(said, testing::ElementsAre(testing::HasSubstr(
                        "no word to another agency than the school was known by 2026-02-03")));
}

// The hospital's appointment was missed, once, and not the practice's.
TEST(StarterPolicy, SaysOfNoPracticeThatItsAppointmentWasMissed) {
  const auto entries = Record(
      "- {contact_id: H-1, agency: hospital, kind: was_not_brought, occurred: 2026-01-14, "
      "recorded: 2026-01-14, detail: {service: eyes}}\n"
      "- {contact_id: G-1, agency: hill-practice, kind: gp_registration_changed, occurred: "
      "2026-04-14, recorded: 2026-04-14, detail: {change: removed, by: practice}}\n");
  EXPECT_THAT(
      SaidBy("GP-01", entries, "2026-04-20"),
      testing::ElementsAre(
          "hill-practice took the child off its list on 2026-04-14. Within the year before, the "
          "child was not brought to an appointment; no new registration is known."));
}

// The terms that are delivered end in July 2027: whoever is told in that summer must know that
// nobody told the calendar of the holidays.
TEST(StarterPolicy, SaysWhereTheCalendarEnds) {
  const auto said = [](const std::string& day, const std::string& at) {
    const auto entries =
        Record("- {contact_id: P-1, kind: domestic_abuse_callout, occurred: " + day +
               ", recorded: " + day +
               ", subjects: [{label: child, person_kind: child, roles: "
               "[subject_child], demographics: {date_of_birth: 2019-03-02}}]}\n");
    const auto all = SaidBy("DA-01", entries, at.c_str());
    return all.size() == 1 ? all.front() : "not one alert";
  };
  EXPECT_EQ(said("2027-07-20T22:00", "2027-07-22"),
            "Police recorded domestic abuse on 2027-07-20T22:00; no Operation Encompass notice to "
            "the school was known by 2027-07-21 08:45.");
  EXPECT_THAT(said("2027-07-21T22:00", "2027-07-23"),
              testing::HasSubstr("no Operation Encompass notice to the school (the calendar has no "
                                 "school terms for that day: weekdays count) was known by "
                                 "2027-07-22 08:45"));
}

}  // namespace
}  // namespace throughline::risk
