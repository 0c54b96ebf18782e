#include "engine/base/ids.h"

#include <gtest/gtest.h>

namespace throughline {
namespace {

PersonId Id(std::string_view text) {
  const auto id = PersonId::FromText(text);
  EXPECT_TRUE(id) << text;
  return id.value_or(PersonId{});
}

TEST(PersonId, ReadsBackFromItsTextAndBytes) {
  const std::string text = "000102030405060708090a0b0c0d0eff";
  const PersonId id = Id(text);
  EXPECT_EQ(id.Text(), text);
  EXPECT_EQ(id.Raw().size(), 16u);
  EXPECT_EQ(PersonId::FromRaw(id.Raw()), id);
}

TEST(PersonId, IsSixteenBytesAndNothingElse) {
  EXPECT_FALSE(PersonId::FromRaw(""));
  EXPECT_FALSE(PersonId::FromRaw(std::string(15, 'a')));
  EXPECT_FALSE(PersonId::FromRaw(std::string(17, 'a')));
  EXPECT_FALSE(PersonId::FromText("00"));
  EXPECT_FALSE(PersonId::FromText("000102030405060708090a0b0c0d0e0g"));
}

TEST(PersonId, SortsAsItsBytesAndText) {
  const PersonId low = Id("00000000000000000000000000000080");
  const PersonId high = Id("80000000000000000000000000000000");
  EXPECT_LT(low, high);
  EXPECT_LT(low.Raw(), high.Raw());
  EXPECT_LT(low.Text(), high.Text());
}

}  // namespace
}  // namespace throughline
