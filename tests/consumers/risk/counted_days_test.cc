#include "consumers/risk/counted_days.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

std::string Rule(const std::string& id, const std::string& jurisdiction,
                 const std::string& respond_within, const std::string& absent_within) {
  return "- id: " + id +
         "\n  title: A rule\n  statement: Looks.\n  basis: {kind: guidance, source: A source}\n"
         "  jurisdiction: " +
         jurisdiction + "\n  addressee: safeguarding_lead\n  response: Do it.\n  respond_within: " +
         respond_within +
         "\n  family: pattern\n  sentence: It holds.\n  pattern:\n"
         "    steps: [{contact: {kinds: domestic_abuse_callout}, at_least: 2}]\n"
         "    window: 12 months\n    lapses_after: 1 month\n"
         "    absent: {kinds: visit}\n    absent_what: no visit\n    absent_within: " +
         absent_within + "\n";
}

// Wherever in a rule the length stands.
TEST(CountedDays, AreThoseOfTheLengthsOfTheRulesOfAJurisdiction) {
  const auto counted = CountedDaysOf(PolicyOf(Rule("T-1", "england", "2 days", "3 weeks") +
                                              Rule("T-2", "wales", "1 working day", "2 days") +
                                              Rule("T-3", "scotland", "2 days", "5 school days") +
                                              Rule("T-4", "scotland", "1 hour", "2 working days")));
  ASSERT_EQ(counted.size(), 3U);
  EXPECT_FALSE(counted.at("england").working);
  EXPECT_FALSE(counted.at("england").school);
  EXPECT_TRUE(counted.at("wales").working);
  EXPECT_FALSE(counted.at("wales").school);
  EXPECT_TRUE(counted.at("scotland").working);
  EXPECT_TRUE(counted.at("scotland").school);
}

}  // namespace
}  // namespace throughline::risk
