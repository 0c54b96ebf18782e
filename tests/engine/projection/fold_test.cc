#include "engine/projection/fold.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/engine/projection/toy.h"

namespace throughline::projection {
namespace {

std::string Raw(std::uint8_t n) { return std::string(Person(n).Raw()); }

TEST(ShardOf, EachPersonIsOwnedByExactlyOneShard) {
  for (const std::uint32_t count : {1U, 2U, 3U, 7U}) {
    std::vector<int> owned(count, 0);
    for (int n = 0; n < 256; ++n) {
      int owners = 0;
      for (std::uint32_t i = 0; i < count; ++i) {
        if (!ShardOf{.index = i, .count = count}.Owns(Person(static_cast<std::uint8_t>(n))))
          continue;
        ++owners;
        ++owned[i];
      }
      EXPECT_EQ(owners, 1);
    }
    for (const int each : owned) EXPECT_GT(each, 256 / static_cast<int>(count) / 2);
  }
}

// SHA-256 of sixteen zero bytes begins 374708fff7719dd5: stores on disk depend on it.
TEST(ShardOf, IsTheFirstEightBytesOfTheHashModuloTheCount) {
  EXPECT_TRUE((ShardOf{.index = 0x374708fff7719dd5ULL % 1000, .count = 1000}.Owns(Person(0))));
}

TEST(PersonsOf, NamesThoseOfEveryDecisionSortedAndOnce) {
  const std::vector<PersonId> expected = {Person(1), Person(2)};
  v1::Decision placed;
  placed.mutable_placed()->add_to()->set_person(Raw(2));
  placed.mutable_placed()->add_to()->set_person(Raw(1));
  placed.mutable_placed()->add_made()->set_person(Raw(2));
  EXPECT_EQ(PersonsOf(placed), expected);
  v1::Decision because;
  because.mutable_placed_because()->add_contacts()->add_to()->set_person(Raw(1));
  because.mutable_placed_because()->add_contacts()->add_to()->set_person(Raw(2));
  EXPECT_EQ(PersonsOf(because), expected);
  v1::Decision withdrawn;
  withdrawn.mutable_placed_because()->add_contacts()->add_from(Raw(2));
  withdrawn.mutable_placed_because()->add_contacts()->add_from(Raw(1));
  EXPECT_EQ(PersonsOf(withdrawn), expected);
  v1::Decision linked;
  linked.mutable_linked()->set_kept(Raw(2));
  linked.mutable_linked()->set_joined(Raw(1));
  EXPECT_EQ(PersonsOf(linked), expected);
  v1::Decision unlinked;
  unlinked.mutable_unlinked()->set_first(Raw(2));
  unlinked.mutable_unlinked()->set_second(Raw(1));
  EXPECT_EQ(PersonsOf(unlinked), expected);
  v1::Decision known;
  known.mutable_placed()->add_relations()->set_from(Raw(1));
  known.mutable_placed()->mutable_relations(0)->set_to(Raw(2));
  EXPECT_EQ(PersonsOf(known), expected);
  v1::Decision ended;
  ended.mutable_placed()->add_relations_ended()->set_from(Raw(2));
  ended.mutable_placed()->mutable_relations_ended(0)->set_to(Raw(1));
  EXPECT_EQ(PersonsOf(ended), expected);
}

TEST(PersonsOf, NamesNobodyForWhatConcernsEveryoneAndSkipsWhatIsNoId) {
  EXPECT_TRUE(PersonsOf(TickAt(kMinute)).empty());
  v1::Decision policy;
  policy.mutable_policy_activated()->set_policy("p");
  EXPECT_TRUE(PersonsOf(policy).empty());
  v1::Decision short_id;
  short_id.mutable_placed()->add_to()->set_person("short");
  EXPECT_TRUE(PersonsOf(short_id).empty());
}

}  // namespace
}  // namespace throughline::projection
