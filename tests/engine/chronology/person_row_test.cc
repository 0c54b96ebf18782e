#include "engine/chronology/person_row.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/engine/chronology/written_journal.h"

namespace throughline::chronology {
namespace {

std::unique_ptr<PersonRowCache::Row> RowOf(std::size_t bytes) {
  auto row = std::make_unique<PersonRowCache::Row>();
  row->bytes = bytes;
  return row;
}

TEST(PersonRowCache, GivesARowOnceUntilItIsKeptAgain) {
  PersonRowCache cache(1000);
  EXPECT_EQ(cache.Take(PersonOf('a')), nullptr);
  cache.Keep(PersonOf('a'), RowOf(10));
  ASSERT_NE(cache.Take(PersonOf('a')), nullptr);
  EXPECT_EQ(cache.Take(PersonOf('a')), nullptr);
  cache.Keep(PersonOf('a'), RowOf(10));
  cache.Clear();
  EXPECT_EQ(cache.Take(PersonOf('a')), nullptr);
}

TEST(PersonRowCache, HoldsNoMoreThanItMayAndThoseKeptLast) {
  PersonRowCache cache(100);
  for (char person = 'a'; person <= 'z'; ++person) {
    // One that is put again and again takes no other's place.
    cache.Keep(PersonOf('A'), RowOf(10));
    ASSERT_NE(cache.Take(PersonOf('A')), nullptr);
    cache.Keep(PersonOf(person), RowOf(10));
  }
  std::size_t held = 0;
  for (char person = 'a'; person <= 'z'; ++person) {
    const auto row = cache.Take(PersonOf(person));
    EXPECT_TRUE(row != nullptr || person < 'v') << person;
    if (row != nullptr) held += row->bytes;
  }
  EXPECT_GE(held, 50U);
  EXPECT_LE(held, 110U);
}

v1::PersonMade Made(char person, const std::string& value) {
  v1::PersonMade made;
  made.set_person(std::string(PersonOf(person).Raw()));
  made.set_person_kind("child");
  v1::ScopedReference& reference = *made.add_references();
  reference.set_scheme("case-ref");
  reference.set_value(value);
  reference.set_scope("police");
  return made;
}

// Places, names, ends references, brings, withdraws and refuses, at random.
class RandomJournal {
 public:
  explicit RandomJournal(std::uint64_t seed) : random_(seed) {}

  void Step(WrittenJournal& journal) {
    const char person = Below(5);
    const auto seqs = journal.records().size();
    switch (seqs == 0 ? 0 : random_() % 6) {
      case 4: {
        const Seq earlier = 1 + random_() % seqs;
        if (placed_.contains(earlier)) journal.Withdraw(placed_.at(earlier), earlier, "unlinked");
        return;
      }
      case 5: {
        // Names a person, and then one who cannot be: all of it is taken back.
        v1::Decision bad;
        *bad.mutable_placed()->add_made() = Made(person, "refused");
        *bad.mutable_placed()->add_made() = Made(person, "refused too");
        bad.mutable_placed()->mutable_made(1)->set_person("nobody");
        journal.Decide(bad);
        return;
      }
      default:
        Place(journal, person, seqs);
    }
  }

 private:
  char Below(std::uint64_t most) { return static_cast<char>('a' + random_() % most); }

  void Place(WrittenJournal& journal, char person, std::size_t n) {
    v1::Contact contact = ContactOf(R"(
kind: visit
occurred: 2026-01-04
recorded: 2026-01-05T08:00
subjects: [{label: one, person_kind: child, roles: [subject_child], demographics: {names: [One]}}]
seen: [{child: one, seen: yes}]
detail: {purpose: welfare_check}
)");
    contact.set_contact_id("V" + std::to_string(n));
    const std::string value = std::to_string(random_() % 4);
    const Seq seq = journal.Place("police", contact, {{person, "one"}, {Below(5), "", "flow"}},
                                  [&](v1::Placed& placed) {
                                    if (random_() % 2 == 0)
                                      *placed.add_made() = Made(Below(5), value);
                                    if (random_() % 4 == 0) {
                                      *placed.add_ended() = Made(person, value).references(0);
                                    }
                                  });
    placed_[seq] = person;
  }

  std::mt19937_64 random_;
  std::map<Seq, char> placed_;
};

TEST(PersonRow, WhatIsKeptBetweenRecordsChangesNoByte) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    WrittenJournal keeps;
    WrittenJournal restarts;
    RandomJournal first(seed);
    RandomJournal second(seed);
    for (int i = 0; i < 60; ++i) {
      first.Step(keeps);
      second.Step(restarts);
      restarts.Restart();
      ASSERT_EQ(*projection::Digest(keeps.reads()), *projection::Digest(restarts.reads()))
          << "seed " << seed << ", record " << i;
    }
    EXPECT_GT(keeps.refused(), 0U);
  }
}

}  // namespace
}  // namespace throughline::chronology
