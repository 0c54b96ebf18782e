#include "engine/identity/strong.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/identity/evidence_builder.h"

namespace throughline::identity {
namespace {

using testing::ElementsAre;

struct Pair {
  const char* why;
  Said a;
  Said b;
};

StrongAgreement AgreeOf(const Pair& pair) {
  return Agree(Parameters::England(), EvidenceOf(pair.a), EvidenceOf(pair.b));
}

TEST(Strong, LinksWhereDateOfBirthAndForenameAgreeAsFarAsKnown) {
  const Pair pairs[] = {
      {"same",
       {.name = "Jack Smith", .born = "2015-05-03"},
       {.name = "Jack Smith", .born = "2015-05-03"}},
      {"surname changed",
       {.name = "Jack Smith", .born = "2015-05-03"},
       {.name = "Jack Jones", .born = "2015-05-03"}},
      {"nothing known of one", {}, {.name = "Jack Smith", .born = "2015-05-03"}},
      {"nickname", {.name = "Katie Smith"}, {.name = "Katherine Smith"}},
      {"spelling", {.name = "Mohammed Yusuf Khan"}, {.name = "Muhammad Yousef Khan"}},
      {"diacritics", {.name = "Łukasz Nowak"}, {.name = "Lukasz Nowak"}},
      {"transposition", {.name = "Daneil Smith"}, {.name = "Daniel Smith"}},
      {"day and month",
       {.name = "Jack Smith", .born = "2015-05-03"},
       {.name = "Jack Smith", .born = "2015-03-05"}},
      {"unknown day",
       {.name = "Jack Smith", .born = "2015-05"},
       {.name = "Jack Smith", .born = "2015-05-03"}},
      {"1 January",
       {.name = "Hodan Ali Warsame", .born = "2015-01-01"},
       {.name = "Hodan Ali Warsame", .born = "2015-05-03"}},
      {"1 January and a month",
       {.name = "Hodan Warsame", .born = "2015-01-01"},
       {.name = "Hodan Warsame", .born = "2015-05"}},
      {"initial",
       {.name = "J Smith", .born = "2015-05-03"},
       {.name = "Jack Smith", .born = "2015-05-03"}},
      {"placeholder",
       {.name = "Baby Girl Smith", .born = "2015-05-03"},
       {.name = "Grace Smith", .born = "2015-05-03"}},
      {"called by the second", {.name = "Mohammed Ali Khan"}, {.name = "Ali Khan"}},
      {"first of many alone", {.name = "Mohammed Khan"}, {.name = "Mohammed Ali Khan"}},
      {"turned", {.name = "Wang Xiaoming"}, {.name = "Xiaoming Wang"}},
      {"turned, in parts", {.name = "Wang Xiao Ming"}, {.name = "Xiaoming Wang"}},
      {"surname first, with a comma", {.name = "SMITH, Jack"}, {.name = "Jack Smith"}},
      {"title", {.name = "Master Jack Smith"}, {.name = "Jack Smith"}},
      {"alias", {.name = "Grace Smith", .alias = "Gigi Smith"}, {.name = "Gigi Smith"}},
      {"one name, as two", {.name = "Zabi Ullah"}, {.name = "Zabiullah"}},
      {"one name, behind a word for none", {.name = "Unknown Hamid"}, {.name = "Hamid"}},
      {"no forename", {.name = "Unknown Smith"}, {.name = "Grace Smith"}},
      {"one name", {.name = "Ayaan"}, {.name = "Ayaan Mohamed Warsame"}},
  };
  for (const Pair& pair : pairs) {
    EXPECT_TRUE(AgreeOf(pair).links) << pair.why;
    EXPECT_TRUE(AgreeOf({pair.why, pair.b, pair.a}).links) << pair.why << ", turned round";
  }
}

TEST(Strong, NamesWhatDisagrees) {
  const Pair births[] = {
      {"a day off",
       {.name = "Jack Smith", .born = "2015-05-03"},
       {.name = "Jack Smith", .born = "2015-05-04"}},
      {"a year off",
       {.name = "Jack Smith", .born = "2015-05-03"},
       {.name = "Jack Smith", .born = "2016-05-03"}},
      {"another month",
       {.name = "Jack Smith", .born = "2015-05-03"},
       {.name = "Jack Smith", .born = "2015-06"}},
  };
  for (const Pair& pair : births) {
    EXPECT_THAT(AgreeOf(pair).disagrees, ElementsAre("date of birth")) << pair.why;
    EXPECT_FALSE(AgreeOf(pair).links);
  }
  const Pair forenames[] = {
      {"other", {.name = "Jack Smith"}, {.name = "Jill Smith"}},
      {"rhymes", {.name = "Jayden Smith"}, {.name = "Hayden Smith"}},
      {"brothers", {.name = "Hassan Khan"}, {.name = "Hussain Khan"}},
      {"brothers, after the first of many",
       {.name = "Mohammed Hassan Khan"},
       {.name = "Mohammed Hussain Khan"}},
      {"surname first", {.name = "Wang Xiaoming"}, {.name = "Wang Xiaohong"}},
      {"surname first, unsure", {.name = "Lee Chan"}, {.name = "Lee Wong"}},
      {"surname first, custom", {.name = "Popescu Andrei"}, {.name = "Popescu Maria"}},
      {"one name, behind a word for none", {.name = "Unknown Hamid"}, {.name = "Budi Rahim"}},
      {"initials", {.name = "J Smith"}, {.name = "Peter Smith"}},
      {"numbers", {.name = "Twin 1 Smith"}, {.name = "Twin Two Smith"}},
      {"middle name alone", {.name = "Lily Rose Smith"}, {.name = "Rose Smith"}},
      {"religious names alone", {.name = "Jasleen Kaur"}, {.name = "Simran Kaur"}},
      {"fathers alone", {.name = "Hassan Mohamed Ali"}, {.name = "Hodan Mohamed Ali"}},
  };
  for (const Pair& pair : forenames) {
    EXPECT_THAT(AgreeOf(pair).disagrees, ElementsAre("forename")) << pair.why;
    EXPECT_THAT(AgreeOf({pair.why, pair.b, pair.a}).disagrees, ElementsAre("forename")) << pair.why;
  }
  EXPECT_THAT(AgreeOf({"",
                       {.name = "Jack Smith", .born = "2015-05-03"},
                       {.name = "Jill Smith", .born = "2014-05-03"}})
                  .disagrees,
              ElementsAre("date of birth", "forename"));
}

TEST(Strong, WhereNoForenameIsKnownTheSexMustNotDiffer) {
  EXPECT_THAT(
      AgreeOf(
          {"", {.name = "Baby Boy Smith", .sex = "male"}, {.name = "Grace Smith", .sex = "female"}})
          .disagrees,
      ElementsAre("sex"));
  EXPECT_TRUE(
      AgreeOf(
          {"", {.name = "Grace Smith", .sex = "male"}, {.name = "Grace Smith", .sex = "female"}})
          .links);
}

TEST(Strong, AtAMultipleBirthAForenameThatIsNotKnownLinksNothing) {
  for (const char* name : {"Baby Smith", "G Smith", "Infant Boy Smith", "Mohammed Smith"}) {
    const Pair pair{name,
                    {.name = name, .born = "2015-05-03", .multiple = true},
                    {.name = "Mohammed Grace Smith", .alias = "Grace Smith"}};
    EXPECT_THAT(AgreeOf(pair).disagrees, ElementsAre("forename not known at a multiple birth"))
        << name;
  }
  EXPECT_FALSE(AgreeOf({"", {.name = "Twin Smith"}, {.name = "Grace Smith"}}).links);
  EXPECT_TRUE(
      AgreeOf({"", {.name = "Grace Smith", .multiple = true}, {.name = "Grace Smith"}}).links);
  // A number with no name at all says only what it says.
  EXPECT_TRUE(AgreeOf({"", {.multiple = true}, {.name = "Grace Smith"}}).links);
}

}  // namespace
}  // namespace throughline::identity
