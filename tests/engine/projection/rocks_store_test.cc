#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>

#include "engine/projection/shard.h"
#include "tests/engine/projection/scratch.h"

namespace throughline::projection {
namespace {

const Store::Options kOptions{.block_cache_bytes = std::size_t{4} << 20,
                              .write_buffer_bytes = std::size_t{1} << 20,
                              .low_water_bytes = 0};

using Map = std::map<std::string, std::string, std::less<>>;

std::unique_ptr<Store> MustOpen(const std::string& path, const Store::Options& options = kOptions) {
  auto store = Store::Open(path, options);
  EXPECT_TRUE(store.has_value()) << store.error().text;
  return std::move(*store);
}

void Put(Store& store, const std::string& key, const std::string& value) {
  Overlay changes(store.Now());
  changes.Put(key, value);
  ASSERT_TRUE(store.Commit(changes).has_value());
}

ByKey<std::string> ByKeyOf(const Map& map) {
  ByKey<std::string> by_key;
  for (const auto& [key, value] : map) by_key.emplace(Key(key), value);
  return by_key;
}

Map AllOf(const Reads& reads) {
  Map all;
  reads.Scan({}, {}, [&](std::string_view key, std::string_view value) {
    all.emplace(key, value);
    return true;
  });
  return all;
}

std::string KeyOf(int n) { return fmt::format("key-{:06}", n); }

// The value of record n: not to be compressed away.
std::string ValueOf(int n) {
  std::mt19937 random(static_cast<std::uint32_t>(n));
  std::string value;
  for (int i = 0; i < 60; ++i) value += static_cast<char>(random());
  return value;
}

// A store whose record n was committed n-th, that ended without closing its files: a copy of them.
void WriteAndKill(const std::string& path, int records) {
  const auto store = MustOpen(path + ".living");
  for (int n = 0; n < records; ++n) Put(*store, KeyOf(n), ValueOf(n));
  std::filesystem::copy(path + ".living", path, std::filesystem::copy_options::recursive);
  std::filesystem::remove(path + "/LOCK");
}

// In several files and in memory, written over and erased.
TEST(Store, GetsManyAtOnceWhereverTheyLie) {
  const Scratch scratch;
  const auto store = MustOpen(scratch.path() + "/s");
  std::mt19937 random(3);
  constexpr int kKeys = 20000;
  Map kept;
  for (int batch = 0; batch < 100; ++batch) {
    Overlay changes(store->Now());
    for (int i = 0; i < 500; ++i) {
      const std::string key = KeyOf(static_cast<int>(random() % kKeys));
      if (random() % 8 == 0) {
        changes.Erase(key);
        kept.erase(key);
      } else {
        changes.Put(key, kept[key] = ValueOf(batch * 1000 + i));
      }
    }
    ASSERT_TRUE(store->Commit(changes).has_value());
  }
  for (int round = 0; round < 100; ++round) {
    std::vector<std::string> keys;
    std::vector<std::optional<std::string>> values;
    for (std::size_t i = 0; i < 300; ++i) {
      keys.push_back(KeyOf(static_cast<int>(random() % kKeys)));
    }
    if (round % 2 == 0) std::sort(keys.begin(), keys.end());
    for (const std::string& key : keys) {
      const auto known = kept.find(key);
      values.push_back(known == kept.end() ? std::nullopt : std::optional(known->second));
    }
    EXPECT_EQ(store->Now().GetAll(keys), values);
    EXPECT_EQ(store->Snapshot()->GetAll(keys), values);
  }
  EXPECT_TRUE(store->Now().GetAll({}).empty());
  EXPECT_FALSE(store->Fault().has_value());
}

TEST(Store, CommitsAllOfAnOverlayAndKeepsItOverARestart) {
  const Scratch scratch;
  {
    const auto store = MustOpen(scratch.path() + "/s");
    Put(*store, "a", "1");
    Put(*store, "b", "2");
    Overlay changes(store->Now());
    changes.Erase("a");
    changes.Put("c", std::string("\0x", 2));
    ASSERT_TRUE(store->Commit(changes).has_value());
    EXPECT_FALSE(store->Now().Get("a").has_value());
  }
  const auto store = MustOpen(scratch.path() + "/s");
  EXPECT_EQ(AllOf(store->Now()), (Map{{"b", "2"}, {"c", std::string("\0x", 2)}}));
  EXPECT_TRUE(store->Verify().has_value());
  EXPECT_FALSE(store->Fault().has_value());
}

TEST(Store, ScansARangeUntilToldToStop) {
  const Scratch scratch;
  const auto store = MustOpen(scratch.path() + "/s");
  for (const char* key : {"a", "b", "c", "d"}) Put(*store, key, "");
  std::string seen;
  store->Now().Scan("b", "d", [&](std::string_view key, std::string_view) {
    seen += key;
    return true;
  });
  EXPECT_EQ(seen, "bc");
  seen.clear();
  store->Now().Scan("b", {}, [&](std::string_view key, std::string_view) {
    seen += key;
    return seen.size() < 2;
  });
  EXPECT_EQ(seen, "bc");
}

TEST(Store, ASnapshotStaysWhatItWas) {
  const Scratch scratch;
  const auto store = MustOpen(scratch.path() + "/s");
  Put(*store, "a", "1");
  const auto snapshot = store->Snapshot();
  Put(*store, "a", "2");
  Put(*store, "b", "2");
  EXPECT_EQ(AllOf(*snapshot), (Map{{"a", "1"}}));
  EXPECT_EQ(store->Now().Get("a"), "2");
}

TEST(Store, HasOneOwnerAndReadersBesideIt) {
  const Scratch scratch;
  const auto store = MustOpen(scratch.path() + "/s");
  Put(*store, "a", "1");
  const auto second = Store::Open(scratch.path() + "/s", kOptions);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::kConflict);
  EXPECT_NE(second.error().text.find(scratch.path() + "/s"), std::string::npos);
  const auto reader = MustOpen(scratch.path() + "/s", {.read_only = true});
  EXPECT_EQ(reader->Now().Get("a"), "1");
  const auto nothing = Store::Open(scratch.path() + "/none", {.read_only = true});
  ASSERT_FALSE(nothing.has_value());
  EXPECT_EQ(nothing.error().code, Code::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(scratch.path() + "/none"));
}

TEST(Store, RefusesCommitsBelowTheLowWaterMarkAndStaysSound) {
  const Scratch scratch;
  Store::Options thirsty = kOptions;
  thirsty.low_water_bytes = ~std::uint64_t{0} / 2;
  const auto store = MustOpen(scratch.path() + "/s", thirsty);
  Overlay changes(store->Now());
  changes.Put("secret-key", "secret-value");
  const auto committed = store->Commit(changes);
  ASSERT_FALSE(committed.has_value());
  EXPECT_EQ(committed.error().code, Code::kUnavailable);
  EXPECT_EQ(committed.error().text.find("secret"), std::string::npos);
  // Whose disk, and how much is wanting.
  EXPECT_NE(committed.error().text.find(scratch.path() + "/s is nearly full"), std::string::npos);
  EXPECT_NE(
      committed.error().text.find(std::to_string(thirsty.low_water_bytes >> 20) + " are needed"),
      std::string::npos);
  EXPECT_FALSE(store->Fault().has_value());
  EXPECT_TRUE(AllOf(store->Now()).empty());
  EXPECT_FALSE(store->BulkLoad(ByKeyOf({{"a", "1"}})).has_value());
}

TEST(Store, BulkLoadsSeveralFilesAndGoesOnFromThere) {
  const Scratch scratch;
  Map sorted;
  for (int n = 0; n < 3000; ++n) sorted[KeyOf(n)] = ValueOf(n);
  Store::Options small = kOptions;
  small.bulk_file_bytes = 50'000;
  {
    const auto store = MustOpen(scratch.path() + "/s", small);
    ASSERT_TRUE(store->BulkLoad(ByKeyOf(sorted)).has_value());
    EXPECT_EQ(AllOf(store->Now()), sorted);
    Put(*store, KeyOf(3), "changed");
    sorted[KeyOf(3)] = "changed";
  }
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path() + "/s")) {
    files += entry.path().extension() == ".sst" ? 1 : 0;
  }
  EXPECT_GE(files, 4);
  EXPECT_FALSE(std::filesystem::exists(scratch.path() + "/s.load"));
  const auto store = MustOpen(scratch.path() + "/s");
  EXPECT_TRUE(store->Verify().has_value());
  EXPECT_EQ(AllOf(store->Now()), sorted);
}

TEST(Store, CopiesItselfWhole) {
  const Scratch scratch;
  const auto store = MustOpen(scratch.path() + "/s");
  for (int n = 0; n < 100; ++n) Put(*store, KeyOf(n), ValueOf(n));
  ASSERT_TRUE(store->CopyTo(scratch.path() + "/copy").has_value());
  const Map then = AllOf(store->Now());
  Put(*store, "later", "1");
  const auto copy = MustOpen(scratch.path() + "/copy", {.read_only = true});
  EXPECT_EQ(AllOf(copy->Now()), then);
  EXPECT_FALSE(store->CopyTo(scratch.path() + "/copy").has_value());
}

TEST(StoreDamage, ATornWalTailLeavesAPrefix) {
  const Scratch scratch;
  std::mt19937 random(11);
  for (int round = 0; round < 10; ++round) {
    const std::string path = scratch.path() + "/" + std::to_string(round);
    WriteAndKill(path, 200);
    const std::string wal = LargestFile(path, ".log");
    std::filesystem::resize_file(wal, std::filesystem::file_size(wal) - 1 - random() % 400);
    const auto store = MustOpen(path);
    const Map all = AllOf(store->Now());
    EXPECT_LT(all.size(), 200U);
    EXPECT_GT(all.size(), 190U);
    for (int n = 0; n < static_cast<int>(all.size()); ++n) EXPECT_EQ(all.at(KeyOf(n)), ValueOf(n));
  }
}

TEST(StoreDamage, AFlippedBitInTheWalRefusesToOpen) {
  const Scratch scratch;
  std::mt19937 random(12);
  for (int round = 0; round < 20; ++round) {
    const std::string path = scratch.path() + "/" + std::to_string(round);
    WriteAndKill(path, 200);
    const std::string wal = LargestFile(path, ".log");
    const std::uintmax_t size = std::filesystem::file_size(wal);
    FlipBit(wal, size / 4 + random() % (size / 2), static_cast<unsigned>(random() % 8));
    const auto store = Store::Open(path, kOptions);
    ASSERT_FALSE(store.has_value()) << "round " << round;
    EXPECT_EQ(store.error().code, Code::kCorrupt);
    EXPECT_EQ(store.error().text.find("key-"), std::string::npos);
  }
}

TEST(StoreDamage, AFlippedBitInAnSstIsFoundAndNothingWrongIsRead) {
  const Scratch scratch;
  {
    const auto store = MustOpen(scratch.path() + "/good");
    for (int n = 0; n < 3000; ++n) Put(*store, KeyOf(n), ValueOf(n));
  }
  // Opening writes the log's records into a file of their own.
  MustOpen(scratch.path() + "/good").reset();
  std::mt19937 random(13);
  int found = 0;
  constexpr int kRounds = 40;
  for (int round = 0; round < kRounds; ++round) {
    const std::string path = scratch.path() + "/" + std::to_string(round);
    std::filesystem::copy(scratch.path() + "/good", path);
    const std::string sst = LargestFile(path, ".sst");
    FlipBit(sst, random() % std::filesystem::file_size(sst), static_cast<unsigned>(random() % 8));
    const auto store = Store::Open(path, kOptions);
    if (!store.has_value()) {
      EXPECT_EQ(store.error().code, Code::kCorrupt) << store.error().text;
      ++found;
      continue;
    }
    if (!(*store)->Verify().has_value()) {
      ++found;
      EXPECT_TRUE((*store)->Fault().has_value());
      EXPECT_FALSE((*store)->Commit(Overlay((*store)->Now())).has_value());
    }
    // Whatever is read is right, or a fault says that it could not be.
    const bool at_once = round % 2 == 1;
    for (int n = 0; n < 3000; n += 7) {
      const Reads& now = (*store)->Now();
      const auto value = at_once ? now.GetAll({KeyOf(n)}).front() : now.Get(KeyOf(n));
      if (value) {
        EXPECT_EQ(*value, ValueOf(n));
      } else {
        EXPECT_TRUE((*store)->Now().fault().has_value());
      }
    }
  }
  // A few bytes of a file mean nothing.
  EXPECT_GE(found, kRounds - 3);
}

TEST(StoreDamage, AMissingOrDamagedManifestOrCurrentIsNeverAnEmptyStore) {
  const Scratch scratch;
  WriteAndKill(scratch.path() + "/good", 100);
  MustOpen(scratch.path() + "/good").reset();
  const auto damaged = [&](const std::string& name, const std::function<void(std::string)>& harm) {
    const std::string path = scratch.path() + "/" + name;
    std::filesystem::copy(scratch.path() + "/good", path);
    harm(path);
    const auto store = Store::Open(path, kOptions);
    ASSERT_FALSE(store.has_value()) << name;
    EXPECT_EQ(store.error().code, Code::kCorrupt) << name << ": " << store.error().text;
  };
  damaged("no-current",
          [](const std::string& path) { std::filesystem::remove(path + "/CURRENT"); });
  damaged("torn-current", [](const std::string& path) { WriteFile(path + "/CURRENT", ""); });
  damaged("no-manifest", [](const std::string& path) {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.path().filename().string().starts_with("MANIFEST")) {
        std::filesystem::remove(entry.path());
        return;
      }
    }
  });
  damaged("flipped-manifest", [](const std::string& path) {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.path().filename().string().starts_with("MANIFEST")) {
        FlipBit(entry.path(), std::filesystem::file_size(entry.path()) / 2);
        return;
      }
    }
  });
  damaged("no-sst",
          [](const std::string& path) { std::filesystem::remove(LargestFile(path, ".sst")); });
}

}  // namespace
}  // namespace throughline::projection
