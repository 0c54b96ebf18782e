#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/relations/written_circle.h"

namespace throughline::relations {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

template <typename Ties>
std::vector<std::string> Names(const Ties& ties) {
  std::vector<std::string> names;
  for (const auto& tie : ties) names.push_back(tie.person().name() + " " + tie.on_day());
  return names;
}

class RelationsTest : public ::testing::Test {
 protected:
  RelationsTest() {
    c.people = {
        {'c', {"child", "Child C", ""}},
        {'d', {"child", "Child D", ""}},
        {'e', {"child", "Child E", ""}},
        {'m', {"adult", "Mother", ""}},
        {'f', {"adult", "Father", ""}},
        {'g', {"adult", "Mr G", ""}},
        {'n', {"adult", "Second Mother", ""}},
        {'h', {"household", "", Address("1 Mill Lane")}},
        {'k', {"household", "", Address("9 High Street")}},
        {'u', {"unknown_person", "", "unknown: {description: a tall man, said_name: Dee}"}}};
  }
  static std::string Address(const std::string& text) {
    return fmt::format("demographics: {{address: {}}}", text);
  }
  Seq Lives(const std::string& agency, const std::string& id, char who, char where,
            const std::string& since = "", const std::string& until = "",
            const std::string& confidence = "recorded") {
    return c.State({agency, id, "member_of_household", who, where, since, until, confidence});
  }

  // The father, of the flat.
  Seq Left(const std::string& agency, const std::string& id, const std::string& until) {
    return c.End(
        {agency, id, "member_of_household", 'f', 'h', "", until, "recorded", "", "moved_out"});
  }

  WrittenCircle c;
};

TEST_F(RelationsTest, AHouseholdOnADayIsWhoLivedThereThenAndWhoHadMovedOut) {
  Lives("housing", "H-1", 'c', 'h', "2025-01-01");
  Lives("housing", "H-2", 'm', 'h', "2025-01-01");
  Lives("housing", "H-3", 'f', 'h', "2025-01-01", "2025-06-30");
  Lives("police", "P-1", 'g', 'h', "2025-11");

  const auto answer = c.Household('c', "2025-11-15");
  ASSERT_EQ(answer.homes_size(), 1);
  EXPECT_EQ(answer.homes(0).household().name(), "1 Mill Lane");
  EXPECT_THAT(Names(answer.homes(0).members()),
              ElementsAre("Child C certain", "Mother certain", "Mr G possible"));
  EXPECT_THAT(Names(answer.homes(0).earlier()), ElementsAre("Father earlier"));

  EXPECT_THAT(Names(c.Household('h', "2025-06-30").homes(0).members()),
              ElementsAre("Child C certain", "Mother certain", "Father certain"));
  EXPECT_THAT(Names(c.Household('h', "2025-06-30").homes(0).later()), ElementsAre("Mr G later"));
}

TEST_F(RelationsTest, ThroughTheRecordedLensWhatWasWrittenDownByThenIsKnown) {
  c.dated = true;
  c.said_on = "2025-02-01";
  Lives("housing", "H-1", 'c', 'h', "2025-01-01");
  Lives("housing", "H-2", 'f', 'h', "2025-01-01");
  c.said_on = "2025-07-01";
  Lives("housing", "H-3", 'm', 'h', "2025-01-01");
  c.End({"housing", "H-4", "member_of_household", 'f', 'h', "", "2025-02-15", "stated", "",
         "moved_out"});
  const auto on = [&](std::string_view lens, std::string_view known) {
    const auto answer = c.Household('h', "2025-03-01", lens, At(known));
    return answer.homes().empty() ? std::vector<std::string>{} : Names(answer.homes(0).members());
  };
  EXPECT_THAT(on("recorded", "2025-03-01"), ElementsAre("Child C certain", "Father certain"));
  EXPECT_THAT(on("recorded", "2025-08-01"), ElementsAre("Child C certain", "Mother certain"));
  EXPECT_THAT(on("", "2025-08-01"), IsEmpty()) << "nothing of it was published then";
}

TEST_F(RelationsTest, AHomeOfSomebodyWhoseAddressIsProtectedIsNotShown) {
  Lives("housing", "H-1", 'c', 'h', "2025-01-01");
  Lives("housing", "H-2", 'm', 'h', "2025-01-01");
  Lives("housing", "H-3", 'm', 'k', "2024-01-01", "2024-12-31");
  c.marked['m'] = true;
  EXPECT_TRUE(c.Household('c', "2025-02-01").homes(0).household().protected_address());
  EXPECT_EQ(c.Household('c', "2025-02-01").homes(0).household().name(), "");
  EXPECT_EQ(c.Household('k', "2024-06-01").homes(0).household().name(), "9 High Street")
      << "she has left it";
}

TEST_F(RelationsTest, ADeathLiftsNoProtectionOfTheHome) {
  Lives("housing", "H-1", 'c', 'h', "2025-01-01");
  Lives("housing", "H-2", 'm', 'h', "2025-01-01");
  c.marked['m'] = true;
  c.journal.Place("hospital", c.ContactOf("X-1", {'m'}, "death", "{who: m}"), {c.OnOf('m')});
  const auto home = c.Household('c', "2026-02-01").homes(0);
  EXPECT_THAT(Names(home.members()), ElementsAre("Child C certain"));
  EXPECT_TRUE(home.household().protected_address()) << "the child may be looked for there";
}

// Nobody tells which contact gave what is known of somebody: the mark may be on that one.
TEST_F(RelationsTest, WhereOneLivesIsNotShownOfWhomAContactSaysItUnderAMark) {
  Lives("housing", "H-1", 'c', 'h', "2025-01-01");
  Lives("housing", "H-2", 'm', 'h', "2025-01-01");
  const auto say = [&](const std::string& id, char of, const std::string& mark) {
    c.journal.Place("refuge", c.ContactOf(id, {of}, "concern_noted", "{raised_by: somebody}", mark),
                    {c.OnOf(of)}, [&](v1::Placed& placed) {
                      v1::PersonMade& made = *placed.add_made();
                      made.set_person(placed.to(0).person());
                      made.set_person_kind(placed.to(0).person_kind());
                      for (const char* scheme : {"local-id", "uprn"}) {
                        made.add_references()->set_scheme(scheme);
                        made.mutable_references()->rbegin()->set_value("100000000009");
                      }
                    });
  };
  const auto home = [&] { return c.Household('m', "2025-02-01").homes(0); };
  const auto schemes = [](const v1::RelatedPerson& person) {
    std::vector<std::string> all;
    for (const auto& one : person.references()) all.push_back(one.scheme());
    return all;
  };
  const auto mother = [&] { return schemes(c.Relations('m', "2025-02-01").asked()); };
  say("R-1", 'm', "");
  say("R-2", 'h', "");
  EXPECT_THAT(mother(), ElementsAre("local-id", "uprn"));
  EXPECT_THAT(schemes(home().household()), ElementsAre("local-id", "uprn"));
  say("R-3", 'm', "handling: [{handling: protected_address}]");
  EXPECT_THAT(mother(), ElementsAre("local-id"));
  EXPECT_FALSE(home().household().protected_address()) << "it is her own that the contact gives";
  c.journal.Place("refuge",
                  c.ContactOf("R-4", {'h'}, "handling_set",
                              "{contact: R-2, mark: protected_address, state: set, reason: r}"),
                  {c.OnOf('h')});
  EXPECT_TRUE(home().household().protected_address());
  EXPECT_THAT(schemes(home().household()), IsEmpty());
}

TEST_F(RelationsTest, TwoAgenciesThatPlaceAChildInTwoHomesAreBothShown) {
  Lives("school", "S-1", 'c', 'h', "2025-01-01");
  Lives("gp", "G-1", 'c', 'k', "2025-03-01");
  const auto answer = c.Household('c', "2025-04-01");
  ASSERT_EQ(answer.homes_size(), 2);
  EXPECT_EQ(answer.homes(0).household().name(), "9 High Street");
  EXPECT_EQ(answer.homes(1).household().name(), "1 Mill Lane");
}

TEST_F(RelationsTest, OneWhoMovedOutByOneAccountAndLivesThereByALaterOneIsContested) {
  Lives("housing", "H-1", 'f', 'h', "2025-01-01");
  c.End({"childrens-services", "C-1", "member_of_household", 'f', 'h', "", "2025-06-30", "stated",
         "", "moved_out"});
  EXPECT_THAT(Names(c.Household('h', "2025-08-01").homes(0).earlier()),
              ElementsAre("Father earlier"));
  Lives("police", "P-1", 'f', 'h', "2025-01-01");
  const auto home = c.Household('h', "2025-08-01").homes(0);
  ASSERT_THAT(Names(home.members()), ElementsAre("Father contested"));
  const auto& said = home.members(0).statements();
  ASSERT_EQ(said.size(), 2);
  EXPECT_EQ(said[0].status(), "ended");
  EXPECT_EQ(said[0].ending().source().contact_id(), "C-1");
  EXPECT_EQ(said[1].against(0).source().contact_id(), "C-1");
  EXPECT_THAT(Names(c.Household('h', "2025-03-01").homes(0).members()),
              ElementsAre("Father certain"))
      << "of a day before that end both say the same";
}

TEST_F(RelationsTest, TheDaysBetweenTwoAgenciesEndsAreContested) {
  Lives("housing", "H-1", 'f', 'h', "2025-01-01");
  Left("childrens-services", "C-1", "2025-03-01");
  Left("police", "P-1", "2025-05-01");
  const auto on = [&](std::string_view day) {
    const auto home = c.Household('h', day).homes(0);
    return Names(home.members_size() > 0 ? home.members() : home.earlier());
  };
  EXPECT_THAT(on("2025-02-15"), ElementsAre("Father certain"));
  EXPECT_THAT(on("2025-04-01"), ElementsAre("Father contested"));
  EXPECT_THAT(on("2025-06-01"), ElementsAre("Father earlier"));
  const auto said = c.Household('h', "2025-04-01").homes(0).members(0).statements(0);
  EXPECT_EQ(said.ending().source().contact_id(), "C-1");
  ASSERT_EQ(said.also_ending_size(), 1);
  EXPECT_EQ(said.also_ending(0).source().contact_id(), "P-1");
}

TEST_F(RelationsTest, AnEndThatIsKnownHereBeforeWhatItEndsEndsIt) {
  c.dated = true;
  c.said_on = "2026-01-05";  // the day on which both became known, one minute apart
  Left("housing", "H-1", "2026-01-05");
  Lives("school", "S-1", 'f', 'h');
  EXPECT_THAT(Names(c.Household('h', "2026-01-10").homes(0).earlier()),
              ElementsAre("Father earlier"));
}

TEST_F(RelationsTest, TwoEndsThatAgreeAreAsExactAsTheMoreExact) {
  Lives("housing", "H-1", 'f', 'h', "2025-01-01");
  Left("childrens-services", "C-1", "2025-03");
  Left("police", "P-1", "2025-03-15");
  EXPECT_THAT(Names(c.Household('h', "2025-03-10").homes(0).members()),
              ElementsAre("Father certain"));
  EXPECT_THAT(Names(c.Household('h', "2025-03-20").homes(0).earlier()),
              ElementsAre("Father earlier"));
}

TEST_F(RelationsTest, AnAgencysLastWordOfAnEndHolds) {
  Lives("housing", "H-1", 'f', 'h', "2025-01-01");
  Left("police", "P-1", "2025-03-01");
  Left("police", "P-2", "2025-05-01");
  EXPECT_THAT(Names(c.Household('h', "2025-04-01").homes(0).members()),
              ElementsAre("Father certain"));
}

TEST_F(RelationsTest, AnEndOfALaterStayIsNoSecondAccountOfTheFirst) {
  Lives("housing", "H-1", 'f', 'h', "2025-01-01");
  Left("police", "P-1", "2025-03-01");
  Lives("school", "S-1", 'f', 'h', "2025-06-01");
  Left("police", "P-2", "2025-09-01");
  Left("childrens-services", "C-1", "2025-09-01");
  EXPECT_THAT(Names(c.Household('h', "2025-04-01").homes(0).earlier()),
              ElementsAre("Father earlier"));
  EXPECT_THAT(Names(c.Household('h', "2025-07-01").homes(0).members()),
              ElementsAre("Father certain"));
  EXPECT_THAT(Names(c.Household('h', "2025-10-01").homes(0).earlier()),
              ElementsAre("Father earlier"));
}

TEST_F(RelationsTest, WhoMovesBackInIsNotContested) {
  Lives("housing", "H-1", 'f', 'h', "2025-01-01");
  c.End({"housing", "H-2", "member_of_household", 'f', 'h', "", "2025-06-30", "recorded", "",
         "moved_out"});
  Lives("police", "P-1", 'f', 'h', "2025-09-01");
  EXPECT_THAT(Names(c.Household('h', "2025-08-01").homes(0).earlier()),
              ElementsAre("Father earlier"));
  EXPECT_THAT(Names(c.Household('h', "2025-10-01").homes(0).members()),
              ElementsAre("Father certain"));
}

TEST_F(RelationsTest, WhoIsSaidToLiveThereAfterHeLeftMayHaveComeBack) {
  Lives("housing", "H-1", 'f', 'h', "2024-01-01", "2025-06-30");
  Lives("police", "P-1", 'f', 'h');  // on 4 January 2026; since when, nobody says
  EXPECT_THAT(Names(c.Household('h', "2026-01-10").homes(0).members()),
              ElementsAre("Father certain"));
  EXPECT_THAT(Names(c.Household('h', "2025-09-01").homes(0).members()),
              ElementsAre("Father possible"));
  EXPECT_THAT(Names(c.Household('h', "2025-03-01").homes(0).members()),
              ElementsAre("Father certain"));
}

TEST_F(RelationsTest, WhoWasSaidToLiveThereAfterAnEndThatIsToldLaterIsContested) {
  Lives("police", "P-1", 'f', 'h');  // on 4 January 2026
  c.End({"housing", "H-1", "member_of_household", 'f', 'h', "", "2025-06-30", "recorded", "",
         "moved_out"});
  EXPECT_THAT(Names(c.Household('h', "2026-01-10").homes(0).members()),
              ElementsAre("Father contested"));
}

TEST_F(RelationsTest, AnAgencysLaterWordWithAnEndIsNoSecondAccount) {
  Lives("housing", "H-1", 'f', 'h', "2025-01-01");
  Lives("housing", "H-2", 'f', 'h', "2025-01-01", "2025-06-30");
  EXPECT_THAT(Names(c.Household('h', "2025-08-01").homes(0).earlier()),
              ElementsAre("Father earlier"));
}

TEST_F(RelationsTest, WhatItsAgencyTookBackStaysInSightAndDoesNotCount) {
  const Seq said = Lives("police", "P-1", 'g', 'h', "2025-01-01");
  Lives("housing", "H-1", 'm', 'h', "2025-01-01");
  c.Retract("police", "P-1", said, {'g', 'h'});
  const auto home = c.Household('h', "2025-08-01").homes(0);
  EXPECT_THAT(Names(home.members()), ElementsAre("Mother certain"));
  ASSERT_THAT(Names(home.earlier()), ElementsAre("Mr G not_so"));
  EXPECT_EQ(home.earlier(0).statements(0).status(), "unsaid");
}

TEST_F(RelationsTest, DisputedPaternityStandsBesideTheDnaResult) {
  c.State({"childrens-services", "C-1", "parent", 'f', 'c', "", "", "disputed", "said"});
  const Seq before = c.State({"midwifery", "M-1", "parent", 'm', 'c'});
  EXPECT_THAT(Names(c.Relations('c', "2026-01-05").parents()),
              ElementsAre("Father contested", "Mother certain"));
  c.State({"court", "D-1", "parent", 'g', 'c', "", "", "verified", "dna"});
  c.End({"court", "D-2", "parent", 'f', 'c', "", "", "verified", "dna", "in_error"});
  const auto parents = c.Relations('c', "2026-01-05").parents();
  EXPECT_THAT(Names(parents), ElementsAre("Father not_so", "Mother certain", "Mr G certain"));
  EXPECT_EQ(parents[0].statements(0).ending().basis(), "dna");
  EXPECT_THAT(Names(c.Relations('c', "2026-01-05", "", c.PlacedAt(before)).parents()),
              ElementsAre("Father contested", "Mother certain"));
}

TEST_F(RelationsTest, SiblingsAreFullOrHalfByTheParentsTheyShare) {
  for (const char child : {'c', 'd'}) {
    c.State({"gp", fmt::format("M-{}", child), "parent", 'm', child});
    c.State({"gp", fmt::format("F-{}", child), "parent", 'f', child});
  }
  c.State({"gp", "M-e", "parent", 'm', 'e'});
  const auto sorts = [&] {
    std::vector<std::string> all;
    const auto answer = c.Relations('c', "2026-01-05");
    for (const auto& one : answer.siblings()) {
      all.push_back(one.person().name() + " " + one.sort());
    }
    return all;
  };
  EXPECT_THAT(sorts(), ElementsAre("Child D full", "Child E shared_parent"));
  c.State({"gp", "G-e", "parent", 'g', 'e'});
  EXPECT_THAT(sorts(), ElementsAre("Child D full", "Child E half"));
}

TEST_F(RelationsTest, CareByTwoOfWhomOneIsSaidToBeAloneIsContested) {
  c.State({"childrens-services", "C-1", "carer", 'f', 'c', "2025-01-01", "", "recorded"});
  EXPECT_FALSE(c.Household('c', "2025-07-01").care(0).contested());
  c.State({"school", "S-1", "carer", 'm', 'c', "2025-06-28", "2025-07-03", "suspected", "", "",
           v1::TRI_YES});
  const auto care = c.Household('c', "2025-07-01").care(0);
  EXPECT_TRUE(care.contested());
  EXPECT_THAT(Names(care.carers()), ElementsAre("Father certain", "Mother possible"));
  EXPECT_FALSE(c.Household('c', "2025-08-01").care(0).contested());
}

TEST_F(RelationsTest, AnAdultReachesChildrenByHomeByPartnerAndByOwn) {
  c.State({"gp", "G-1", "parent", 'f', 'c'});
  Lives("housing", "H-1", 'f', 'k', "2025-01-01");
  Lives("housing", "H-2", 'd', 'k', "2025-01-01");
  c.State({"police", "P-1", "partner", 'f', 'n', "2025-01-01"});
  c.State({"gp", "G-2", "parent", 'n', 'e'});
  std::vector<std::string> reached;
  const auto answer = c.Relations('f', "2025-03-01");
  for (const auto& one : answer.access()) {
    for (const auto& way : one.ways()) reached.push_back(one.child().name() + " " + way.how());
  }
  EXPECT_THAT(reached,
              UnorderedElementsAre("Child C parent", "Child D home", "Child E partner_of_parent"));
}

TEST_F(RelationsTest, WhoWasAChildInHerOwnChildhoodIsNoneLater) {
  c.people['m'] = {"child", "Mother", "demographics: {names: [Mother], date_of_birth: 1992-05}"};
  Lives("housing", "H-1", 'm', 'h', "2000-01-01");
  Lives("housing", "H-2", 'f', 'h', "2000-01-01");
  EXPECT_EQ(c.Relations('f', "2010-01-05").access_size(), 1);
  EXPECT_EQ(c.Relations('f', "2010-07-05").access_size(), 0);
}

TEST_F(RelationsTest, APartnershipEndsWhereSomebodySaysThatTheyAreFormerPartners) {
  c.State({"police", "P-1", "partner", 'f', 'm', "2024-01-01"});
  c.State({"housing", "H-1", "former_partner", 'm', 'f', "2025-02-01"});
  EXPECT_THAT(Names(c.Relations('f', "2024-06-01").partners()), ElementsAre("Mother certain"));
  EXPECT_THAT(Names(c.Relations('f', "2025-06-01").partners()), ElementsAre("Mother earlier"));
}

TEST_F(RelationsTest, AnUnknownAdultIsWhoHeTurnsOutToBeFromTheLinkOn) {
  const Seq seen = Lives("health-visiting", "V-1", 'u', 'h', "2025-03-01");
  Lives("housing", "H-1", 'c', 'h', "2025-01-01");
  const Seq named = c.State({"police", "P-1", "partner", 'g', 'm', "2024-01-01"});
  EXPECT_THAT(Names(c.Household('c', "2025-04-01").homes(0).members()),
              ElementsAre("Dee certain", "Child C certain"));
  c.Link('g', 'u', {seen}, "childrens-services");
  EXPECT_THAT(Names(c.Household('c', "2025-04-01").homes(0).members()),
              ElementsAre("Mr G certain", "Child C certain"));
  EXPECT_THAT(Names(c.Household('c', "2025-04-01", "", c.PlacedAt(named)).homes(0).members()),
              ElementsAre("Dee certain", "Child C certain"))
      << "as known before, nobody knew who it was";
  EXPECT_THAT(Names(c.Household('h', "2025-04-01", "health-visiting").homes(0).members()),
              ElementsAre("Dee certain"))
      << "the health visitor never learnt who it was";
}

TEST_F(RelationsTest, AnAgencyIsShownWhatItHadASourceOfKnowingAndNoMore) {
  Lives("housing", "H-1", 'c', 'h', "2025-01-01");
  Lives("housing", "H-2", 'm', 'h', "2025-01-01");
  Lives("police", "P-1", 'g', 'h', "2025-03-01");
  EXPECT_THAT(Names(c.Household('h', "2025-04-01", "housing").homes(0).members()),
              ElementsAre("Child C certain", "Mother certain"));
  EXPECT_THAT(Names(c.Household('h', "2025-04-01", "police").homes(0).members()),
              ElementsAre("Mr G certain"));
  EXPECT_THAT(Names(c.Household('h', "2025-04-01", "school").homes(0).members()), IsEmpty());
  c.Open("housing", 'h');
  EXPECT_THAT(Names(c.Household('h', "2025-04-01", "housing").homes(0).members()),
              ElementsAre("Child C certain", "Mother certain", "Mr G certain"));
}

TEST_F(RelationsTest, WhatOneAgencyDidNotLearnWasTakenBackStandsForIt) {
  const Seq said = Lives("police", "P-1", 'g', 'h', "2025-01-01");
  c.Open("housing", 'h');
  c.Retract("police", "P-1", said, {'g', 'h'});
  EXPECT_THAT(Names(c.Household('h', "2025-08-01", "housing").homes(0).members()),
              ElementsAre("Mr G certain"));
  EXPECT_THAT(Names(c.Household('h', "2025-08-01").homes(0).members()), IsEmpty());
}

TEST_F(RelationsTest, OfAProtectedAddressNothingIsShown) {
  Lives("housing", "H-1", 'm', 'h', "2025-01-01");
  c.marked['h'] = true;
  const auto home = c.Household('m', "2025-08-01").homes(0).household();
  EXPECT_TRUE(home.protected_address());
  EXPECT_EQ(home.name(), "");
  EXPECT_THAT(home.references(), IsEmpty());
  EXPECT_EQ(c.Household('m', "2025-08-01").DebugString().find("Mill Lane"), std::string::npos);
}

// Without a reference the corrected contact's man is another record: he is one man.
TEST_F(RelationsTest, AnUnknownAdultWhomACorrectionNamesAgainIsListedOnce) {
  c.people['v'] = c.people['u'];
  const auto contact = c.ContactOf("P-1", {'c', 'u'}, "concern_noted", "{raised_by: u}");
  c.journal.Place("police", contact, {c.OnOf('c'), c.OnOf('u')});
  EXPECT_EQ(c.Relations('c', "2026-02-01").unknown_adults_size(), 1);
  auto correction =
      c.ContactOf("P-2", {'c', 'u'}, "contact_corrected", "{of: P-1, why: the time was wrong}");
  *correction.mutable_contact_corrected()->mutable_replaces() = contact;
  correction.clear_subjects();
  c.journal.Place("police", correction,
                  {{'c', "replaces/c"},
                   {'v', "replaces/u", "subject", "unknown_person"},
                   {'u', "", "linked", "unknown_person"}});
  const auto answer = c.Relations('c', "2026-02-01");
  ASSERT_EQ(answer.unknown_adults_size(), 1);
  EXPECT_EQ(answer.unknown_adults(0).person().person(), chronology::PersonOf('u').Text());
}

}  // namespace
}  // namespace throughline::relations
