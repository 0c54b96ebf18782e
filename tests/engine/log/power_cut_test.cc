#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include "tests/engine/log/local_stand.h"

// What is on the disk after the power went, as a model: what was synced is there; of what was not,
// any part may be. A process that is killed leaves everything in the kernel's hands, so this alone
// shows that each sync stands where it must.
namespace throughline::log {
namespace {

using Names = std::map<std::string, ino_t>;

Names NamesIn(const std::string& directory) {
  Names names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    struct stat found {};
    EXPECT_EQ(stat(entry.path().c_str(), &found), 0);
    names[entry.path().filename()] = found.st_ino;
  }
  return names;
}

// Remembers what each file and directory was when it was last synced.
class SnapshotDisk final : public local::Disk {
 public:
  Result<Space> SpaceAt(const std::string& /*directory*/) override {
    return Space{.free = std::uint64_t{1} << 40, .total = std::uint64_t{1} << 40};
  }
  int Sync(const local::File& file) override {
    if (about_to_sync_) about_to_sync_();
    struct stat found {};
    EXPECT_EQ(fstat(file.fd(), &found), 0);
    if (file.is_directory()) {
      directories_[found.st_ino] = NamesIn(file.path());
    } else {
      std::string bytes;
      EXPECT_TRUE(file.ReadAt(0, static_cast<std::size_t>(found.st_size), bytes).has_value());
      files_[found.st_ino] = bytes;
    }
    if (synced_) synced_();
    return 0;
  }
  void Watch(std::function<void()> about_to_sync, std::function<void()> synced) {
    about_to_sync_ = std::move(about_to_sync);
    synced_ = std::move(synced);
  }

  // Takes everything below the directory for synced as it is now.
  void Adopt(const std::string& directory) {
    struct stat found {};
    ASSERT_EQ(stat(directory.c_str(), &found), 0);
    directories_[found.st_ino] = NamesIn(directory);
    for (const auto& [name, ino] : directories_[found.st_ino]) {
      std::string path = directory + "/" + name;
      if (std::filesystem::is_directory(path)) {
        Adopt(path);
      } else {
        files_[ino] = ReadFile(path);
      }
    }
  }

  // Lays out below `to` what may be left of `from`, by the generator; without one, the least.
  void Leave(const std::string& from, const std::string& to, std::mt19937* random) const {
    struct stat found {};
    ASSERT_EQ(stat(from.c_str(), &found), 0);
    LeaveDirectory(found.st_ino, from, to, random);
  }

 private:
  void LeaveDirectory(ino_t inode, const std::string& from, const std::string& to,
                      std::mt19937* random) const {
    std::filesystem::create_directories(to);
    auto synced = directories_.find(inode);
    Names names = synced == directories_.end() ? Names{} : synced->second;
    Names now = std::filesystem::exists(from) ? NamesIn(from) : Names{};
    // A name that was not synced, made or deleted, may have taken effect or not.
    if (random != nullptr) {
      Names merged;
      for (const auto& both : {names, now}) {
        for (const auto& [name, ino] : both) {
          bool sure = names.contains(name) && now.contains(name);
          if (sure || (*random)() % 2 == 0) merged.try_emplace(name, ino);
        }
      }
      names = merged;
    }
    for (const auto& [name, ino] : names) {
      if (name == "LOCK") continue;
      std::string source = from + "/" + name;
      std::string target = to + "/" + name;
      if (directories_.contains(ino) || std::filesystem::is_directory(source)) {
        LeaveDirectory(ino, source, target, random);
      } else {
        auto file = files_.find(ino);
        std::string kept = file == files_.end() ? "" : file->second;
        bool there = std::filesystem::exists(source);
        WriteFile(target,
                  random == nullptr || !there ? kept : Torn(kept, ReadFile(source), *random));
      }
    }
  }

  // Of the bytes that were not synced: each short run is the old or the new, up to a length
  // between the old and the new.
  static std::string Torn(const std::string& kept, const std::string& now, std::mt19937& random) {
    constexpr std::size_t kBlock = 40;
    std::size_t low = std::min(kept.size(), now.size());
    std::size_t high = std::max(kept.size(), now.size());
    std::size_t size = low + random() % (high - low + 1);
    std::string out(size, '\0');
    for (std::size_t at = 0; at < size; at += kBlock) {
      const std::string& from = random() % 2 == 0 ? kept : now;
      for (std::size_t i = at; i < std::min(at + kBlock, size); ++i) {
        if (i < from.size()) out[i] = from[i];
      }
    }
    return out;
  }

  std::map<ino_t, std::string> files_;
  std::map<ino_t, Names> directories_;
  std::function<void()> about_to_sync_;
  std::function<void()> synced_;
};

// A process that was killed may leave records that only the kernel's memory holds. The next one
// finds and serves them, so it must sync them, and before the mark vouches for them.
class KilledThenCutTest : public LocalLogTest {};

TEST_F(KilledThenCutTest, WhatWasFoundOnOpeningLasts) {
  options_.segment_bytes = 100;
  Open();
  Append("one");
  log_.reset();
  SnapshotDisk disk;
  disk.Adopt(directory_);
  std::string mark = ReadFile(Mark());
  Open();
  Append("two");
  Append("three");
  log_.reset();
  WriteFile(Mark(), mark);

  auto left = [&](int cut) { return scratch_ / fmt::format("left-{}", cut); };
  int cuts = 0;
  disk.Watch([] {}, [&] { disk.Leave(directory_, left(cuts++), nullptr); });
  auto opened = LocalLog::Open(directory_, clock_, options_, disk);
  ASSERT_TRUE(opened.has_value()) << opened.error().text;
  disk.Watch({}, {});
  ASSERT_GT(cuts, 1);
  for (int cut = 0; cut < cuts; ++cut) {
    auto again = LocalLog::Open(left(cut), clock_, options_, disk_);
    ASSERT_TRUE(again.has_value()) << again.error().text;
    if (cut == cuts - 1) {
      EXPECT_EQ(Values(**again), Values(**opened));
    }
  }
  EXPECT_EQ(Values(**opened).size(), 3U);
}

TEST_F(KilledThenCutTest, ATopicFoundOnOpeningLasts) {
  std::filesystem::create_directories(directory_);
  SnapshotDisk disk;
  disk.Adopt(directory_);
  Open();
  log_.reset();
  auto opened = LocalLog::Open(directory_, clock_, options_, disk);
  ASSERT_TRUE(opened.has_value()) << opened.error().text;
  ASSERT_TRUE((*opened)->Append(kTopic, {{.key = "", .value = "one", .headers = {}}}).has_value());
  disk.Leave(directory_, scratch_ / "left", nullptr);
  auto again = LocalLog::Open(scratch_ / "left", clock_, options_, disk_);
  ASSERT_TRUE(again.has_value()) << again.error().text;
  EXPECT_THAT((*again)->Topics().value(), testing::ElementsAre(kTopic));
}

constexpr const char* kTopics[] = {"one", "two"};

// What a topic was promised to hold.
struct Promise {
  std::vector<std::string> acknowledged;
  std::vector<std::string> in_flight;
  std::int64_t least_start = 0;  // trimmed up to here at least
  std::int64_t most_start = 0;   // and at most, while a trim is under way
  bool made = false;
};

class PowerCutTest : public testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override {
    options_.segment_bytes = 600;
    options_.free_bytes = 0;
    // As a parent that lasts: what is tested is what lies below it.
    std::filesystem::create_directories(directory_);
    auto opened = LocalLog::Open(directory_, clock_, options_, disk_);
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    log_ = std::move(*opened);
  }

  void Create(const char* topic) {
    ASSERT_TRUE(log_->Create(topic).has_value());
    promises_[topic].made = true;
  }

  void Append(const char* topic) {
    Promise& promise = promises_[topic];
    std::vector<Message> batch;
    for (std::size_t i = random_() % 4 + 1; i > 0; --i) {
      std::string value = std::to_string(next_++) + std::string(random_() % 300, 'x');
      promise.in_flight.push_back(value);
      batch.push_back({.key = "", .value = value, .headers = {}});
    }
    auto offsets = log_->Append(topic, batch);
    ASSERT_TRUE(offsets.has_value()) << offsets.error().text;
    for (std::string& value : promise.in_flight) promise.acknowledged.push_back(std::move(value));
    promise.in_flight.clear();
  }

  void Trim(const char* topic) {
    Promise& promise = promises_[topic];
    auto before = static_cast<std::int64_t>(random_() % (promise.acknowledged.size() + 1));
    promise.most_start = std::max(promise.most_start, before);
    ASSERT_TRUE(log_->Trim(topic, before).has_value());
    promise.least_start = log_->Start(topic).value();
    promise.most_start = promise.least_start;
  }

  // The log must open on whatever is left and hold what was promised.
  void CutNow(bool least) {
    std::string left = scratch_ / fmt::format("left-{}", cuts_++);
    disk_.Leave(directory_, left, least ? nullptr : &damage_);
    FaultDisk quick;
    auto opened = LocalLog::Open(left, clock_, options_, quick);
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    for (const auto& [topic, promise] : promises_) Check(**opened, topic, promise);
    opened->reset();
    std::filesystem::remove_all(left);
  }

  static void Check(LocalLog& log, const std::string& topic, const Promise& promise) {
    auto start = log.Start(topic);
    if (!promise.made && !start) return;
    ASSERT_TRUE(start.has_value()) << start.error().text;
    EXPECT_GE(*start, promise.least_start);
    EXPECT_LE(*start, promise.most_start);
    std::vector<std::string> all = promise.acknowledged;
    all.insert(all.end(), promise.in_flight.begin(), promise.in_flight.end());
    auto end = static_cast<std::size_t>(log.End(topic).value());
    ASSERT_GE(end, promise.acknowledged.size());
    ASSERT_LE(end, all.size());
    auto reader = log.Read(topic, *start);
    ASSERT_TRUE(reader.has_value());
    auto at = static_cast<std::size_t>(*start);
    while (at < end) {
      auto records = (*reader)->Poll(100, 0);
      ASSERT_TRUE(records.has_value()) << records.error().text;
      ASSERT_FALSE(records->empty());
      for (const Record& record : *records) {
        ASSERT_EQ(record.offset, static_cast<std::int64_t>(at));
        ASSERT_EQ(record.message.value, all[at++]);
      }
    }
  }

  Scratch scratch_;
  std::string directory_ = scratch_ / "log";
  ManualClock clock_{1000};
  SnapshotDisk disk_;
  LocalLog::Options options_;
  std::unique_ptr<LocalLog> log_;
  std::mt19937 random_{GetParam()};
  std::mt19937 damage_{GetParam() + 1000};
  std::map<std::string, Promise> promises_;
  int next_ = 0;
  int cuts_ = 0;
};

TEST_P(PowerCutTest, WhatWasAcknowledgedIsThereAndNothingElseIs) {
  auto cut = [&] {
    CutNow(/*least=*/true);
    CutNow(/*least=*/false);
  };
  disk_.Watch(cut, cut);
  for (const char* topic : kTopics) Create(topic);
  for (int step = 0; step < 18 && !HasFailure(); ++step) {
    const char* topic = kTopics[random_() % 2];
    if (random_() % 4 == 0) {
      Trim(topic);
    } else {
      Append(topic);
    }
    cut();
  }
  EXPECT_GT(cuts_, 100);
  disk_.Watch({}, {});
}

INSTANTIATE_TEST_SUITE_P(Seeds, PowerCutTest, testing::Range(1U, 5U));

}  // namespace
}  // namespace throughline::log
