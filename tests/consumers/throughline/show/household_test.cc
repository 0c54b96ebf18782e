#include "consumers/throughline/show/household_text.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "consumers/throughline/show/chronology_text.h"
#include "tests/consumers/throughline/show/golden.h"

namespace throughline::show {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <typename Answer>
Answer Parse(const char* text) {
  Answer answer;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &answer));
  return answer;
}

TEST(ShowHousehold, AnAddressThatIsProtectedIsSaidToBe) {
  const auto answer = Parse<v1::HouseholdAnswer>(R"(
      asked { person: "00000000000000000000000000000001" person_kind: "child" name: "Child A" }
      on: "2024-05-20" lens: "shared" seq: 9
      homes {
        household { person: "00000000000000000000000000000002" person_kind: "household"
                    protected_address: true }
        lives { on_day: "certain" }
        members { person { name: "Child A" person_kind: "child" } on_day: "certain" }
      })");
  const std::string text = HomeText(answer, {});
  EXPECT_THAT(text, HasSubstr("a protected address"));
  EXPECT_THAT(text, Not(HasSubstr("00000002")));
}

TEST(ShowHousehold, AccountsThatDifferStandSideBySide) {
  ExpectGolden("household_with_contested_care", HomeText(Parse<v1::HouseholdAnswer>(R"(
      asked { person: "00000000000000000000000000000001" person_kind: "child" name: "Child N"
              date_of_birth { at: "2012-03" } }
      on: "2013-04-14" as_known_at: "2013-04-30T22:59:59.999Z" lens: "shared" seq: 99
      homes {
        household { person: "00000000000000000000000000000002" person_kind: "household"
                    references { scheme: "uprn" value: "100000000001" } }
        lives { on_day: "certain" statements {
          relation: "member_of_household" confidence: "recorded" since { at: "2012-03" }
          status: "stands" on_day: "certain"
          source { agency: "health-visiting" contact_id: "HV-1" } } }
        members { person { name: "Child N" person_kind: "child" } on_day: "certain" }
        members { person { name: "Mother" person_kind: "adult" } on_day: "possible"
          statements { relation: "member_of_household" confidence: "stated" status: "stands"
            on_day: "possible" source { agency: "gp" contact_id: "G-1" } } }
        earlier { person { name: "Father" person_kind: "adult" } on_day: "earlier"
          statements { relation: "member_of_household" confidence: "recorded" status: "ended"
            ending { reason: "moved_out" until { at: "2012-11-02" }
                     source { agency: "housing" contact_id: "H-2" } }
            on_day: "earlier" source { agency: "housing" contact_id: "H-1" } } }
      }
      care {
        child { name: "Child N" } contested: true
        carers { person { name: "Father" person_kind: "adult" } on_day: "certain"
          statements { relation: "carer" confidence: "stated" alone: TRI_YES
            since { at: "2013-02-01" } status: "stands" on_day: "certain"
            source { agency: "childrens-services" contact_id: "C-1" } } }
        carers { person { name: "Mother" person_kind: "adult" } on_day: "possible"
          statements { relation: "carer" confidence: "suspected" alone: TRI_YES
            since { at: "2013-04-10" } until { at: "2013-04-15" } status: "stands"
            on_day: "possible" source { agency: "police" contact_id: "P-1" } } }
      })"),
                                                         {}));
}

TEST(ShowHousehold, RelationsNameWhatEachIsAndByWhom) {
  ExpectGolden("relations_with_a_dna_result", HomeText(Parse<v1::RelationsAnswer>(R"(
      asked { person: "00000000000000000000000000000001" person_kind: "child" name: "Son" }
      on: "2024-07-01" lens: "agency:county-court" seq: 99
      parents { person { name: "Father" person_kind: "adult" } on_day: "not_so"
        statements { relation: "parent" confidence: "stated" basis: "said" status: "in_error"
          ending { reason: "in_error" basis: "dna" source { agency: "court" contact_id: "D-2" } }
          source { agency: "health-visiting" contact_id: "HV-1" } } }
      parents { person { name: "Mr B" person_kind: "adult" } on_day: "certain"
        statements { relation: "parent" confidence: "verified" basis: "dna" status: "stands"
          on_day: "certain" source { agency: "court" contact_id: "D-1" } } }
      siblings { person { name: "Daughter" person_kind: "child" } sort: "half" same_home: true
        through { parent { name: "Mother" } on_day: "certain" } }
      unknown_adults { description: "about 35 with a tattooed hand" doing: "staying"
        source { agency: "health-visiting" contact_id: "HV-2" } seen_at { at: "2024-03-01" }
        identified { name: "Mr C" } identified_known: "2024-04-22T10:00:00.000Z"
        identified_reason: "the police photograph shows the hand" })"),
                                                       {}));
}

TEST(ShowChronology, OfAJoinedRecordLeadsToItsPersonAndSaysThroughWhomContactsCame) {
  const auto answer = Parse<v1::ChronologyAnswer>(R"(
      person { person: "00000000000000000000000000000001" person_kind: "child"
               names { name: "Child A" } }
      seq: 9 part_of { record: "0badcafe000000000000000000000002" since: "2024-04-22T10:00:00.000Z" }
      entries {
        seq: 3 agency: "police" contact_id: "P-1" kind: "domestic_abuse_callout"
        occurred { at: "2023-09-09" } placed: "2023-09-10T00:00:00.000Z"
        known: "2024-04-22T10:00:00.000Z" why: "relation" latest: "2023-09-09T22:59:59.999Z"
        contact { occurred { at: "2023-09-09" } }
        through { person: "00000000000000000000000000000003" person_kind: "adult" name: "Mr C"
                  is: "partner of Mother" is: "of the same home" } }
      notes { what: "relation_known" relation: "unborn_child_of" other_name: "Mother"
              confidence: "recorded" known: "2024-04-22T10:00:00.000Z" }
      notes { what: "relation_known" relation: "member_of_household" other_name: "1 Mill Lane"
              known: "2024-04-22T10:00:00.000Z" })");
  const std::string text = ChronologyText(answer, {}, {200, false});
  EXPECT_THAT(text, HasSubstr("0badcafe…, which was asked about, is part of this person since "
                              "22 Apr 2024 and is shown here"));
  EXPECT_THAT(text, HasSubstr("background, through Mr C (partner of Mother, of the same home), "
                              "visible here since 22 Apr 2024"));
  EXPECT_THAT(text, HasSubstr("this person is unborn child of Mother (recorded)"));
  EXPECT_THAT(text, HasSubstr("this person lives at 1 Mill Lane"));
}

TEST(ShowChronology, ThroughTheRecordedLensSaysThroughWhomContactsCame) {
  const auto answer = Parse<v1::ChronologyAnswer>(R"(
      person { person: "00000000000000000000000000000001" person_kind: "child" }
      lens: LENS_RECORDED
      entries {
        seq: 3 agency: "police" contact_id: "P-1" kind: "criminal_justice_step"
        occurred { at: "2007" } placed: "2023-09-10T00:00:00.000Z"
        known: "2024-04-22T10:00:00.000Z" why: "relation" latest: "2007-12-31T23:59:59.999Z"
        contact { occurred { at: "2007" } }
        through { person: "00000000000000000000000000000003" person_kind: "adult" name: "Father"
                  is: "parent" } })");
  const std::string text = ChronologyText(answer, {}, {200, false});
  EXPECT_THAT(text, HasSubstr("Background, through Father (parent)\n"))
      << "or it reads as the child's own; and when it came here does not count";
}

TEST(ShowChronology, AgesBeginWithTheBirthAndEndWithADeath) {
  const auto answer = Parse<v1::ChronologyAnswer>(R"(
      person { person: "00000000000000000000000000000001" person_kind: "child"
               births { date_of_birth { at: "2010-08-31" } } }
      entries { kind: "visit" occurred { at: "2010-08-02" } latest: "2010-08-02T22:59:59.999Z"
                contact { occurred { at: "2010-08-02" } } }
      entries { kind: "visit" occurred { at: "2011-05-14" } latest: "2011-05-14T22:59:59.999Z"
                contact { occurred { at: "2011-05-14" } } }
      entries { kind: "death" label: "child" occurred { at: "2011-07" }
                latest: "2011-07-31T22:59:59.999Z"
                contact { occurred { at: "2011-07" } death { who: "child" } } }
      entries { kind: "death" label: "child" occurred { at: "2010-12" }
                latest: "2010-12-31T23:59:59.999Z"
                contact { occurred { at: "2010-12" } death { who: "grandfather" } } }
      entries { kind: "meeting" occurred { at: "2026-11-27" } latest: "2026-11-27T23:59:59.999Z"
                contact { occurred { at: "2026-11-27" } } })");
  const std::string text = ChronologyText(answer, {}, {200, false});
  EXPECT_THAT(text, HasSubstr("August 2010 · month of birth ─")) << "it was not born on the 2nd";
  EXPECT_THAT(text, HasSubstr("May 2011 · aged 9 months ─"));
  EXPECT_THAT(text, HasSubstr("July 2011 · aged 11 months ─"));
  EXPECT_THAT(text, HasSubstr("November 2026 ─")) << "it had died";
}

TEST(ShowChronology, ADisputeSaysWhichStatementItIsOf) {
  const auto answer = Parse<v1::ChronologyAnswer>(R"(
      person { person: "00000000000000000000000000000001" person_kind: "child" }
      entries { kind: "visit" occurred { at: "2026-02-02" } latest: "2026-02-02T23:59:59.999Z"
                contact { occurred { at: "2026-02-02" } }
                disputed { by { agency: "gp" contact_id: "G-1" } known: "2026-02-20T10:00:00.000Z"
                           item: "2" why: "There was no bruise" account: "I saw her" } })");
  EXPECT_THAT(ChronologyText(answer, {}, {200, false}),
              HasSubstr("Disputed    gp G-1, known 20 Feb 2026, statement 2: There was no bruise. "
                        "Their account: I saw her\n"));
}

}  // namespace
}  // namespace throughline::show
