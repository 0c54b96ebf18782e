#include "consumers/risk/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "consumers/risk/record_view.h"
#include "tests/consumers/risk/random_child.h"
#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

// All that an evaluation says, but for when to look again.
std::vector<std::string> Lines(const CompiledPolicy& policy,
                               const std::vector<chronology::Entry>& entries,
                               const Evaluation& evaluation) {
  std::vector<std::string> lines;
  for (const Episode& episode : evaluation.episodes) {
    std::string line = policy.rules()[episode.rule].rule.id() + " " + std::to_string(episode.due) +
                       " " + std::to_string(episode.count) + " " +
                       (episode.from_history ? "history" : "live") + " " +
                       (episode.anchor ? entries[*episode.anchor].contact_id : "-");
    for (const auto index : episode.evidence) line += " " + entries[index].contact_id;
    for (const auto& missing : episode.missing) line += "; " + missing;
    lines.push_back(std::move(line));
  }
  for (const Ended& ended : evaluation.ended) {
    lines.push_back(policy.rules()[ended.rule].rule.id() + " ended " +
                    (ended.anchor ? entries[*ended.anchor].contact_id : "-") + " " +
                    std::string(EndingText(ended.ending)));
  }
  return lines;
}

std::vector<std::string> Everything(const CompiledPolicy& policy,
                                    const std::vector<chronology::Entry>& entries, Millis at,
                                    std::optional<NextDue>* next = nullptr) {
  const Evaluation evaluation =
      Evaluate(policy, {TestChild(), entries}, at, {&England(), {{"school", kDay}}, {}});
  if (next != nullptr) *next = evaluation.next_due;
  return Lines(policy, entries, evaluation);
}

TEST(Evaluate, NothingChangesBeforeTheNextDue) {
  const CompiledPolicy policy = StarterPolicy();
  int spans = 0;
  std::size_t episodes = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto entries = Record(RandomRecord(seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 4; ++i) {
      const Millis at = At("2023-01-02") + static_cast<Millis>(random() % (3 * 365 * 24)) * kHour;
      std::optional<NextDue> next;
      const auto now = Everything(policy, entries, at, &next);
      episodes += now.size();
      if (!next) continue;
      ASSERT_GT(next->at, at) << "seed " << seed;
      ++spans;
      const Millis end = std::min(next->at - 1, at + 20 * kDay);
      for (Millis tick = at; tick < end; tick += 11 * kHour + 7 * kMinute) {
        ASSERT_EQ(Everything(policy, entries, tick), now) << "seed " << seed << " tick " << tick;
      }
      ASSERT_EQ(Everything(policy, entries, next->at - 1), now) << "seed " << seed;
    }
  }
  EXPECT_GT(spans, 100);
  EXPECT_GT(episodes, 500U);
}

TEST(Evaluate, WithoutANextDueNothingEverChanges) {
  const CompiledPolicy policy = StarterPolicy();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto entries = Record(RandomRecord(seed));
    std::optional<NextDue> next;
    const auto late = Everything(policy, entries, At("2060-01-01"), &next);
    EXPECT_FALSE(next.has_value());
    EXPECT_EQ(Everything(policy, entries, At("2090-01-01")), late);
  }
}

TEST(Evaluate, DoesNotDependOnTheOrderOfTheEntries) {
  const CompiledPolicy policy = StarterPolicy();
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    auto entries = Record(RandomRecord(seed));
    const Millis at = At("2025-06-01");
    const auto said = Everything(policy, entries, at);
    std::mt19937_64 random(seed);
    std::shuffle(entries.begin(), entries.end(), random);
    EXPECT_EQ(Everything(policy, entries, at), said) << "seed " << seed;
  }
}

bool Corrects(const chronology::Entry& entry) { return entry.corrects != 0; }

// Contacts are added some at a time, time goes on between them in steps of minutes or of months,
// and now and then something that was said already reads otherwise, or time goes back.
TEST(Evaluate, KeepingWhatWasSaidChangesNothing) {
  const CompiledPolicy policy = StarterPolicy();
  const Setting setting{&England(), {{"school", kDay}}, {}};
  std::size_t said = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    auto entries = Record(RandomRecord(seed));
    std::mt19937_64 random(seed);
    // What comes late may have happened first.
    if (seed % 2 == 0) std::shuffle(entries.begin(), entries.end(), random);
    Remembered remembered;
    std::ptrdiff_t seen = 0;
    Millis at = At("2023-01-02");
    for (std::size_t count = 1; count <= entries.size();) {
      if (random() % 8 == 0) {
        const std::size_t from = random() % count;
        std::shuffle(entries.begin() + static_cast<std::ptrdiff_t>(from), entries.end(), random);
        remembered.KeepFirst(from);
      }
      if (random() % 16 == 0) at -= static_cast<Millis>(random() % 400) * kDay;
      const std::vector<chronology::Entry> known(
          entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(count));
      // What a correction changes is read anew.
      if (std::any_of(known.begin() + seen, known.end(), Corrects)) remembered.KeepFirst(0);
      seen = static_cast<std::ptrdiff_t>(known.size());
      const Child child{TestChild(), known};
      const Evaluation kept = Evaluate(policy, child, at, setting, remembered);
      const Evaluation anew = Evaluate(policy, child, at, setting);
      ASSERT_EQ(Lines(policy, known, kept), Lines(policy, known, anew)) << "seed " << seed;
      ASSERT_EQ(kept.next_due, anew.next_due) << "seed " << seed;
      said += anew.episodes.size();
      // To the next deadline, short of it, or anywhere.
      const Millis some = static_cast<Millis>(random() % 60000) * kMinute;
      const Millis due = kept.next_due ? kept.next_due->at : at;
      at = random() % 3 == 0 ? due : std::min(at + some, random() % 2 == 0 ? due - 1 : kLatest);
      count += random() % 3;
    }
  }
  EXPECT_GT(said, 5000U);
}

// An assessment's days run from the referral to which it leads, over whatever lies between: what no
// contact leads to does not make the rule ask again, and what one does.
TEST(Evaluate, WhatNothingLeadsToMovesNoClockThatFollowsLinks) {
  const CompiledPolicy policy = StarterPolicy();
  const std::size_t rule = [&] {
    std::size_t i = 0;
    while (policy.compiled().rules()[i].id != "CP-02") ++i;
    return i;
  }();
  const std::string assessed =
      "- {contact_id: A, kind: assessment_opened, occurred: 2026-03-02, recorded: 2026-03-02, "
      "links: [{follows: D}], detail: {type: single, children: [child]}}\n";
  const auto touches = [&](const std::string& next) {
    const auto entries = Record(assessed + next);
    const Setting setting{&England(), {}, {}};
    Remembered remembered;
    const std::vector<chronology::Entry> before(entries.begin(), entries.end() - 1);
    Evaluate(policy, {TestChild(), before}, At("2026-03-03"), setting, remembered);
    remembered.record().Extend(policy.compiled(), {TestChild(), entries}, {});
    const auto& touched = remembered.record().touched;
    return std::count(touched.begin(), touched.end(), rule) > 0;
  };
  EXPECT_FALSE(
      touches("- {contact_id: V, kind: visit, occurred: 2026-03-03, recorded: 2026-03-03, "
              "links: [{follows: A}]}\n"));
  EXPECT_TRUE(
      touches("- {contact_id: D, kind: referral_decided, occurred: 2026-02-27, recorded: "
              "2026-03-03, links: [{follows: R}], detail: {outcome: assessment}}\n"));
}

// Every contact condition of a rule at its outermost.
std::vector<const ContactCondition*> ConditionsOf(const CompiledRule& rule) {
  std::vector<const ContactCondition*> all;
  const auto add = [&all](const std::vector<ContactCondition>& some) {
    for (const auto& one : some) all.push_back(&one);
  };
  if (const auto* clock = std::get_if<CompiledClock>(&rule.test)) {
    all = {&clock->anchor};
    add(clock->satisfied_by);
    add(clock->stopped_by);
  } else if (const auto* process = std::get_if<CompiledProcess>(&rule.test)) {
    all = {&process->anchor};
    for (const auto& expected : process->expected) all.push_back(&expected.contact);
    for (const auto& unfinished : process->unfinished) {
      all.push_back(&unfinished.opened_by);
      if (unfinished.finished_by) all.push_back(&*unfinished.finished_by);
    }
    add(process->cleared_by);
  } else {
    const auto& pattern = std::get<CompiledPattern>(rule.test);
    for (const auto& step : pattern.steps) all.push_back(&step.contact);
    add(pattern.absent);
    add(pattern.cleared_by);
  }
  return all;
}

TEST(Evaluate, CandidatesLeaveOutNothingThatPasses) {
  const CompiledPolicy policy = StarterPolicy();
  std::size_t passed = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const auto entries = Record(RandomRecord(seed));
    const Setting setting{&England(), {}, {}};
    Remembered remembered;
    const RecordView view(policy.compiled(), {TestChild(), entries}, At("2025-06-01"), setting,
                          remembered.record());
    const std::size_t count = view.facts().size();
    for (const auto& rule : policy.compiled().rules()) {
      for (const auto* condition : ConditionsOf(rule)) {
        const auto& candidates = view.Candidates(*condition);
        for (std::size_t i = 0; i < count; ++i) {
          bool passes = view.Passes(*condition, i, std::nullopt);
          for (std::size_t anchor = 0; anchor < count; ++anchor) {
            passes = passes || view.Passes(*condition, i, anchor);
          }
          if (!passes) continue;
          ++passed;
          ASSERT_TRUE(std::binary_search(candidates.begin(), candidates.end(), i))
              << rule.id << " seed " << seed;
        }
      }
    }
  }
  EXPECT_GT(passed, 1000U);
}

TEST(Evaluate, OneWhoIsNoChildIsNotEvaluated) {
  const auto adult = Record(
      "- {contact_id: A, kind: visit, occurred: 2026-01-01, recorded: 2026-01-01, as: adult}\n");
  EXPECT_FALSE(IsChild({TestChild(), adult}));
  const auto unborn = Record(
      "- {contact_id: A, kind: visit, occurred: 2026-01-01, recorded: 2026-01-01, as: "
      "unborn_child}\n");
  EXPECT_TRUE(IsChild({TestChild(), unborn}));
  // What was asked about somebody unnamed, and is this child's by now, makes no stranger of the
  // child.
  auto unnamed = unborn;
  unnamed.push_back(unborn.back());
  unnamed.back().seq += 1;
  unnamed.back().placement.set_person_kind("unknown_person");
  EXPECT_TRUE(IsChild({TestChild(), unnamed}));
  EXPECT_FALSE(IsChild({TestChild(), {}}));
}

TEST(Evaluate, WhatThePersonIsGoesByWhatHappenedLastOfWhatStands) {
  auto mother = Record(
      "- {contact_id: A, kind: visit, occurred: 2026-01-01, recorded: 2026-01-01, as: adult}\n"
      "- {contact_id: B, kind: visit, occurred: 2003-01-01, recorded: 2026-02-01, as: child}\n");
  EXPECT_FALSE(IsChild({TestChild(), mother})) << "an old record that came late";
  auto child = Record(
      "- {contact_id: A, kind: visit, occurred: 2026-01-01, recorded: 2026-01-01, as: child}\n"
      "- {contact_id: B, kind: visit, occurred: 2026-02-01, recorded: 2026-02-01, as: adult}\n");
  EXPECT_FALSE(IsChild({TestChild(), child}));
  auto retracted = child;
  retracted[1].counts = false;
  EXPECT_TRUE(IsChild({TestChild(), retracted}));
  child[1].placement.set_why("linked");
  EXPECT_TRUE(IsChild({TestChild(), child})) << "it does not name the child itself";
}

TEST(Starter, TwoCallOutsOnOneDayRaiseAnAlertAtOnce) {
  const auto call = [](const std::string& id, const std::string& at) {
    return "- {contact_id: " + id + ", kind: domestic_abuse_callout, occurred: " + at +
           ", recorded: 2026-11-15T23:00, author: {role: police_officer}, concerns: "
           "[domestic_abuse]}\n";
  };
  const auto policy = StarterPolicy();
  EXPECT_THAT(Said(policy, Record(call("A", "2026-11-15") + call("B", "2026-11-15")),
                   At("2026-11-15T23:00")),
              testing::Contains("DA-02 - [A B]"));
  EXPECT_THAT(Said(policy, Record(call("A", "2026-11-14T23:40") + call("B", "2026-11-15T22:10")),
                   At("2026-11-15T23:00")),
              testing::Contains("DA-02 - [A B]"));
  EXPECT_THAT(Said(policy, Record(call("A", "2026-11-15")), At("2026-11-15T23:00")),
              testing::IsEmpty());
}

// Two agencies give two dates of birth: what counts is what was written down last, whichever feed
// is read first.
TEST(Evaluate, TheOrderOfFeedsDoesNotSayWhenTheChildWasBorn) {
  const auto policy = StarterPolicy();
  const auto visit = [](const std::string& agency, const std::string& recorded,
                        const std::string& born) {
    return "- {agency: " + agency +
           ", contact_id: V, kind: visit, occurred: 2026-01-05, recorded: " + recorded +
           ", received: 2026-03-01, subjects: [{label: child, person_kind: child, roles: "
           "[subject_child], demographics: {date_of_birth: " +
           born + "}}]}\n";
  };
  const std::string call =
      "- {contact_id: P, kind: domestic_abuse_callout, occurred: 2026-03-02T20:00, recorded: "
      "2026-03-02T21:00}\n";
  const std::string school = visit("school", "2026-02-02", "2019-03-02");
  const std::string clinic = visit("gp", "2026-01-05", "2024-03-02");
  const std::string said = "DA-01 P [P] no Operation Encompass notice to the school;";
  EXPECT_THAT(Said(policy, Record(school + clinic + call), At("2026-03-03T12:00")),
              testing::Contains(said));
  EXPECT_THAT(Said(policy, Record(clinic + school + call), At("2026-03-03T12:00")),
              testing::Contains(said));
}

}  // namespace
}  // namespace throughline::risk
