#include "engine/chronology/handling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "engine/contact/catalogue.h"

namespace throughline::chronology {
namespace {

using testing::HasSubstr;

std::string Starter() {
  std::ifstream file(THROUGHLINE_SOURCE_DIR "/deploy/handling/starter.yaml");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Handling, EveryMarkOfTheListSaysWhatItHides) {
  const auto rules = ReadHandlingRules(Starter(), "starter.yaml");
  ASSERT_TRUE(rules.has_value()) << rules.error().text;
  EXPECT_EQ(HidesWhat("sensitive_service"), Hides::kFact);
  EXPECT_EQ(HidesWhat("privileged_legal_advice"), Hides::kContent);
  EXPECT_EQ(HidesWhat("informant_identity"), Hides::kInformant);
  EXPECT_EQ(HidesWhat("not_for_family"), Hides::kNothing);
}

TEST(Handling, AMarkThatThisEngineDoesNotKnowHidesTheContent) {
  EXPECT_EQ(HidesWhat("for_the_ombudsman"), Hides::kContent);
}

TEST(Handling, EveryFaultOfTheFileHasItsPlace) {
  const auto rules = ReadHandlingRules(
      "marks:\n"
      "- {mark: sensitive_service, hides: all, source: s}\n"
      "- {mark: third_party, hides: nothing}\n"
      "- {mark: secret, hides: fact, source: s}\n"
      "- {mark: court_restricted, hides: content}\n",
      "h");
  ASSERT_FALSE(rules.has_value());
  for (const char* fault : {"h:2:3: `hides` is", "h:3:3: a mark that hides nothing says `why`",
                            "h:4:3: no such mark: secret", "h:5:3: a mark says its `source`",
                            "not said what it hides: informant_identity"}) {
    EXPECT_THAT(rules.error().text, HasSubstr(fault));
  }
}

}  // namespace
}  // namespace throughline::chronology
