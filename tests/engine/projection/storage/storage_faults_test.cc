#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <functional>

#include "engine/base/bytes.h"
#include "engine/projection/fold.h"
#include "engine/projection/shard.h"
#include "tests/engine/projection/scratch.h"
#include "tests/engine/projection/storage/faulty_files.h"

// A store on a disk that loses what was not synced, or fails a call: it opens as some prefix of
// what was committed, or says that it is damaged and is built again. Never anything else.
//
// RocksDB's threads do not survive a fork, so whatever opens a store does so in a process of its
// own, and this one opens none.
namespace throughline::projection {
namespace {

constexpr std::uint64_t kPersons = 5;
constexpr std::size_t kBatch = 7;

PersonId Person(std::uint64_t n) {
  PersonId person;
  person.bytes[0] = static_cast<std::uint8_t>(n + 1);
  return person;
}

// Counts for each person, keeps something of every record, arms a timer and publishes.
class Counts final : public Fold {
 public:
  std::string_view name() const override { return "counts"; }
  std::string_view prefixes() const override { return "cr"; }
  Result<void> Apply(const log::Accepted& record, FoldContext& context) override {
    const PersonId person = Person(record.seq() % kPersons);
    const std::string key = "c" + std::string(person.Raw());
    const std::string before = context.store().Get(key).value_or(std::string(8, '\0'));
    std::string count;
    std::string_view number = before;
    AppendU64(count, *TakeU64(number) + 1);
    context.store().Put(key, count);
    std::string kept = "r";
    AppendU64(kept, record.seq());
    context.store().Put(kept, record.hash + std::string(record.seq() % 300, 'x'));
    context.Arm(person, Timer{static_cast<Millis>(record.seq()), "count", person});
    if (record.seq() % 10 == 0) context.Publish({"alerts", record.hash, count});
    return {};
  }
  Result<void> Due(const Timer&, const log::Accepted&, FoldContext&) override { return {}; }
};

std::vector<log::Accepted> Records(std::uint64_t seed, std::size_t count) {
  std::vector<log::Accepted> records;
  for (Seq seq = 1; seq <= count; ++seq) {
    log::Accepted record;
    record.envelope.set_seq(seq);
    record.envelope.set_feed("feed");
    record.envelope.set_feed_offset(static_cast<std::int64_t>(seq));
    record.decision.mutable_held();
    record.hash = Sha256(std::to_string(seed) + "/" + std::to_string(seq));
    record.offset = static_cast<std::int64_t>(seq);
    records.push_back(std::move(record));
  }
  return records;
}

struct Ended {
  int code = 0;    // of a process that ended by itself
  int signal = 0;  // that ended it
  std::string said;
};

Ended InAProcess(const Scratch& scratch, const std::function<int()>& run) {
  const std::string words = scratch.path() + "/words";
  const pid_t child = fork();
  if (child == 0) {
    if (std::freopen(words.c_str(), "w", stderr) == nullptr) std::_Exit(99);
    const int code = run();
    std::fflush(stderr);
    std::_Exit(code);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  Ended ended;
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  ended.said = ReadFile(words);
  return ended;
}

Store::Options SmallStore(rocksdb::Env* env) {
  Store::Options options;
  options.write_buffer_bytes = 64 << 10;
  options.block_cache_bytes = 1 << 20;
  options.low_water_bytes = 0;
  options.env = env;
  return options;
}

std::string DigestAfter(const std::vector<log::Accepted>& records, Seq seq) {
  MemoryStore memory;
  Counts counts;
  Shard shard(&memory, nullptr, {}, {&counts});
  for (const log::Accepted& record : records) {
    if (record.seq() <= seq) (void)shard.Apply(record);
  }
  (void)shard.Commit();
  return Hex(*Digest(memory));
}

// Folds the first records in memory and loads them in one go.
Result<void> Load(Store& store, const std::vector<log::Accepted>& records, std::size_t count) {
  MemoryStore memory;
  Counts counts;
  Shard shard(&memory, nullptr, {}, {&counts});
  for (std::size_t i = 0; i < count; ++i) TL_TRY(shard.Apply(records[i]));
  TL_TRY(shard.Commit());
  return store.BulkLoad(memory.all());
}

// Applies what the store does not hold yet, in commits of a few records; `between` is asked before
// each whether to go on.
Result<void> Follow(Store& store, const std::vector<log::Accepted>& records,
                    const std::function<bool(Seq)>& between) {
  Counts counts;
  Shard shard(nullptr, &store, {}, {&counts});
  for (const log::Accepted& record : records) {
    TL_TRY(shard.Apply(record));
    if (shard.pending_records() < kBatch) continue;
    if (!between(record.seq())) return {};
    TL_TRY(shard.Commit());
  }
  return shard.Commit();
}

enum Found { kSound = 0, kDamaged = 10, kWrong = 20 };

// Opens what a fault left, without faults: a prefix of the records, and fit to go on; or damaged.
int Judge(const std::string& directory, const std::vector<log::Accepted>& records) {
  auto store = Store::Open(directory, SmallStore(nullptr));
  if (store && !(*store)->Verify()) return kDamaged;
  if (!store) {
    if (store.error().code == Code::kCorrupt) return kDamaged;
    std::fprintf(stderr, "does not open: %s\n", store.error().text.c_str());
    return kWrong;
  }
  const auto position = PositionIn((*store)->Now());
  if (!position) return kDamaged;
  if (Hex(*Digest((*store)->Now())) != DigestAfter(records, position->head.seq)) {
    std::fprintf(stderr, "at seq %llu it is not what was committed\n",
                 static_cast<unsigned long long>(position->head.seq));
    return kWrong;
  }
  const auto followed = Follow(**store, records, [](Seq) { return true; });
  if (!followed || Hex(*Digest((*store)->Now())) != DigestAfter(records, records.back().seq())) {
    std::fprintf(stderr, "it cannot go on\n");
    return kWrong;
  }
  return kSound;
}

TEST(StorageFaultsTest, APowerCutLeavesAPrefixOrWhatSaysThatItIsDamaged) {
  std::size_t sound = 0;
  constexpr std::uint32_t kCuts = 60;
  for (std::uint32_t seed = 1; seed <= kCuts; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Scratch scratch;
    const std::string directory = scratch.path() + "/store";
    const auto records = Records(seed, 900);
    const Ended cut = InAProcess(scratch, [&] {
      std::mt19937_64 chance(seed);
      FaultyFiles* files = nullptr;
      auto owned = std::make_shared<FaultyFiles>(rocksdb::FileSystem::Default());
      files = owned.get();
      const auto env = rocksdb::NewCompositeEnv(owned);
      auto store = Store::Open(directory, SmallStore(env.get()));
      if (!store) return 1;
      const Seq until = chance() % records.size();
      if (seed % 2 == 0 && !Load(**store, records, chance() % 300 + 1)) return 1;
      (void)Follow(**store, records, [&](Seq seq) { return seq < until; });
      files->CutPower(seed % 3 == 0 ? nullptr : &chance);
      std::fflush(stderr);
      std::_Exit(0);
    });
    ASSERT_EQ(cut.signal, 0) << cut.said;
    ASSERT_EQ(cut.code, 0) << cut.said;
    const Ended found = InAProcess(scratch, [&] { return Judge(directory, records); });
    EXPECT_EQ(found.signal, 0) << found.said;
    EXPECT_TRUE(found.code == kSound || found.code == kDamaged) << found.said;
    sound += found.code == kSound ? 1 : 0;
  }
  // Most cuts leave a store that is fit to go on.
  EXPECT_GT(sound, kCuts / 2);
}

TEST(StorageFaultsTest, WhicheverCallFailsNothingWrongIsSaidOrKept) {
  const auto records = Records(1, 120);
  const std::string whole = DigestAfter(records, records.back().seq());
  std::size_t failed = 0;
  std::size_t aborted = 0;
  constexpr std::uint64_t kMost = 2000;
  for (std::uint64_t number = 1;; ++number) {
    SCOPED_TRACE("call " + std::to_string(number));
    ASSERT_LT(number, kMost);
    Scratch scratch;
    const std::string directory = scratch.path() + "/store";
    constexpr int kPassed = 0;
    constexpr int kSaidSo = 1;
    constexpr int kUntouched = 2;  // it passed, and fewer calls were made
    constexpr int kLied = 3;
    const Ended ended = InAProcess(scratch, [&] {
      auto files = std::make_shared<FaultyFiles>(rocksdb::FileSystem::Default());
      files->FailCall(number);
      const auto env = rocksdb::NewCompositeEnv(files);
      auto run = [&]() -> Result<std::string> {
        TL_ASSIGN(auto store, Store::Open(directory, SmallStore(env.get())));
        TL_TRY(Load(*store, records, 40));
        TL_TRY(Follow(*store, records, [](Seq) { return true; }));
        TL_TRY(store->Verify());
        TL_ASSIGN(const std::string digest, Digest(store->Now()));
        if (store->Fault()) return Fail(*store->Fault());
        return Hex(digest);
      };
      const auto digest = run();
      if (!digest) return kSaidSo;
      if (*digest != whole) return kLied;
      return files->calls() < number ? kUntouched : kPassed;
    });
    EXPECT_EQ(ended.said.find("CHECK failed"), std::string::npos) << ended.said;
    EXPECT_TRUE(ended.signal == 0 || ended.signal == SIGABRT) << ended.said;
    EXPECT_NE(ended.code, kLied);
    failed += ended.code == kSaidSo ? 1 : 0;
    aborted += ended.signal == SIGABRT ? 1 : 0;
    if (ended.code == kUntouched) break;
    const Ended found = InAProcess(scratch, [&] { return Judge(directory, records); });
    EXPECT_EQ(found.signal, 0) << found.said;
    EXPECT_TRUE(found.code == kSound || found.code == kDamaged) << found.said;
  }
  EXPECT_GT(failed + aborted, 20U);
}

}  // namespace
}  // namespace throughline::projection
