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

TEST(Remembered, LooksUpAtOnceWhatItDoesNotKnowYet) {
  Counting base;
  base.store.Put("a", "1");
  base.store.Put("c", "3");
  Remembered reads(base, 1000);
  EXPECT_EQ(reads.Get("a"), "1");
  reads.Read({"c", "a", "b", "c"});
  EXPECT_EQ(base.looked_up, (std::map<std::string, int>{{"a", 1}, {"b", 1}, {"c", 1}}));
  EXPECT_EQ(reads.Get("c"), "3");
  EXPECT_FALSE(reads.Get("b").has_value());
  EXPECT_EQ(base.looked_up, (std::map<std::string, int>{{"a", 1}, {"b", 1}, {"c", 1}}));
}

TEST(Remembered, LooksUpAtOnceNoMoreThanItMayHold) {
  Counting base;
  std::vector<std::string> keys;
  for (int i = 0; i < 2000; ++i) {
    keys.push_back(std::to_string(10000 + i));
    base.store.Put(keys.back(), std::string(95, 'x'));
  }
  Remembered reads(base, 1000);
  reads.Read(keys);
  EXPECT_LE(base.looked_up.size(), 300U);
  EXPECT_EQ(reads.Get(keys.back()), std::string(95, 'x'));
}

TEST(Remembered, LooksAtWhatAnotherFoundAsLongAsItIsToldTo) {
  Counting base;
  base.store.Put("a", "1");
  const auto other = std::make_shared<Remembered>(base, 1000);
  other->Read({"a", "b"});
  Remembered reads(base, 1000);
  reads.Consult(other);
  EXPECT_EQ(reads.Get("a"), "1");
  EXPECT_FALSE(reads.Get("b").has_value());
  EXPECT_EQ(base.looked_up, (std::map<std::string, int>{{"a", 1}, {"b", 1}}));
  reads.Consult(nullptr);
  EXPECT_EQ(reads.Get("a"), "1");
  EXPECT_EQ(base.looked_up["a"], 2);
}

TEST(Remembered, StandsAsItWillOnceTheBaseHasTheChangesThatAreLaid) {
  Counting base;
  base.store.Put("a", "1");
  base.store.Put("b", "1");
  base.store.Put("d", "1");
  Overlay changes(base);
  changes.Put("a", "2");
  changes.Erase("b");
  changes.Put("c", "2");
  changes.Put("e", "2");
  Remembered reads(base, 1000);
  EXPECT_EQ(reads.Get("a"), "1");
  reads.Read({"b", "c", "d"});
  reads.Lay(changes.changes());
  EXPECT_EQ(reads.Get("a"), "2");
  EXPECT_FALSE(reads.Get("b").has_value());
  EXPECT_EQ(reads.Get("c"), "2");
  EXPECT_EQ(reads.Get("d"), "1");
  // What was not looked up before is what the base says when it is.
  EXPECT_FALSE(reads.Get("e").has_value());
}

TEST(Remembered, KeepsNothingOfADamagedBase) {
  Counting base;
  base.broken = Error{Code::kCorrupt, "damaged"};
  const Remembered reads(base, 1000);
  EXPECT_FALSE(reads.Get("a").has_value());
  base.store.Put("a", "1");
  EXPECT_EQ(reads.Get("a"), "1");
  ASSERT_TRUE(reads.fault().has_value());
  Remembered at_once(base, 1000);
  at_once.Read({"a"});
  base.store.Put("a", "2");
  EXPECT_EQ(at_once.Get("a"), "2");
}

}  // namespace
}  // namespace throughline::projection
