#include "engine/contact/compact.h"

#include "tests/engine/contact/contacts.h"

namespace throughline::contact {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> FaultsOf(std::string_view text) {
  const auto node = yaml::Parse(text, "c.yaml");
  EXPECT_TRUE(node.has_value()) << (node ? "" : node.error().text);
  std::vector<std::string> faults;
  if (!node) return faults;
  for (const yaml::Fault& fault : FromCompact(*node, "c.yaml").faults) {
    faults.push_back(fault.Text());
  }
  return faults;
}

TEST(Compact, TimesAreOneLineOrAMap) {
  const v1::Contact contact = FromYaml(R"(
kind: visit
occurred: {precision: between, at: 2011-05, to: 2011-07}
recorded: unknown
occurred_until: about 2011-08
)");
  EXPECT_EQ(Describe(contact.occurred()), "between 2011-05 and 2011-07");
  EXPECT_EQ(contact.recorded().precision(), v1::PRECISION_UNKNOWN);
  EXPECT_EQ(contact.occurred_until().precision(), v1::PRECISION_ABOUT);
  EXPECT_THAT(FaultsOf("kind: visit\noccurred: {precision: day, at: 2011-02-30}\n"
                       "recorded: lately\n"),
              ElementsAre(HasSubstr("c.yaml:2:11: occurred: no such day"),
                          HasSubstr("c.yaml:3:11: recorded: not a time")));
}

TEST(Compact, ATriIsYesNoOrNotRecorded) {
  const v1::Contact contact = FromYaml(
      "{kind: visit, seen: [{child: a, seen: yes, seen_alone: no, spoken_to: not_recorded}]}");
  EXPECT_EQ(contact.seen(0).seen(), v1::TRI_YES);
  EXPECT_EQ(contact.seen(0).seen_alone(), v1::TRI_NO);
  EXPECT_EQ(contact.seen(0).spoken_to(), v1::TRI_UNSPECIFIED);
  EXPECT_THAT(FaultsOf("{kind: visit, out_of_hours: maybe}"),
              ElementsAre("c.yaml:1:29: out_of_hours: not one of not_recorded, yes, no"));
}

TEST(Compact, ARefIsAnIdWithOrWithoutItsAgency) {
  const v1::Contact contact = FromYaml(R"(
kind: history_checked
detail:
  who: child-a
  found: [V-1, police DA-1, DA 17, {agency: gp, contact_id: G-1, item: "2"}, a-b  C 4]
)");
  const auto& found = contact.history_checked().found();
  const auto shown = [&](int i) { return found[i].agency() + "|" + found[i].contact_id(); };
  EXPECT_EQ(shown(0), "|V-1");
  EXPECT_EQ(shown(1), "police|DA-1");
  EXPECT_EQ(shown(2), "|DA 17");
  EXPECT_EQ(shown(3), "gp|G-1");
  EXPECT_EQ(found[3].item(), "2");
  EXPECT_EQ(shown(4), "a-b|C 4");
  EXPECT_THAT(contact.history_checked().who(), ElementsAre("child-a"));
}

TEST(Compact, ALinkNamesWhatItIs) {
  const v1::Contact contact = FromYaml(R"(
kind: visit
links:
  - {follows: C-1}
  - {answers: emas E3, state: considered, unit: referral line}
  - {link: answers, alert_id: a-1, state: acted_on}
  - {link: evidence_for, target: {contact_id: X}}
)");
  ASSERT_EQ(contact.links_size(), 4);
  EXPECT_EQ(contact.links(0).link(), "follows");
  EXPECT_EQ(contact.links(0).target().contact_id(), "C-1");
  EXPECT_EQ(contact.links(1).target().agency(), "emas");
  EXPECT_EQ(contact.links(1).target().unit(), "referral line");
  EXPECT_EQ(contact.links(1).state(), "considered");
  EXPECT_EQ(contact.links(2).alert_id(), "a-1");
  EXPECT_EQ(contact.links(3).target().contact_id(), "X");
  EXPECT_THAT(FaultsOf("kind: visit\nlinks: [{follow: C-1}, {follows: A, answers: B}]"),
              ElementsAre(HasSubstr("2:10: links[0].follow: no such link or field; did you mean "
                                    "`follows`?"),
                          HasSubstr("links[1].answers: a second link")));
}

TEST(Compact, OneValueIsAListOfOneAndACodeIsAConcern) {
  const v1::Contact contact = FromYaml(R"(
kind: visit
concerns: [neglect, {concern: injury, children: child-a}]
strengths: warm_interaction
handling: third_party
sharing: {recipient: police, expectation: act, asks: tell us}
subjects: {label: a, person_kind: child, roles: sibling, demographics: {names: Child A}}
)");
  EXPECT_EQ(contact.concerns(0).concern(), "neglect");
  EXPECT_EQ(contact.concerns(1).children(0), "child-a");
  EXPECT_EQ(contact.strengths(0).strength(), "warm_interaction");
  EXPECT_EQ(contact.handling(0).handling(), "third_party");
  EXPECT_EQ(contact.sharing(0).recipient().agency(), "police");
  EXPECT_THAT(contact.sharing(0).asks(), ElementsAre("tell us"));
  EXPECT_THAT(contact.subjects(0).roles(), ElementsAre("sibling"));
  EXPECT_THAT(contact.subjects(0).demographics().names(), ElementsAre("Child A"));
}

TEST(Compact, OtherIsItsText) {
  const v1::Contact contact = FromYaml(
      "{kind: visit, mode: {other: by carrier pigeon}, concerns: [{concern: {other: pigeons}}]}");
  EXPECT_EQ(contact.mode(), "by carrier pigeon");
  EXPECT_EQ(contact.concerns(0).concern(), "pigeons");
}

TEST(Compact, NumbersAndBytesAreText) {
  const v1::Contact tool = FromYaml(
      "{kind: tool_completed, sequence: 2, detail: {tool: sdq, total: -3}, decision: "
      "{rests_on_statements: [1, 2]}}");
  EXPECT_EQ(tool.sequence(), 2u);
  EXPECT_EQ(tool.tool_completed().total(), -3);
  EXPECT_THAT(tool.decision().rests_on_statements(), ElementsAre(1u, 2u));
  EXPECT_EQ(
      FromYaml("{kind: policy_activated, detail: {content: 'a: b'}}").policy_activated().content(),
      "a: b");
  EXPECT_EQ(FromYaml("{kind: record_opened, detail: {as_known_at: 18446744073709551615}}")
                .record_opened()
                .as_known_at(),
            18446744073709551615u);
  EXPECT_THAT(FaultsOf("{kind: tool_completed, sequence: -1, detail: {total: 1.5}, decision: "
                       "{rests_on_statements: two}}"),
              ElementsAre(HasSubstr("sequence: not a whole number from 0"),
                          HasSubstr("decision.rests_on_statements: not a whole number"),
                          HasSubstr("detail.total: not a whole number")));
}

TEST(Compact, AContactMayStandWithinACorrection) {
  const v1::Contact contact = FromYaml(R"(
kind: contact_corrected
detail: {of: C-1, why: x, replaces: {kind: visit, contact_id: C-1, detail: {purpose: health}}}
)");
  EXPECT_EQ(contact.contact_corrected().replaces().visit().purpose(), "health");
}

TEST(Compact, AllFaultsAreNamedAtOnceWithTheirPlaces) {
  EXPECT_THAT(FaultsOf("contact_id: C-1\n"
                       "kind: vist\n"
                       "autor: {role: gp}\n"
                       "visit: {purpose: health}\n"
                       "subjects: [{label: a, roles: [sibling], demographics: {dob: 2019}}]\n"
                       "seen: [[a]]\n"
                       "unit:\n"
                       "mode: [a]\n"
                       "author: gp\n"),
              ElementsAre("c.yaml:2:7: kind: no such kind; did you mean `visit`?",
                          "c.yaml:3:1: autor: no such field; did you mean `author`?",
                          HasSubstr("c.yaml:4:1: visit: no such field"),
                          HasSubstr("c.yaml:5:56: subjects[0].demographics.dob: no such field"),
                          "c.yaml:6:8: seen[0]: expected a map, found a list",
                          "c.yaml:7:1: unit: expected a value, found nothing",
                          "c.yaml:8:7: mode: expected a single value, found a list",
                          "c.yaml:9:9: author: expected a map, found a single value"));
}

TEST(Compact, AKindAndAMapAreNeeded) {
  EXPECT_THAT(FaultsOf("contact_id: C-1"), ElementsAre(HasSubstr("kind: missing")));
  EXPECT_THAT(FaultsOf("- a"), ElementsAre(HasSubstr("expected a map with kind and detail")));
  EXPECT_THAT(FaultsOf("{kind: [visit]}"), ElementsAre(HasSubstr("expected the name of a kind")));
  EXPECT_THAT(FaultsOf("{kind: visit, detail: {purpos: health}}"),
              ElementsAre(HasSubstr("detail.purpos: no such field; did you mean `purpose`?")));
}

TEST(Compact, FieldsThatExcludeEachOther) {
  EXPECT_THAT(FaultsOf("{kind: handling_set, detail: {label: a, contact: C-1}}"),
              ElementsAre(HasSubstr("detail.contact: only one")));
  EXPECT_EQ(FromYaml("{kind: handling_set, detail: {contact: police C-1}}")
                .handling_set()
                .contact()
                .agency(),
            "police");
}

}  // namespace
}  // namespace throughline::contact
