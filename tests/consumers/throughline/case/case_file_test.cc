#include "consumers/throughline/case/case_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throughline::cases {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kHead =
    "case: A case\n"
    "source: invented\n"
    "people:\n"
    "  child-a: {kind: child, born: 2019-03-02, name: Child A, ids: {local-id: C-1}}\n"
    "  baby: {kind: child, born: 2026-12, mother: mother, expected: 2026-12}\n"
    "  mother: {name: [Mother, Mum]}\n"
    "  man: {unknown: left before police came}\n"
    "  home: {kind: household}\n";

constexpr std::string_view kExpect =
    "expect:\n"
    "  - {quiet: any, child: child-a}\n";

std::string Text(std::string_view contacts, std::string_view expect = kExpect,
                 std::string_view more = "") {
  return std::string(kHead) + std::string(more) + "contacts:\n" + std::string(contacts) +
         std::string(expect);
}

CaseFile Parsed(std::string_view text) {
  auto file = ParseCase(text, "folder/a-case.case.yaml");
  EXPECT_TRUE(file) << (file ? "" : file.error().text);
  return file ? *std::move(file) : CaseFile{};
}

std::string Faults(std::string_view text) {
  auto file = ParseCase(text, "f.yaml");
  EXPECT_FALSE(file);
  return file ? "" : file.error().text;
}

const v1::Contact& Only(const CaseFile& file) { return file.contacts.at(0).contact; }

constexpr std::string_view kCallOut =
    "  - agency: police\n"
    "    id: DA-1\n"
    "    kind: domestic_abuse_callout\n"
    "    occurred: 2026-11-14T23:40\n"
    "    recorded: 2026-11-15T02:05\n"
    "    who: {child-a: [subject_child], mother: [parent_carer, victim], man: "
    "[alleged_perpetrator]}\n"
    "    seen: {child-a: yes}\n"
    "    concerns: [domestic_abuse]\n"
    "    says: [They argued., A plate was broken.]\n"
    "    shared: {childrens-services: act}\n"
    "    detail: {separation: no}\n";

TEST(CaseFile, ShortFormsAreWrittenOut) {
  const CaseFile file = Parsed(Text(kCallOut));
  ASSERT_EQ(file.contacts.size(), 1u);
  EXPECT_EQ(file.contacts[0].agency, "police");
  EXPECT_EQ(file.import, "a-case");
  const v1::Contact& contact = Only(file);
  EXPECT_EQ(contact.contact_id(), "DA-1");
  EXPECT_EQ(contact.author().role(), "police_officer");
  EXPECT_EQ(contact.source().system(), "case");
  EXPECT_EQ(contact.source().retrospective(), v1::TRI_UNSPECIFIED);
  ASSERT_EQ(contact.subjects_size(), 3);
  EXPECT_EQ(contact.subjects(0).label(), "child-a");
  EXPECT_EQ(contact.subjects(0).person_kind(), "child");
  EXPECT_THAT(contact.subjects(0).roles(), ElementsAre("subject_child"));
  EXPECT_EQ(contact.subjects(0).references(0).scheme(), "local-id");
  EXPECT_EQ(contact.subjects(0).demographics().date_of_birth().at(), "2019-03-02");
  EXPECT_EQ(contact.subjects(1).references(0).scheme(), "review-role");
  EXPECT_EQ(contact.subjects(1).references(0).value(), "mother");
  EXPECT_THAT(contact.subjects(1).demographics().names(), ElementsAre("Mother", "Mum"));
  EXPECT_EQ(contact.subjects(2).person_kind(), "unknown_person");
  EXPECT_THAT(contact.subjects(2).references(), IsEmpty());
  EXPECT_EQ(contact.subjects(2).unknown().description(), "left before police came");
  ASSERT_EQ(contact.seen_size(), 1);
  EXPECT_EQ(contact.seen(0).child(), "child-a");
  EXPECT_EQ(contact.seen(0).seen(), v1::TRI_YES);
  ASSERT_EQ(contact.concerns_size(), 1);
  EXPECT_EQ(contact.concerns(0).concern(), "domestic_abuse");
  EXPECT_THAT(contact.concerns(0).children(), ElementsAre("child-a"));
  ASSERT_EQ(contact.statements_size(), 2);
  EXPECT_EQ(contact.statements(1).text(), "A plate was broken.");
  EXPECT_EQ(contact.statements(1).basis(), "not_separated");
  ASSERT_EQ(contact.sharing_size(), 1);
  EXPECT_EQ(contact.sharing(0).recipient().agency(), "childrens-services");
  EXPECT_EQ(contact.sharing(0).expectation(), "act");
  EXPECT_EQ(contact.domestic_abuse_callout().separation(), v1::TRI_NO);
}

TEST(CaseFile, WithoutRecordedItWasEnteredLaterAndCountsFromTheLatestThatItCanHaveHappened) {
  const CaseFile file = Parsed(
      Text("  - {agency: gp, id: G-1, kind: attendance, occurred: 2026-05, who: [child-a], detail: "
           "{service: gp}}\n"));
  const v1::Contact& contact = Only(file);
  EXPECT_EQ(contact.recorded().precision(), v1::PRECISION_UNKNOWN);
  EXPECT_EQ(contact.source().system(), "review-import");
  EXPECT_EQ(contact.source().retrospective(), v1::TRI_YES);
  EXPECT_EQ(FormatDay(throughline::DayOf(file.contacts[0].published)), "2026-05-31");
}

TEST(CaseFile, LabelsAloneHaveUsualRoles) {
  const CaseFile file = Parsed(Text(
      "  - {agency: gp, id: G-1, kind: attendance, occurred: 2026-05-01, who: [child-a, mother, "
      "home, man], detail: {service: gp}}\n"));
  const v1::Contact& contact = Only(file);
  ASSERT_EQ(contact.subjects_size(), 4);
  EXPECT_THAT(contact.subjects(0).roles(), ElementsAre("subject_child"));
  EXPECT_THAT(contact.subjects(1).roles(), ElementsAre("parent_carer"));
  EXPECT_THAT(contact.subjects(2).roles(), ElementsAre("household"));
  EXPECT_THAT(contact.subjects(3).roles(), ElementsAre("unknown_adult"));
}

TEST(CaseFile, AChildWhoIsCertainlyNotBornYetIsAnUnbornChild) {
  const CaseFile file = Parsed(
      Text("  - {agency: midwifery, id: M-1, kind: pregnancy_known, occurred: 2026-06, who: [baby, "
           "mother], detail: {mother: mother}}\n"
           "  - {agency: midwifery, id: M-2, kind: birth, occurred: 2026-12, who: [baby, mother], "
           "detail: "
           "{child: baby, mother: mother}}\n"));
  const auto& before = file.contacts.at(0).contact.subjects(0);
  EXPECT_EQ(before.person_kind(), "unborn_child");
  EXPECT_EQ(before.unborn().mother(), "mother");
  EXPECT_EQ(before.unborn().expected_date_of_birth().at(), "2026-12");
  EXPECT_FALSE(before.has_demographics());
  const auto& after = file.contacts.at(1).contact.subjects(0);
  EXPECT_EQ(after.person_kind(), "child");
  EXPECT_FALSE(after.has_unborn());
  EXPECT_EQ(before.references(0).value(), after.references(0).value());
}

TEST(CaseFile, WhoMaySayMoreOfOneContact) {
  const CaseFile file = Parsed(Text(
      "  - {agency: gp, id: G-1, kind: attendance, occurred: 2026-05-01, detail: {service: gp},\n"
      "     who: {mother: {as: child, roles: [subject_child], present: no},\n"
      "           child-a: {born: 2018}}}\n"));
  const v1::Contact& contact = Only(file);
  EXPECT_EQ(contact.subjects(0).person_kind(), "child");
  EXPECT_EQ(contact.subjects(0).present(), v1::TRI_NO);
  EXPECT_EQ(contact.subjects(1).demographics().date_of_birth().at(), "2018");
  EXPECT_THAT(contact.subjects(1).roles(), ElementsAre("subject_child"));
}

TEST(CaseFile, ContactsStandInOrderOfPublishingThenAgencyThenId) {
  const CaseFile file = Parsed(
      Text("  - {agency: police, id: B, kind: conversation, occurred: 2026-05, who: [child-a]}\n"
           "  - {agency: police, id: A, kind: conversation, occurred: 2026-05, who: [child-a]}\n"
           "  - {agency: gp, id: Z, kind: conversation, occurred: 2026-05, who: [child-a]}\n"
           "  - {agency: police, id: C, kind: conversation, occurred: 2026-04, who: [child-a]}\n"));
  std::vector<std::string> order;
  for (const auto& one : file.contacts) order.push_back(one.contact.contact_id());
  EXPECT_THAT(order, ElementsAre("C", "Z", "A", "B"));
  EXPECT_THAT(file.Agencies(), ElementsAre("gp", "police"));
}

TEST(CaseFile, AnAgencyThatPublishesLateDoesSoByItsDelay) {
  const CaseFile file = Parsed(Text(kCallOut, kExpect, "delays: {police: 12h}\n"));
  EXPECT_EQ(FormatMinute(file.contacts[0].published), "2026-11-15 14:05");
}

TEST(CaseFile, TheClockRunsSixtyDaysOnOrToWhatIsExpectedLast) {
  EXPECT_EQ(FormatMinute(Parsed(Text(kCallOut)).until), "2027-01-15 00:00");
  const auto expect = "expect: [{quiet: any, child: child-a, until: 2027-03-31}]\n";
  EXPECT_EQ(FormatMinute(Parsed(Text(kCallOut, expect)).until), "2027-04-01 00:00");
  EXPECT_EQ(FormatMinute(Parsed(Text(kCallOut, kExpect, "until: 2026-11-30\n")).until),
            "2026-12-01 00:00");
}

TEST(CaseFile, ExpectationsAreReadWhole) {
  const CaseFile file = Parsed(Text(kCallOut,
                                    "expect:\n"
                                    "  - rule: a-rule\n"
                                    "    child: child-a\n"
                                    "    by: 2026-11-16\n"
                                    "    from: 2026-11-15\n"
                                    "    evidence: [police DA-1]\n"
                                    "    closed: {by: 2026-12-01, because: lost_evidence}\n"
                                    "    because: it says so\n"
                                    "    missed: MO3\n"
                                    "  - quiet: any\n"
                                    "    child: baby\n"
                                    "    until: 2026-12-31\n"));
  ASSERT_EQ(file.expectations.size(), 2u);
  const Expectation& raised = file.expectations[0];
  EXPECT_FALSE(raised.quiet);
  EXPECT_EQ(raised.rule, "a-rule");
  EXPECT_EQ(raised.by, ParseDay("2026-11-16"));
  EXPECT_EQ(raised.from, ParseDay("2026-11-15"));
  EXPECT_THAT(raised.evidence, ElementsAre(contact::Target{"police", "DA-1"}));
  EXPECT_EQ(raised.closed, ParseDay("2026-12-01"));
  EXPECT_EQ(raised.closed_because, "lost_evidence");
  EXPECT_EQ(raised.missed, "MO3");
  EXPECT_TRUE(file.expectations[1].quiet);
  EXPECT_EQ(file.expectations[1].by, ParseDay("2026-12-31"));
}

TEST(CaseFile, AllFaultsAtOnceEachWithItsPlace) {
  const std::string faults = Faults(
      "case: A case\n"
      "sourse: invented\n"
      "people:\n"
      "  child-a: {kind: chid, borne: 2019}\n"
      "contacts:\n"
      "  - {agency: Police Force, id: A, kind: visit, occurred: 2026-05, who: [child-b]}\n"
      "  - {agency: police, id: B, kind: visit, occurred: 2026-13, who: [child-a]}\n"
      "expect:\n"
      "  - {rule: a-rule, child: child-a, bye: 2026-01-01}\n");
  EXPECT_THAT(faults, HasSubstr("f.yaml:2:1: no such key: sourse; did you mean `source`?"));
  EXPECT_THAT(faults, HasSubstr("f.yaml:1:1: a case needs `source`"));
  EXPECT_THAT(faults,
              HasSubstr("f.yaml:4:19: no such kind of person: chid; did you mean `child`?"));
  EXPECT_THAT(faults, HasSubstr("f.yaml:4:25: no such key: borne; did you mean `born`?"));
  EXPECT_THAT(faults, HasSubstr("f.yaml:6:14: an agency is written in small letters"));
  EXPECT_THAT(faults, HasSubstr("nobody has the label child-b; did you mean `child-a`?"));
  EXPECT_THAT(faults, HasSubstr("f.yaml:7:"));
  EXPECT_THAT(faults, HasSubstr("f.yaml:9:36: no such key: bye; did you mean `by`?"));
  EXPECT_THAT(faults, HasSubstr("f.yaml:9:5: an expectation needs `by`"));
}

TEST(CaseFile, WhatIntakeWouldRefuseIsAFaultAtItsContact) {
  const std::string faults =
      Faults(Text("  - agency: police\n"
                  "    id: DA-1\n"
                  "    kind: domestic_abuse_callout\n"
                  "    occurred: 2026-11-20\n"
                  "    recorded: 2026-11-15\n"
                  "    who: [child-a]\n"));
  EXPECT_THAT(faults, HasSubstr("f.yaml:13:5: occurred"));
}

TEST(CaseFile, ACodeOfTheSchemaIsNotTakenForAKeyOfTheFile) {
  const std::string faults = Faults(Text(
      "  - {agency: police, id: A, kind: visit, occurred: 2026-05, who: [child-a], say: Hello}\n"));
  EXPECT_THAT(faults, HasSubstr("no such key: say; did you mean `says`?"));
}

TEST(CaseFile, WithNothingToTellWhenItWasWrittenDownItAsks) {
  const std::string faults = Faults(Text(
      "  - {agency: police, id: A, kind: conversation, occurred: after 2011, who: [child-a]}\n"));
  EXPECT_THAT(faults, HasSubstr("give `recorded`"));
}

TEST(CaseFile, OneIdIsOneContactOfItsAgency) {
  const std::string faults = Faults(
      Text("  - {agency: police, id: A, kind: conversation, occurred: 2026-05, who: [child-a]}\n"
           "  - {agency: gp, id: A, kind: conversation, occurred: 2026-05, who: [child-a]}\n"
           "  - {agency: police, id: A, kind: conversation, occurred: 2026-06, who: [child-a]}\n"));
  EXPECT_EQ(faults, "f.yaml:12:5: police A stands on line 10 already");
}

TEST(CaseFile, EvidenceAndChildrenOfExpectationsAreOfTheCase) {
  const std::string faults =
      Faults(Text(kCallOut,
                  "expect:\n"
                  "  - {rule: r, child: mother, by: 2026-12-01, evidence: [police DA-2, DA-1]}\n"
                  "  - {quiet: any, child: child-a, from: 2026-12-01, until: 2026-11-01}\n"));
  EXPECT_THAT(faults, HasSubstr("no child has the label mother"));
  EXPECT_THAT(faults, HasSubstr("no such contact: police DA-2; did you mean `police DA-1`?"));
  EXPECT_THAT(faults, HasSubstr("a contact is named by its agency and its id"));
  EXPECT_THAT(faults, HasSubstr("`until` lies before `from`"));
}

constexpr std::string_view kAnswer =
    "  - {agency: childrens-services, id: A-1, kind: alert_acknowledged, occurred: 2026-11-16,\n"
    "     recorded: 2026-11-16, by: team_manager, detail: {owner: team_manager, due: 2026-11-17},\n"
    "     ";

TEST(CaseFile, AnAnswerNamesItsAlertByRuleAndChild) {
  const CaseFile file = Parsed(
      Text(std::string(kCallOut) + std::string(kAnswer) +
               "alert: {rule: DA-02, child: child-a, about: police DA-1}}\n",
           "expect:\n  - {rule: DA-02, child: child-a, by: 2026-11-16, answered: "
           "[childrens-services A-1]}\n  - {rule: DA-03, child: child-a, by: 2026-11-16, answered: "
           "[]}\n  - {rule: DA-04, child: child-a, by: 2026-11-16}\n"));
  ASSERT_EQ(file.contacts.size(), 2U);
  ASSERT_TRUE(file.contacts[1].alert.has_value());
  EXPECT_EQ(file.contacts[1].alert->rule, "DA-02");
  EXPECT_EQ(file.contacts[1].alert->child, "child-a");
  EXPECT_EQ(file.contacts[1].alert->about, (contact::Target{"police", "DA-1"}));
  const v1::Contact& answer = file.contacts[1].contact;
  EXPECT_EQ(answer.alert_acknowledged().owner(), "team_manager");
  ASSERT_EQ(answer.links_size(), 1);
  EXPECT_EQ(answer.links(0).link(), "answers");
  EXPECT_FALSE(file.contacts[0].alert.has_value());
  EXPECT_TRUE(file.contacts[1].answers);
  EXPECT_EQ(file.expectations[0].answered,
            (std::set<contact::Target>{{"childrens-services", "A-1"}}));
  EXPECT_EQ(file.expectations[1].answered, std::set<contact::Target>{});
  EXPECT_EQ(file.expectations[2].answered, std::nullopt);
  auto checked = CheckRules(file, "f.yaml", {"DA-03", "DA-04"});
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().text, HasSubstr("f.yaml:23:20: the policy has no rule DA-02"));
}

TEST(CaseFile, AnAnswerThatDoesNotSayToWhichAlertIsAFault) {
  const auto faults = [](std::string_view more) {
    return Faults(Text(std::string(kCallOut) + std::string(kAnswer) + std::string(more) + "}\n"));
  };
  EXPECT_THAT(faults("says: Yes."), HasSubstr("f.yaml:21:5: an answer says to which alert"));
  EXPECT_THAT(faults("alert: DA-02"), HasSubstr("f.yaml:23:13: `alert` is a map"));
  EXPECT_THAT(faults("alert: {rule: DA-02}"), HasSubstr("`alert` needs `child`"));
  EXPECT_THAT(faults("alert: {child: mother}"), HasSubstr("no child has the label mother"));
  EXPECT_THAT(faults("alert: {child: child-a}"), HasSubstr("`alert` needs `rule`"));
  EXPECT_THAT(faults("alert: {rule: r, child: child-a, about: police DA-3}"),
              HasSubstr("no such contact: police DA-3; did you mean `police DA-1`?"));
  EXPECT_THAT(faults("alert: {rule: r, child: child-a, abuot: police DA-1}"),
              HasSubstr("no such key: abuot; did you mean `about`?"));
  EXPECT_THAT(Faults(Text(std::string(kCallOut) + "    alert: {rule: r, child: child-a}\n")),
              HasSubstr("f.yaml:21:12: a contact of this kind answers no alert"));
}

constexpr std::string_view kOpening =
    "  - {agency: childrens-services, id: O-1, kind: record_opened, occurred: 2026-11-16,\n"
    "     recorded: 2026-11-16, by: social_worker,\n"
    "     ";

TEST(CaseFile, AnOpeningMayNameItsAlertByRuleAndChild) {
  const CaseFile file =
      Parsed(Text(std::string(kCallOut) + std::string(kOpening) +
                  "alert: {rule: DA-02, child: child-a}, detail: {purpose: It was read}}\n"));
  ASSERT_EQ(file.contacts.size(), 2U);
  ASSERT_TRUE(file.contacts[1].alert.has_value());
  EXPECT_EQ(file.contacts[1].alert->rule, "DA-02");
  EXPECT_FALSE(file.contacts[1].answers) << "its agency's feed need not attest";
  EXPECT_EQ(file.contacts[1].contact.record_opened().what(), "alert");
  EXPECT_EQ(file.contacts[1].contact.record_opened().alert_id(), kNoAlert);
  auto checked = CheckRules(file, "f.yaml", {"DA-03"});
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().text, HasSubstr("f.yaml:23:20: the policy has no rule DA-02"));
  EXPECT_FALSE(Parsed(Text(std::string(kCallOut) + std::string(kOpening) +
                           "who: [child-a], detail: {what: chronology, label: child-a, "
                           "purpose: It was read}}\n"))
                   .contacts[1]
                   .alert.has_value());
}

TEST(CaseFile, AnOpeningOfAnAlertAndOfSomethingElseIsAFault) {
  const auto faults = [](std::string_view more) {
    return Faults(Text(std::string(kCallOut) + std::string(kOpening) + std::string(more) + "}\n"));
  };
  const std::string alert = "alert: {rule: r, child: child-a}, ";
  EXPECT_THAT(faults("alert: {rule: r, child: mother}, detail: {purpose: p}"),
              HasSubstr("f.yaml:23:30: no child has the label mother"));
  EXPECT_THAT(
      faults(alert + "detail: {what: contact, purpose: p}"),
      HasSubstr("f.yaml:23:55: `alert` names what was opened: `what` is alert, or left out"));
  EXPECT_THAT(faults(alert + "detail: {purpose: p, contact: police DA-1}"),
              HasSubstr("f.yaml:23:61: `alert` names what was opened: `contact` is left out"));
  EXPECT_THAT(faults(alert + "detail: {purpose: p, alert_id: x}"),
              HasSubstr("f.yaml:23:48: `alert` names the alert: its id is left out"));
  EXPECT_THAT(Faults(Text(std::string(kCallOut) +
                          "  - {agency: police, id: C-1, kind: contact_corrected, occurred: "
                          "2026-11-16, recorded: 2026-11-16,\n"
                          "     detail: {of: O-1, why: w, replaces: {kind: record_opened, "
                          "occurred: 2026-11-16,\n"
                          "     alert: {rule: r, child: child-a}, detail: {purpose: p}}}}\n")),
              HasSubstr("f.yaml:23:13: what a correction puts in its place names an alert by its "
                        "id"));
}

TEST(CaseFile, QuestionsAreReadWhole) {
  const CaseFile file = Parsed(Text(
      kCallOut,
      "expect:\n"
      "  - {household: child-a, on: 2026-11-20, as_known_at: 2026-11-21, lens: agency:police,\n"
      "     lives: [child-a, mother], care: {child-a: [mother, man]}, contested: []}\n"
      "  - {chronology: child-a, has: police DA-1}\n"));
  ASSERT_EQ(file.questions.size(), 2U);
  EXPECT_TRUE(file.expectations.empty());
  const Question& household = file.questions[0];
  EXPECT_EQ(household.what, Question::What::kHousehold);
  EXPECT_EQ(FormatDay(household.on), "2026-11-20");
  EXPECT_EQ(FormatDay(*household.as_known_at), "2026-11-21");
  EXPECT_EQ(household.lens, "agency:police");
  EXPECT_EQ(household.wants.at("care"), (std::set<std::string>{"child-a man", "child-a mother"}));
  EXPECT_TRUE(household.wants.at("contested").empty());
  EXPECT_EQ(file.questions[1].wants.at("has"), std::set<std::string>{"police DA-1"});
}

TEST(CaseFile, AQuestionIsOfTheCaseAndSaysWhatIsAnswered) {
  const std::string faults =
      Faults(Text(kCallOut,
                  "expect:\n"
                  "  - {household: child-b, lives: [mother]}\n"
                  "  - {relations: child-a, on: 2026-11-20, lens: police, siblngs: []}\n"
                  "  - {chronology: child-a}\n"));
  EXPECT_THAT(faults, HasSubstr("nobody has the label child-b; did you mean `child-a`?"));
  EXPECT_THAT(faults, HasSubstr("`on`"));
  EXPECT_THAT(faults, HasSubstr("no such lens: police"));
  EXPECT_THAT(faults, HasSubstr("siblings"));
  EXPECT_THAT(faults, HasSubstr("a question says what is answered"));
}

TEST(CaseFile, TheClockCannotStopBeforeWhatIsExpected) {
  const std::string faults =
      Faults(Text(kCallOut, "expect: [{quiet: any, child: child-a, until: 2027-03-31}]\n",
                  "until: 2026-11-10\n"));
  EXPECT_THAT(faults, HasSubstr("the last contact comes after `until`"));
  EXPECT_THAT(faults, HasSubstr("something is expected after `until`"));
}

TEST(CaseFile, AnIdentifierWithAWrongCheckDigitIsAFaultAndIsNotRepeated) {
  auto text = std::string(kHead) + "  other: {kind: child, ids: {nhs-number: '9434765918'}}\n" +
              "contacts:\n" + std::string(kCallOut) + std::string(kExpect);
  const std::string faults = Faults(text);
  EXPECT_THAT(faults, HasSubstr("f.yaml:9:"));
  EXPECT_THAT(faults, Not(HasSubstr("9434765918")));
}

TEST(CaseFile, RulesAreThoseOfThePolicy) {
  const CaseFile file = Parsed(Text(kCallOut,
                                    "expect:\n"
                                    "  - {rule: two-call-out, child: child-a, by: 2026-12-01}\n"
                                    "  - {quiet: any, child: child-a}\n"));
  EXPECT_TRUE(CheckRules(file, "f.yaml", {"two-call-out"}));
  auto checked = CheckRules(file, "f.yaml", {"two-call-outs", "school-unseen"});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().text,
            "f.yaml:22:12: the policy has no rule two-call-out; did you mean `two-call-outs`?");
}

}  // namespace
}  // namespace throughline::cases
