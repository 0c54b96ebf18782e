#include "engine/projection/remembered.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace throughline::projection {
namespace {

// Counts how often each key is looked up.
class Counting final : public Reads {
 public:
  std::optional<std::string> Get(std::string_view key) const override {
    ++looked_up[std::string(key)];
    return store.Get(key);
  }
  void Scan(std::string_view begin, std::string_view end,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    store.Scan(begin, end, visit);
  }
  const std::optional<Error>& fault() const override { return broken; }

  MemoryStore store;
  std::optional<Error> broken;
  mutable std::map<std::string, int> looked_up;
};

TEST(Remembered, LooksEachKeyUpOnceWhetherItIsThereOrNot) {
  Counting base;
  base.store.Put("a", "1");
  base.store.Put("b", "");
  const Remembered reads(base, 1000);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reads.Get("a"), "1");
    EXPECT_EQ(reads.Get("b"), "");
    EXPECT_FALSE(reads.Get("c").has_value());
  }
  EXPECT_EQ(base.looked_up, (std::map<std::string, int>{{"a", 1}, {"b", 1}, {"c", 1}}));
  std::string scanned;
  reads.Scan("a", "", [&](std::string_view key, std::string_view) {
    scanned += key;
    return true;
  });
  EXPECT_EQ(scanned, "ab");
}

TEST(Remembered, ReadsOnWhereItMayHoldNoMore) {
  Counting base;
  base.store.Put("a", std::string(100, 'x'));
  base.store.Put("b", "1");
  const Remembered reads(base, 50);
  EXPECT_EQ(reads.Get("a"), std::string(100, 'x'));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reads.Get("b"), "1");
  EXPECT_EQ(base.looked_up["a"], 1);
  EXPECT_EQ(base.looked_up["b"], 3);
}

TEST(Remembered, KeepsNothingOfADamagedBase) {
  Counting base;
  base.broken = Error{Code::kCorrupt, "damaged"};
  const Remembered reads(base, 1000);
  EXPECT_FALSE(reads.Get("a").has_value());
  base.store.Put("a", "1");
  EXPECT_EQ(reads.Get("a"), "1");
  ASSERT_TRUE(reads.fault().has_value());
}

}  // namespace
}  // namespace throughline::projection
