#include "engine/base/nearest.h"

#include <gtest/gtest.h>

#include <array>

namespace throughline {
namespace {

constexpr std::array<std::string_view, 5> kNames{"tick_interval", "batch_records", "batch_bytes",
                                                 "on", "shards"};

TEST(Nearest, FindsTheNameThatWasMeant) {
  EXPECT_EQ(Nearest("tick_intervall", kNames), "tick_interval");
  EXPECT_EQ(Nearest("tickinterval", kNames), "tick_interval");
  EXPECT_EQ(Nearest("tick_itnerval", kNames), "tick_interval");
  EXPECT_EQ(Nearest("batch_byte", kNames), "batch_bytes");
  EXPECT_EQ(Nearest("no", kNames), "on") << "two letters swapped are one mistake";
  EXPECT_EQ(Nearest("shard", kNames), "shards");
  EXPECT_EQ(Nearest("shards", kNames), "shards");
}

TEST(Nearest, SaysNothingWhenNothingIsNear) {
  EXPECT_FALSE(Nearest("retention", kNames));
  EXPECT_FALSE(Nearest("", kNames));
  EXPECT_FALSE(Nearest("xy", kNames));
  EXPECT_FALSE(Nearest("shards", {}));
  EXPECT_FALSE(Nearest(std::string(100000, 'a'), kNames));
}

TEST(Nearest, TheFirstOfEqualsIsTaken) {
  constexpr std::array<std::string_view, 2> kTwo{"abcd", "abce"};
  EXPECT_EQ(Nearest("abcf", kTwo), "abcd");
}

TEST(Nearest, AsksInAnErrorsText) {
  EXPECT_EQ(DidYouMean("shard", kNames), "; did you mean `shards`?");
  EXPECT_EQ(DidYouMean("retention", kNames), "");
}

}  // namespace
}  // namespace throughline
