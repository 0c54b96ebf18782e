#include "engine/base/personal.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace throughline {
namespace {

using PersonalText = Personal<std::string>;

template <typename T>
concept Streams = requires(std::ostream& out, const T& value) { out << value; };

static_assert(Streams<std::string> && !Streams<PersonalText>);
static_assert(fmt::is_formattable<std::string>::value && !fmt::is_formattable<PersonalText>::value);
static_assert(!std::is_convertible_v<PersonalText, std::string>);
static_assert(!std::is_convertible_v<std::string, PersonalText>);

TEST(Personal, IsReadOnlyByRevealingIt) {
  const PersonalText name(std::string("A"));
  EXPECT_EQ(name.Reveal(), "A");
  EXPECT_TRUE(name == PersonalText(std::string("A")));
  EXPECT_FALSE(name == PersonalText());
}

}  // namespace
}  // namespace throughline
