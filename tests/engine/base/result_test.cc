#include "engine/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace throughline {
namespace {

Result<int> Half(int number) {
  if (number % 2 != 0) return Fail(Code::kInvalid, "odd: {}", number);
  return number / 2;
}

Result<std::string> Quarter(int number) {
  TL_ASSIGN(const int half, Half(number));
  TL_ASSIGN(const int quarter, Half(half));
  return std::to_string(quarter);
}

Result<> Even(int number) {
  TL_TRY(Half(number));
  return {};
}

Result<std::unique_ptr<int>> Moved() {
  TL_ASSIGN(auto owned, Result<std::unique_ptr<int>>(std::make_unique<int>(7)));
  return owned;
}

TEST(Result, TheFirstErrorLeavesTheFunctionAsItIs) {
  EXPECT_EQ(Quarter(8).value_or(""), "2");
  const auto failed = Quarter(6);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kInvalid);
  EXPECT_EQ(failed.error().text, "odd: 3");
  EXPECT_TRUE(Even(2));
  ASSERT_FALSE(Even(3));
  EXPECT_EQ(Even(3).error().text, "odd: 3");
}

TEST(Result, AValueThatOnlyMovesIsMoved) {
  const auto moved = Moved();
  ASSERT_TRUE(moved);
  EXPECT_EQ(**moved, 7);
}

}  // namespace
}  // namespace throughline
