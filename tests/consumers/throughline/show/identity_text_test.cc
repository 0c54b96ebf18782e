#include "consumers/throughline/show/identity_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throughline::show {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ShowIdentity, WhatIsWithheldIsNotCalledUnknown) {
  v1::IdentityAnswer answer;
  v1::IdentityPair& pair = *answer.add_pairs();
  pair.mutable_first()->add_names("kim alder");
  const std::string all = IdentityText(answer, {});
  EXPECT_THAT(all, HasSubstr("Names: not known"));
  EXPECT_THAT(all, Not(HasSubstr("Not all is shown")));
  for (v1::IdentityRecord* record : {pair.mutable_first(), pair.mutable_second()}) {
    record->set_details_withheld(true);
  }
  const std::string some = IdentityText(answer, {});
  EXPECT_THAT(some, HasSubstr("Names: kim alder"));
  EXPECT_THAT(some, HasSubstr("Names: none that may be shown"));
  EXPECT_THAT(some, HasSubstr("Not all is shown"));
  EXPECT_THAT(some, Not(HasSubstr("not known\n")));
  EXPECT_THAT(some, HasSubstr("in the sum alone"));
}

}  // namespace
}  // namespace throughline::show
