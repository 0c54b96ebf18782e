#include "engine/contact/identifiers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throughline::contact {
namespace {

v1::Reference Ref(std::string_view scheme, std::string_view value,
                  std::string_view authority = "") {
  v1::Reference reference;
  reference.set_scheme(std::string(scheme));
  reference.set_value(std::string(value));
  if (!authority.empty()) reference.set_authority(std::string(authority));
  return reference;
}

TEST(NhsNumber, HoldsItsCheckDigit) {
  for (const char* number : {"943 476 5919", "943 476 5870", "450 557 7104", "999 000 0018",
                             "9434765919", "943-476-5919"}) {
    EXPECT_TRUE(IsNhsNumber(number)) << number;
  }
  for (const char* number :
       {"943 476 5871", "943476591", "94347659190", "943476591A", "", "0000000000", "1111111111"}) {
    EXPECT_FALSE(IsNhsNumber(number)) << number;
  }
}

TEST(NhsNumber, NoDigitCanBeWrongAndNoNeighboursSwapped) {
  const std::string sound = "9434765919";
  for (std::size_t i = 0; i < sound.size(); ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string changed = sound;
      changed[i] = digit;
      EXPECT_EQ(IsNhsNumber(changed), changed == sound) << changed;
    }
    if (i == 0) continue;
    std::string swapped = sound;
    std::swap(swapped[i - 1], swapped[i]);
    EXPECT_EQ(IsNhsNumber(swapped), swapped == sound) << swapped;
  }
}

TEST(Upn, HoldsItsCheckLetter) {
  for (const char* upn :
       {"B801200005001", "b801200005001", "B 801200 005001", "M80120000500A", "P207000016049"}) {
    EXPECT_TRUE(IsUpn(upn)) << upn;
  }
  // The second is an example that suppliers' pages repeat: its letter is wrong.
  for (const char* upn : {"A801200005001", "Q207000016049", "I801200005001", "B80120000500", "",
                          "B801200005001X", "B80120000500S", "B8012O0005001"}) {
    EXPECT_FALSE(IsUpn(upn)) << upn;
  }
}

TEST(Upn, NamesAnAuthorityThatIsKnownOrNot) {
  EXPECT_TRUE(HasKnownUpnAuthority("B801200005001"));
  EXPECT_TRUE(HasKnownUpnAuthority("A942200005001"));
  EXPECT_FALSE(HasKnownUpnAuthority("A000200005001"));
  EXPECT_FALSE(HasKnownUpnAuthority("A999200005001"));
  EXPECT_FALSE(HasKnownUpnAuthority("A9"));
}

TEST(Identifiers, AreComparedWithoutWhatDoesNotMatter) {
  EXPECT_EQ(Normalised("nhs-number", " 943 476-5919 "), "9434765919");
  EXPECT_EQ(Normalised("upn", "b801 200005001"), "B801200005001");
  EXPECT_EQ(Normalised("former-upn", "b801200005001"), "B801200005001");
  EXPECT_EQ(Normalised("local-id", "  n-88 121 "), "n-88 121");
}

TEST(Identifiers, AreUniqueWithinTheirScope) {
  EXPECT_EQ(ScopeOf(Ref("local-id", "1"), "police", "import"), "police");
  EXPECT_EQ(ScopeOf(Ref("local-id", "1", "hospital"), "police", ""), "hospital");
  EXPECT_EQ(ScopeOf(Ref("case-ref", "1"), "police", ""), "police");
  EXPECT_EQ(ScopeOf(Ref("la-child-id", "1", "county"), "police", ""), "county");
  EXPECT_EQ(ScopeOf(Ref("la-child-id", "1"), "police", ""), "police");
  EXPECT_EQ(ScopeOf(Ref("review-role", "Mother", "x"), "police", "child-r"), "child-r");
  EXPECT_EQ(ScopeOf(Ref("review-role", "Mother"), "police", ""), "police");
  for (const char* scheme : {"nhs-number", "upn", "former-upn", "uprn", "pnc-id"}) {
    EXPECT_EQ(ScopeOf(Ref(scheme, "1", "x"), "police", "import"), "") << scheme;
  }
}

TEST(Identifiers, AReferenceSaysWhatIsWrongWithIt) {
  EXPECT_FALSE(ReferenceFault(Ref("nhs-number", "943 476 5919")));
  EXPECT_FALSE(ReferenceFault(Ref("former-upn", "B801200005001")));
  EXPECT_FALSE(ReferenceFault(Ref("uprn", "100000000001")));
  EXPECT_FALSE(ReferenceFault(Ref("local-id", "anything")));
  EXPECT_FALSE(ReferenceFault(Ref("a scheme of their own", "x")));
  for (const v1::Reference& wrong :
       {Ref("nhs-number", "9434765871"), Ref("upn", "Q207000016049"), Ref("former-upn", "x"),
        Ref("uprn", "flat 3"), Ref("uprn", "000"), Ref("uprn", "1000000000011"),
        Ref("local-id", "  "), Ref("", "x")}) {
    const auto fault = ReferenceFault(wrong);
    ASSERT_TRUE(fault) << wrong.ShortDebugString();
    // Its text goes into logs.
    const bool is_long = wrong.value().size() > 3;
    EXPECT_FALSE(is_long && fault->find(wrong.value()) != std::string::npos) << *fault;
  }
}

TEST(Identifiers, AnAgencyHasAPlainName) {
  EXPECT_TRUE(IsAgencyName("county-triage"));
  EXPECT_TRUE(IsAgencyName(std::string(64, 'a')));
  for (const std::string& name :
       {std::string(), std::string(65, 'a'), std::string("Police"), std::string("a b")}) {
    EXPECT_FALSE(IsAgencyName(name)) << name;
  }
}

}  // namespace
}  // namespace throughline::contact
