#include "engine/projection/shard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/projection/host_keys.h"
#include "tests/engine/projection/scratch.h"
#include "tests/engine/projection/store_in_memory.h"
#include "tests/engine/projection/toy.h"

namespace throughline::projection {
namespace {

using testing::ElementsAre;

// A shard in memory over folds that a test scripts.
struct InMemory {
  explicit InMemory(std::vector<Fold*> folds, ShardOf of = {})
      : shard(&store, nullptr, of, std::move(folds)) {}
  void Apply(const log::Accepted& record) { ASSERT_TRUE(shard.Apply(record).has_value()); }
  MemoryStore store;
  Shard shard;
};

Timer Of(Millis due, std::string rule, std::uint8_t person) {
  return {.due = due, .rule = std::move(rule), .person = Person(person)};
}

// Arms what the record's kind says, "<due>:<rule>"; notes what fires in order.
struct Timers {
  std::vector<std::string> fired;
  std::function<void(const Timer&, FoldContext&)> on_due = [](const Timer&, FoldContext&) {};
  ScriptedFold fold{
      "timers", " ",
      [](const log::Accepted& record, FoldContext& context) -> Result<void> {
        for (const PersonId& person : PersonsOf(record.decision)) {
          const std::string& kind = record.decision.placed().kind();
          const std::size_t colon = kind.find(':');
          context.Arm(person, Timer{.due = std::stoll(kind.substr(0, colon)),
                                    .rule = kind.substr(colon + 1),
                                    .person = person});
        }
        return {};
      },
      [this](const Timer& timer, const log::Accepted&, FoldContext& context) -> Result<void> {
        fired.push_back(std::to_string(timer.due) + timer.rule +
                        std::to_string(timer.person.bytes[0]));
        on_due(timer, context);
        return {};
      }};
};

TEST(ShardTimers, FireAtTheFirstTickInOrderOfDueRuleAndPersonOnce) {
  Timers timers;
  InMemory in({&timers.fold});
  in.Apply(Record(1, PlacedOn({Person(9)}, "20:a")));
  in.Apply(Record(2, PlacedOn({Person(5)}, "10:b")));
  in.Apply(Record(3, PlacedOn({Person(4), Person(3)}, "10:a")));
  in.Apply(Record(4, PlacedOn({Person(1)}, "-5:z")));
  in.Apply(Record(5, PlacedOn({Person(2)}, "31:a")));
  in.Apply(Record(6, TickAt(30)));
  EXPECT_THAT(timers.fired, ElementsAre("-5z1", "10a3", "10a4", "10b5", "20a9"));
  in.Apply(Record(7, TickAt(30)));
  EXPECT_EQ(timers.fired.size(), 5U);
  in.Apply(Record(8, TickAt(31)));
  EXPECT_EQ(timers.fired.back(), "31a2");
}

// In memory, noting from where on timers are looked for.
class WatchedStore final : public StoreInMemory, private Reads {
 public:
  mutable std::vector<std::string> timers_from;

  const Reads& Now() const override { return *this; }

 private:
  const Reads& memory() const { return StoreInMemory::Now(); }
  std::optional<std::string> Get(std::string_view key) const override { return memory().Get(key); }
  void Scan(std::string_view begin, std::string_view end,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    if (!begin.empty() && begin.front() == keys::kTimer) timers_from.emplace_back(begin);
    memory().Scan(begin, end, visit);
  }
  const std::optional<Error>& fault() const override { return memory().fault(); }
};

// What fired leaves marks in RocksDB, over which a search from the first timer would go each time.
TEST(ShardTimers, ATickInPartsLooksForNoTimerBeforeThoseThatAreLeft) {
  Timers timers;
  WatchedStore store;
  Shard shard(nullptr, &store, {}, {&timers.fold}, 2);
  Seq seq = 0;
  for (std::uint8_t i = 1; i <= 9; ++i) {
    const auto armed = Record(++seq, PlacedOn({Person(i)}, std::to_string(10 * i) + ":a"));
    ASSERT_TRUE(shard.Apply(armed).has_value());
  }
  ASSERT_TRUE(shard.Apply(Record(++seq, TickAt(1))).has_value());
  const auto tick = Record(++seq, TickAt(90));
  while (shard.Position()->head.seq < seq) {
    store.timers_from.clear();
    const std::size_t fired = timers.fired.size();
    ASSERT_TRUE(shard.Apply(tick).has_value());
    ASSERT_FALSE(store.timers_from.empty());
    const auto due = static_cast<Millis>(10 * (fired + 1));
    for (const std::string& from : store.timers_from) EXPECT_GE(from, keys::TimersFrom(due));
    ASSERT_TRUE(shard.Commit().has_value());
  }
  EXPECT_EQ(timers.fired.size(), 9U);
}

TEST(ShardTimers, ANewOneReplacesTheEarlierOneOfThatFoldAndPerson) {
  Timers first;
  Timers second;
  ScriptedFold other(
      "other", "!",
      [](const log::Accepted& record, FoldContext& context) {
        for (const PersonId& person : PersonsOf(record.decision)) {
          context.Arm(person, Timer{.due = 1, .rule = "other", .person = person});
        }
        return Result<void>();
      },
      [&](const Timer& timer, const log::Accepted&, FoldContext&) -> Result<void> {
        second.fired.push_back(timer.rule);
        return {};
      });
  InMemory in({&first.fold, &other});
  in.Apply(Record(1, PlacedOn({Person(1)}, "10:early")));
  in.Apply(Record(2, PlacedOn({Person(1)}, "20:late")));
  in.Apply(Record(3, TickAt(15)));
  EXPECT_THAT(first.fired, ElementsAre());
  EXPECT_THAT(second.fired, ElementsAre("other"));
  in.Apply(Record(4, TickAt(20)));
  EXPECT_THAT(first.fired, ElementsAre("20late1"));
}

TEST(ShardTimers, WhatIsRearmedInThePastFiresInTheSameTickInOrder) {
  Timers timers;
  timers.on_due = [](const Timer& timer, FoldContext& context) {
    if (timer.rule == "a") context.Arm(timer.person, Of(12, "again", timer.person.bytes[0]));
    // Someone else's timer, which is due later in this tick, is put off.
    if (timer.rule == "b") context.Arm(Person(3), Of(99, "off", 3));
  };
  InMemory in({&timers.fold});
  in.Apply(Record(1, PlacedOn({Person(1)}, "10:a")));
  in.Apply(Record(2, PlacedOn({Person(2)}, "11:b")));
  in.Apply(Record(3, PlacedOn({Person(3)}, "13:c")));
  in.Apply(Record(4, TickAt(20)));
  EXPECT_THAT(timers.fired, ElementsAre("10a1", "11b2", "12again1"));
  in.Apply(Record(5, TickAt(99)));
  EXPECT_EQ(timers.fired.back(), "99off3");
}

TEST(ShardTimers, OneThatIsArmedForEverEndsAndMarksThePerson) {
  Timers timers;
  timers.on_due = [](const Timer& timer, FoldContext& context) {
    context.Arm(timer.person, timer);
  };
  InMemory in({&timers.fold});
  in.Apply(Record(1, PlacedOn({Person(1)}, "10:a")));
  in.Apply(Record(2, TickAt(10)));
  EXPECT_EQ(timers.fired.size(), 10000U);
  const auto incomplete = IncompleteSince(in.shard.state(), Person(1));
  ASSERT_TRUE(incomplete.has_value());
  EXPECT_EQ(incomplete->since, 2U);
  // The fold, which was not told that its timer fired, does not go on by what it remembers.
  EXPECT_EQ(timers.fold.forgotten, 1);
  in.Apply(Record(3, TickAt(11)));
  EXPECT_EQ(timers.fired.size(), 10000U);
}

TEST(ShardTimers, ManyDueTogetherAllFireInOrder) {
  Timers timers;
  InMemory in({&timers.fold});
  Seq seq = 0;
  for (int round = 0; round < 3; ++round) {
    timers.fired.clear();
    for (int n = 0; n < 250; ++n) {
      in.Apply(Record(++seq, PlacedOn({Person(static_cast<std::uint8_t>(n))},
                                      std::to_string(1000 + round * 1000 - n) + ":r")));
    }
    in.Apply(Record(++seq, TickAt(1000 + round * 1000)));
    ASSERT_EQ(timers.fired.size(), 250U);
    EXPECT_EQ(timers.fired.front(), std::to_string(751 + round * 1000) + "r249");
    EXPECT_TRUE(in.shard.Commit().has_value());
  }
}

TEST(ShardTimers, AFailedFiringDropsWhatItWroteAndMarksThePerson) {
  ScriptedFold fold(
      "fragile", " ",
      [](const log::Accepted& record, FoldContext& context) -> Result<void> {
        for (const PersonId& person : PersonsOf(record.decision)) {
          context.Arm(person, Timer{.due = 5, .rule = "r", .person = person});
        }
        return {};
      },
      [](const Timer& timer, const log::Accepted&, FoldContext& context) -> Result<void> {
        context.store().Put(" " + std::to_string(timer.person.bytes[0]), "fired");
        context.Publish({.topic = "t", .id = std::to_string(timer.person.bytes[0]), .value = ""});
        if (timer.person == Person(2)) return Fail(Code::kInvalid, "cannot");
        return {};
      });
  InMemory in({&fold});
  in.Apply(Record(1, PlacedOn({Person(1), Person(2), Person(3)}, "x")));
  in.Apply(Record(2, TickAt(5)));
  ASSERT_TRUE(in.shard.Commit().has_value());
  EXPECT_EQ(in.store.Get(" 1"), "fired");
  EXPECT_FALSE(in.store.Get(" 2").has_value());
  EXPECT_EQ(in.store.Get(" 3"), "fired");
  EXPECT_EQ(fold.forgotten, 1);
  const auto incomplete = IncompleteSince(in.store, Person(2));
  ASSERT_TRUE(incomplete.has_value());
  EXPECT_EQ(incomplete->since, 2U);
  EXPECT_EQ(incomplete->fold, "fragile");
  EXPECT_EQ(incomplete->reason, "cannot");
  EXPECT_FALSE(IncompleteSince(in.store, Person(1)).has_value());
  std::vector<std::string> ids;
  for (const OutboxRow& row : Outbox(in.store, 10)) ids.push_back(row.publication.id);
  EXPECT_THAT(ids, ElementsAre("1", "3"));
  EXPECT_EQ(in.shard.Position()->folded, 2U);
  EXPECT_EQ(in.shard.Position()->incomplete, 1U);
}

TEST(Shard, ARefusedRecordLeavesNothingButTheMarkOfItsPersons) {
  const Host::Folds folds = ToyFolds();
  InMemory in(Pointers(folds));
  in.Apply(Record(1, PlacedOn({Person(1), Person(2)}, "arm"), kMinute));
  ASSERT_TRUE(in.shard.Commit().has_value());
  const auto before = in.store.all();
  in.Apply(Record(2, PlacedOn({Person(1)}, "poison"), 2 * kMinute));
  ASSERT_TRUE(in.shard.Commit().has_value());
  auto after = in.store.all();
  const auto incomplete = IncompleteSince(in.store, Person(1));
  ASSERT_TRUE(incomplete.has_value());
  EXPECT_EQ(incomplete->since, 2U);
  EXPECT_EQ(incomplete->fold, "mirror");
  EXPECT_EQ(incomplete->reason, "poison");
  EXPECT_EQ(after.erase(Key(keys::IncompleteKey(Person(1)))), 1U);
  const Key position_key(std::string(1, keys::kPosition));
  after[position_key] = before.at(position_key);
  EXPECT_EQ(after, before);
  in.Apply(Record(3, PlacedOn({Person(1), Person(2)}, "plain"), 3 * kMinute));
  in.Apply(Record(4, PlacedOn({Person(1)}, "poison"), 3 * kMinute));
  EXPECT_EQ(ToyCount(in.shard.state(), Person(1)), 2U);
  EXPECT_FALSE(IncompleteSince(in.shard.state(), Person(2)).has_value());
  EXPECT_EQ(IncompleteSince(in.shard.state(), Person(1))->since, 2U);
  const ShardPosition position = in.shard.Position().value();
  EXPECT_EQ(position.folded, 2U);
  EXPECT_EQ(position.refused, 2U);
  EXPECT_EQ(position.incomplete, 1U);
  EXPECT_EQ(position.head.seq, 4U);
}

TEST(Shard, ARefusedRecordThatConcernsEveryoneMarksEveryone) {
  ScriptedFold fold("all", " ", [](const log::Accepted& record, FoldContext&) -> Result<void> {
    if (record.decision.has_policy_activated()) return Fail(Code::kInvalid, "unreadable policy");
    return {};
  });
  InMemory in({&fold});
  v1::Decision policy;
  policy.mutable_policy_activated()->set_policy("p");
  in.Apply(Record(1, policy));
  ASSERT_TRUE(IncompleteSince(in.shard.state(), Person(77)).has_value());
  EXPECT_EQ(IncompleteSince(in.shard.state(), Person(77))->since, 1U);
}

TEST(Shard, MarksOnlyItsOwnPersons) {
  for (std::uint32_t i = 0; i < 2; ++i) {
    const ShardOf of{.index = i, .count = 2};
    const Host::Folds folds = ToyFolds();
    InMemory in(Pointers(folds), of);
    std::vector<PersonId> all;
    for (std::uint8_t n = 0; n < 20; ++n) all.push_back(Person(n));
    in.Apply(Record(1, PlacedOn(all, "poison")));
    for (const PersonId& person : all) {
      EXPECT_EQ(IncompleteSince(in.shard.state(), person).has_value(), of.Owns(person));
    }
  }
}

TEST(Shard, APublicationLargerThanAMessageRefusesTheRecord) {
  ScriptedFold fold("loud", " ", [](const log::Accepted&, FoldContext& context) -> Result<void> {
    context.Publish({.topic = "t", .id = "i", .value = std::string(log::kMaxValueBytes + 1, 'x')});
    return {};
  });
  InMemory in({&fold});
  in.Apply(Record(1, PlacedOn({Person(1)}, "x")));
  EXPECT_EQ(in.shard.Position()->refused, 1U);
  EXPECT_EQ(in.shard.pending_publications(), 0U);
}

TEST(Shard, PassesOverWhatItHasAndKnowsARecordOfAnotherChain) {
  const Host::Folds folds = ToyFolds();
  InMemory in(Pointers(folds));
  in.Apply(Record(1, PlacedOn({Person(1)}, "plain")));
  in.Apply(Record(2, PlacedOn({Person(1)}, "plain")));
  in.Apply(Record(1, PlacedOn({Person(1)}, "plain")));
  in.Apply(Record(2, PlacedOn({Person(1)}, "plain")));
  EXPECT_EQ(ToyCount(in.shard.state(), Person(1)), 2U);
  log::Accepted other = Record(2, PlacedOn({Person(1)}, "plain"));
  other.hash = std::string(32, 'x');
  const auto applied = in.shard.Apply(other);
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code, Code::kCorrupt);
  EXPECT_FALSE(in.shard.Commit().has_value());
}

TEST(ShardDeathTest, AFoldWritesOnlyBelowItsOwnPrefixes) {
  ScriptedFold fold("thief", " ", [](const log::Accepted&, FoldContext& context) -> Result<void> {
    context.store().Put("!", "");
    return {};
  });
  InMemory in({&fold});
  EXPECT_DEATH((void)in.shard.Apply(Record(1, TickAt(1))), "CHECK failed");
  MemoryStore store;
  ScriptedFold host("host", std::string(1, keys::kPosition), {});
  EXPECT_DEATH(Shard(&store, nullptr, {}, {&host}), "CHECK failed");
  ScriptedFold same("same", " ", {});
  EXPECT_DEATH(Shard(&store, nullptr, {}, {&fold, &same}), "CHECK failed");
}

// Three persons, and then a record that concerns them all, in parts of one visit.
TEST(Shard, ARecordForEveryoneIsReachedOnceAllWereVisited) {
  MemoryStore store;
  const auto apply = [&](const log::Accepted& record) {
    const Host::Folds folds = ToyFolds();
    Shard shard(&store, nullptr, {}, Pointers(folds), 1);
    EXPECT_TRUE(shard.Apply(record).has_value());
    EXPECT_TRUE(shard.Commit().has_value());
    return shard.unfinished() != 0;
  };
  EXPECT_FALSE(apply(Record(1, PlacedOn({Person(1), Person(2), Person(3)}, "plain"))));
  const log::Accepted everyone = Record(2, ForEveryone());
  int parts = 0;
  // Each part by a process of its own, as after a kill.
  while (apply(everyone)) {
    ++parts;
    EXPECT_EQ(PositionIn(store)->head.seq, 1U);
    const auto unfinished = UnfinishedIn(store);
    ASSERT_TRUE(unfinished.has_value() && unfinished->has_value());
    EXPECT_EQ((*unfinished)->head.seq, 2U);
    EXPECT_EQ(Outbox(store, 100).size(), static_cast<std::size_t>(parts));
  }
  EXPECT_EQ(parts, 5);  // two folds, three persons each; the last visit ends it
  EXPECT_EQ(PositionIn(store)->head.seq, 2U);
  EXPECT_FALSE(UnfinishedIn(store)->has_value());
  EXPECT_EQ(Outbox(store, 100).size(), 6U);
}

TEST(Shard, AVisitThatFailsMarksThatPersonAlone) {
  MemoryStore store;
  const Host::Folds folds = ToyFolds();
  Shard shard(&store, nullptr, {}, Pointers(folds));
  Seq seq = 0;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(shard.Apply(Record(++seq, PlacedOn({Person(1)}, "plain"))).has_value());
  }
  ASSERT_TRUE(shard.Apply(Record(++seq, PlacedOn({Person(2)}, "plain"))).has_value());
  ASSERT_TRUE(shard.Apply(Record(++seq, ForEveryone())).has_value());
  ASSERT_TRUE(shard.Commit().has_value());
  const auto incomplete = IncompleteSince(store, Person(1));
  ASSERT_TRUE(incomplete.has_value());
  EXPECT_EQ(incomplete->since, seq);
  EXPECT_EQ(incomplete->fold, "mirror");
  EXPECT_EQ(incomplete->reason, "not at home");
  EXPECT_FALSE(IncompleteSince(store, Person(2)).has_value());
  EXPECT_EQ(shard.Position()->folded, seq);
}

TEST(Shard, APartOfARecordThatTheJournalDoesNotHoldIsCorrupt) {
  MemoryStore store;
  const Host::Folds folds = ToyFolds();
  {
    Shard shard(&store, nullptr, {}, Pointers(folds), 1);
    ASSERT_TRUE(shard.Apply(Record(1, PlacedOn({Person(1), Person(2)}, "plain"))).has_value());
    ASSERT_TRUE(shard.Apply(Record(2, ForEveryone())).has_value());
    ASSERT_EQ(shard.unfinished(), 2U);
    ASSERT_TRUE(shard.Commit().has_value());
  }
  log::Accepted other = Record(2, ForEveryone());
  other.hash = std::string(32, 'o');
  Shard shard(&store, nullptr, {}, Pointers(folds), 1);
  const auto applied = shard.Apply(other);
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code, Code::kCorrupt);
}

// The same records give the same bytes, however they are cut into commits and wherever the shard is
// made anew.
class Determinism : public testing::TestWithParam<std::uint32_t> {};

MemoryStore FoldInOneGo(const std::vector<log::Accepted>& records, ShardOf of) {
  const Host::Folds folds = ToyFolds();
  MemoryStore store;
  Shard shard(&store, nullptr, of, Pointers(folds));
  for (const log::Accepted& record : records) EXPECT_TRUE(shard.Apply(record).has_value());
  EXPECT_TRUE(shard.Commit().has_value());
  return store;
}

TEST_P(Determinism, OverRandomBatchesAndRestartsInMemory) {
  const auto records = ToyRecords(GetParam(), 600, 12);
  std::mt19937 random(GetParam() + 1);
  for (std::uint32_t index = 0; index < 2; ++index) {
    const ShardOf of{.index = index, .count = 2};
    const MemoryStore expected = FoldInOneGo(records, of);
    MemoryStore store;
    Host::Folds folds;
    std::unique_ptr<Shard> shard;
    std::size_t next = 0;
    int parts = 0;
    while (next < records.size()) {
      if (shard == nullptr || random() % 20 == 0) {
        // What was not committed is lost; it goes on from where the store stands.
        shard.reset();
        folds = ToyFolds();
        shard = std::make_unique<Shard>(&store, nullptr, of, Pointers(folds), 1 + random() % 4);
        next = shard->Position()->head.seq;
      }
      ASSERT_TRUE(shard->Apply(records[next]).has_value());
      if (shard->unfinished() != 0) ++parts;
      if (shard->unfinished() == 0) ++next;
      if (shard->unfinished() != 0 || random() % 7 == 0) {
        ASSERT_TRUE(shard->Commit().has_value());
      }
    }
    EXPECT_GT(parts, 20);
    ASSERT_TRUE(shard->Commit().has_value());
    EXPECT_EQ(store.all(), expected.all());
  }
}

TEST_P(Determinism, OverRandomBatchesAndRestartsOnDisk) {
  const auto records = ToyRecords(GetParam(), 400, 12);
  const MemoryStore expected = FoldInOneGo(records, {});
  std::mt19937 random(GetParam() + 2);
  const Scratch scratch;
  std::size_t next = 0;
  while (next < records.size()) {
    auto store = Store::Open(scratch.path() + "/s", {.low_water_bytes = 0});
    ASSERT_TRUE(store.has_value());
    const Host::Folds folds = ToyFolds();
    Shard shard(nullptr, store->get(), {}, Pointers(folds), 1 + random() % 8);
    next = shard.Position()->head.seq;
    for (std::size_t n = random() % 200; n > 0 && next < records.size(); --n) {
      ASSERT_TRUE(shard.Apply(records[next]).has_value());
      if (shard.unfinished() == 0) ++next;
      if (shard.unfinished() != 0 || random() % 7 == 0 || next == records.size()) {
        ASSERT_TRUE(shard.Commit().has_value());
      }
    }
  }
  auto store = Store::Open(scratch.path() + "/s", {.read_only = true});
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(Digest((*store)->Now()).value(), Digest(expected).value());
  ByKey<std::string> all;
  (*store)->Now().Scan({}, {}, [&](std::string_view key, std::string_view value) {
    all.emplace(Key(std::string(key)), value);
    return true;
  });
  EXPECT_EQ(all, expected.all());
}

INSTANTIATE_TEST_SUITE_P(Seeds, Determinism, testing::Values(1, 2, 3, 4, 5, 6, 7, 8));

// The toy history does what the tests above rely on.
TEST(ToyHistory, HasTimersPublicationsAndRefusals) {
  const MemoryStore store = FoldInOneGo(ToyRecords(1, 600, 12), {});
  const ShardPosition position = PositionIn(store).value();
  EXPECT_GT(position.refused, 3U);
  EXPECT_GT(position.incomplete, 3U);
  EXPECT_EQ(position.folded + position.refused, 600U);
  EXPECT_GT(Outbox(store, 1000).size(), 30U);
  EXPECT_TRUE(store.Get(keys::FeedKey(kToyFeed)).has_value());
}

TEST(Digest, CoversEveryByteButTheOutbox) {
  MemoryStore store;
  store.Put(std::string(1, keys::kPosition), "p");
  store.Put(" a", "1");
  const std::string before = Digest(store).value();
  store.Put(keys::OutboxKey(1, 0), keys::OutboxValue({.topic = "t", .id = "i", .value = "v"}));
  EXPECT_EQ(Digest(store).value(), before);
  store.Put(" a", "2");
  EXPECT_NE(Digest(store).value(), before);
  store.Put(" a", "1");
  EXPECT_EQ(Digest(store).value(), before);
  // The frames keep a key from running into its value.
  MemoryStore moved;
  moved.Put(std::string(1, keys::kPosition), "p");
  moved.Put(" a1", "");
  EXPECT_NE(Digest(moved).value(), before);
}

TEST(Outbox, GivesRowsOldestFirstFromWhereItIsTold) {
  MemoryStore store;
  store.Put(keys::CatchUpKey(), keys::CatchUpValue(7));
  for (Seq seq = 1; seq <= 300; ++seq) {
    store.Put(keys::OutboxKey(seq, 0),
              keys::OutboxValue({.topic = "t", .id = std::to_string(seq), .value = "v"}));
  }
  const auto first = Outbox(store, 2);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[1].seq, 2U);
  const auto rest = Outbox(store, 1000, first[1].key);
  ASSERT_EQ(rest.size(), 298U);
  EXPECT_EQ(rest.front().publication.id, "3");
  EXPECT_EQ(rest.back().publication.id, "300");
}

TEST(HostKeys, ReadBackWhatTheyWrote) {
  ShardPosition position;
  position.head = {.seq = 7, .hash = std::string(32, 'h'), .offset = 9, .placed = -3};
  position.folded = 5;
  position.refused = 2;
  position.incomplete = 1;
  position.last_tick = kMinute;
  position.writer = "engine-1";
  EXPECT_EQ(keys::ParsePosition(keys::PositionValue(position)), position);
  EXPECT_FALSE(keys::ParsePosition(keys::PositionValue(position) + "x").has_value());
  EXPECT_FALSE(keys::ParsePosition("").has_value());
  const keys::ArmedTimer armed{.timer = Of(-5, "rule-1", 0), .fold = 3};
  const auto back = keys::ParseTimerKey(keys::TimerKey(armed));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->timer.due, -5);
  EXPECT_EQ(back->timer.rule, "rule-1");
  EXPECT_EQ(back->timer.person, Person(0));
  EXPECT_EQ(back->fold, 3);
  EXPECT_LT(keys::TimerKey(armed), keys::TimersFrom(0));
  // On disk for years: a change here is another version of the format.
  EXPECT_EQ(Hex(keys::TimerKey({.timer = Of(1, "r", 1), .fold = 2})),
            "028000000000000001"
            "7200"
            "01010101010101010101010101010101"
            "02");
  EXPECT_EQ(Hex(keys::OutboxKey(258, 3)), "03000000000000010200000003");
}

}  // namespace
}  // namespace throughline::projection
