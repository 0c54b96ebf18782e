#include "engine/projection/key_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace throughline::projection {
namespace {

using ::testing::ElementsAre;

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows ScanAll(const Reads& reads, std::string_view begin = {}, std::string_view end = {},
             std::size_t most = 1000) {
  Rows rows;
  reads.Scan(begin, end, [&](std::string_view key, std::string_view value) {
    rows.emplace_back(key, value);
    return rows.size() < most;
  });
  return rows;
}

TEST(Key, SortsAsItsBytesDo) {
  std::mt19937_64 random(5);
  std::vector<std::string> keys = {
      "",         std::string(1, '\0'), std::string(8, '\0'), std::string(9, '\0'),
      "12345678", "123456789"};
  for (int i = 0; i < 300; ++i) {
    std::string key;
    for (std::size_t n = random() % 12; n > 0; --n) key += static_cast<char>(random() % 3 * 127);
    keys.push_back(std::move(key));
  }
  const KeyBefore before;
  for (const std::string& a : keys) {
    for (const std::string& b : keys) {
      ASSERT_EQ(before(Key(a), Key(b)), a < b);
      ASSERT_EQ(before(Key(a), Sought(b)), a < b);
      ASSERT_EQ(before(Sought(a), Key(b)), a < b);
    }
  }
}

TEST(MemoryStore, KeepsAnOrderedMapAndKnowsItsSize) {
  MemoryStore store;
  EXPECT_EQ(store.bytes(), 0U);
  store.Put("b", "2");
  store.Put("a", "1");
  store.Put("c", "3");
  EXPECT_EQ(ScanAll(store), (Rows{{"a", "1"}, {"b", "2"}, {"c", "3"}}));
  EXPECT_EQ(ScanAll(store, "b"), (Rows{{"b", "2"}, {"c", "3"}}));
  EXPECT_EQ(ScanAll(store, "a", "c"), (Rows{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(ScanAll(store, "", "", 1), (Rows{{"a", "1"}}));
  const std::size_t three = store.bytes();
  store.Put("b", std::string(1000, 'x'));
  EXPECT_EQ(store.bytes(), three + 999);
  store.Erase("b");
  store.Erase("nothing");
  EXPECT_FALSE(store.Get("b").has_value());
  store.Erase("a");
  store.Erase("c");
  EXPECT_EQ(store.bytes(), 0U);
}

TEST(Overlay, ShowsChangesOverItsBaseAndLeavesTheBaseAlone) {
  MemoryStore base;
  base.Put("a", "1");
  base.Put("b", "2");
  base.Put("d", "4");
  Overlay overlay(base);
  overlay.Put("b", "new");
  overlay.Erase("d");
  overlay.Put("c", "3");
  overlay.Put("e", "5");
  EXPECT_EQ(ScanAll(overlay), (Rows{{"a", "1"}, {"b", "new"}, {"c", "3"}, {"e", "5"}}));
  EXPECT_EQ(overlay.Get("b"), "new");
  EXPECT_FALSE(overlay.Get("d").has_value());
  EXPECT_EQ(base.Get("d"), "4");
  EXPECT_THAT(overlay.GetAll({"a", "b", "d", "f", "c"}),
              ElementsAre("1", "new", std::nullopt, std::nullopt, "3"));
  overlay.ApplyTo(base);
  EXPECT_EQ(ScanAll(base), ScanAll(overlay));
  overlay.Clear();
  EXPECT_TRUE(overlay.changes().empty());
}

TEST(Overlay, StopsWhereTheVisitorSaysSo) {
  MemoryStore base;
  base.Put("b", "2");
  Overlay overlay(base);
  overlay.Put("a", "1");
  overlay.Put("c", "3");
  for (std::size_t most = 1; most <= 3; ++most) {
    EXPECT_EQ(ScanAll(overlay, "", "", most).size(), most);
  }
}

// Against plain maps, over random changes and ranges, some of the changes on trial.
TEST(Overlay, ScansEqualThoseOfAMapThatTookTheChangesThatWereKept) {
  std::mt19937 random(7);
  const auto key = [&] {
    return std::string(1 + random() % 2, static_cast<char>('a' + random() % 6));
  };
  for (int round = 0; round < 300; ++round) {
    MemoryStore base;
    std::map<std::string, std::string> model;
    for (int i = 0; i < 8; ++i) {
      const std::string k = key();
      base.Put(k, "base");
      model[k] = "base";
    }
    Overlay overlay(base);
    const auto change = [&](int i) {
      const std::string k = key();
      if (random() % 3 == 0) {
        overlay.Erase(k);
        model.erase(k);
      } else {
        const std::string value = std::to_string(i);
        overlay.Put(k, value);
        model[k] = value;
      }
    };
    for (int trial = 0; trial < 4; ++trial) {
      const auto before = model;
      overlay.Begin();
      for (int i = 0; i < 6; ++i) change(6 * trial + i);
      if (random() % 2 == 0) {
        overlay.Keep();
      } else {
        overlay.Revert();
        model = before;
      }
    }
    std::string begin = random() % 2 == 0 ? "" : key();
    std::string end = random() % 2 == 0 ? "" : key();
    if (!end.empty() && end < begin) std::swap(begin, end);
    Rows expected;
    for (const auto& row : model) {
      if (row.first >= begin && (end.empty() || row.first < end)) expected.push_back(row);
    }
    EXPECT_EQ(ScanAll(overlay, begin, end), expected) << "round " << round;
    for (const auto& row : model) EXPECT_EQ(overlay.Get(row.first), row.second);
    const Rows all = ScanAll(overlay, "", "");
    overlay.MoveTo(base);
    EXPECT_EQ(ScanAll(base, "", ""), all);
    EXPECT_TRUE(overlay.changes().empty());
  }
}

}  // namespace
}  // namespace throughline::projection
