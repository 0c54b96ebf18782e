#include "engine/base/ids.h"

#include <gtest/gtest.h>

namespace throughline {
namespace {

TEST(PersonId, ReadsBackFromItsTextAndBytes) {
  const std::string text = "000102030405060708090a0b0c0d0eff";
  const auto id = PersonId::FromText(text);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->Text(), text);
  EXPECT_EQ(id->Raw().size(), 16u);
  EXPECT_EQ(PersonId::FromRaw(id->Raw()), id);
}

TEST(PersonId, IsSixteenBytesAndNothingElse) {
  EXPECT_FALSE(PersonId::FromRaw(""));
  EXPECT_FALSE(PersonId::FromRaw(std::string(15, 'a')));
  EXPECT_FALSE(PersonId::FromRaw(std::string(17, 'a')));
  EXPECT_FALSE(PersonId::FromText("00"));
  EXPECT_FALSE(PersonId::FromText("000102030405060708090a0b0c0d0e0g"));
}

TEST(PersonId, SortsAsItsBytesAndText) {
  const auto low = PersonId::FromText("00000000000000000000000000000080");
  const auto high = PersonId::FromText("80000000000000000000000000000000");
  ASSERT_TRUE(low && high);
  EXPECT_LT(*low, *high);
  EXPECT_LT(low->Raw(), high->Raw());
  EXPECT_LT(low->Text(), high->Text());
}

}  // namespace
}  // namespace throughline
