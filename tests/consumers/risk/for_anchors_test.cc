#include "consumers/risk/for_anchors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/consumers/risk/random_child.h"
#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

TEST(Lowest, FindsTheLastBelow) {
  std::mt19937_64 random(1);
  for (std::size_t size = 0; size < 70; ++size) {
    std::vector<Millis> numbers(size);
    for (Millis& number : numbers) number = static_cast<Millis>(random() % 20);
    const Lowest lowest(numbers);
    for (std::size_t end = 0; end <= size; ++end) {
      for (Millis bound = 0; bound <= 20; ++bound) {
        std::optional<std::size_t> last;
        for (std::size_t i = 0; i < end; ++i) {
          if (numbers[i] < bound) last = i;
        }
        ASSERT_EQ(lowest.LastBelow(bound, end), last);
      }
    }
  }
}

// What may end a clock: anything, what links to the anchor at once or over another, what does not
// belong to something else, what is of another plan, what is of the same.
constexpr const char* kTests[] = {
    "{kinds: [visit, referral_decided, domestic_abuse_callout]}",
    "{kinds: [visit, referral_decided, domestic_abuse_callout, handover_received], link: any}",
    "{kinds: [visit, referral_decided, home_observed], link: any, linked_to: [{link: follows}]}",
    "{kinds: [visit, referral_decided, domestic_abuse_callout, home_observed], unless: [{link: "
    "any, linked_to: [{kinds: [visit, referral_received]}], unless: [{link: any}]}]}",
    "{kinds: [visit, plan_opened, plan_closed], unless: [{link: plan}]}",
    "{kinds: [plan_opened, plan_closed, plan_level_changed], link: plan}",
};

std::string RuleOf(const std::string& id, const std::string& satisfied_by) {
  return "- id: " + id +
         "\n  title: T\n  statement: S.\n  basis: {kind: local, source: here}\n  jurisdiction: "
         "england\n  addressee: team_manager\n  response: R.\n  respond_within: 1 working day\n"
         "  family: clock\n  sentence: \"{anchor_date}\"\n  clock: {anchor: {kinds: visit}, "
         "satisfied_by: " +
         satisfied_by + ", within: 1 working day, what: w}\n";
}

CompiledPolicy Policy() {
  std::string rules;
  for (std::size_t i = 0; i < std::size(kTests); ++i) {
    rules += RuleOf("T-" + std::to_string(i), kTests[i]);
  }
  return PolicyOf(rules);
}

// By whatever name of it, and also where it is not known.
bool NameTheSame(std::size_t a, std::size_t b, const RecordView& view) {
  const auto of_a = contact::Targets(*view.fact(a).contact, view.fact(a).source->agency);
  const auto of_b = contact::Targets(*view.fact(b).contact, view.fact(b).source->agency);
  for (std::size_t i = 0; i < view.facts().size(); ++i) {
    if (view.Names(a, i) && view.Names(b, i)) return true;
  }
  return std::any_of(of_a.begin(), of_a.end(), [&](const auto& target) {
    return std::find(of_b.begin(), of_b.end(), target) != of_b.end();
  });
}

TEST(ForAnchors, SaysWhatEachPairSays) {
  const CompiledPolicy policy = Policy();
  std::size_t found = 0;
  for (std::uint64_t seed = 1; seed <= 240; ++seed) {
    const auto entries = Record(RandomRecord(seed));
    const Setting setting{&England(), {}, {}};
    Remembered remembered;
    const RecordView view(policy.compiled(), {TestChild(), entries}, At("2026-01-01"), setting,
                          remembered.record());
    std::mt19937_64 random(seed);
    for (const auto& rule : policy.compiled().rules()) {
      const auto& conditions = std::get<CompiledClock>(rule.test).satisfied_by;
      for (const bool linked : {false, true}) {
        const ForAnchors for_anchors(conditions, linked, view);
        for (std::size_t anchor = 0; anchor < view.facts().size(); ++anchor) {
          const Millis from = view.fact(random() % view.facts().size()).when.latest;
          const Millis due = view.fact(random() % view.facts().size()).judged;
          const std::size_t most = 1 + random() % 3;
          const auto also = [&](std::size_t i) { return view.CanFollow(i, anchor); };
          std::vector<std::size_t> last;
          bool before = false;
          for (std::size_t i = view.facts().size(); i-- > 0;) {
            const bool passes = i != anchor && view.fact(i).when.latest >= from && also(i) &&
                                view.PassesAny(conditions, i, anchor) &&
                                (!linked || view.Linked(i, anchor) || NameTheSame(i, anchor, view));
            if (passes && last.size() < most) last.push_back(i);
            before = before || (passes && view.fact(i).judged < due);
          }
          ASSERT_EQ(for_anchors.Last(most, anchor, from, also), last) << rule.id << " " << seed;
          ASSERT_EQ(for_anchors.AnyBefore(due, anchor, from, also), before)
              << rule.id << " " << seed;
          found += last.size();
        }
      }
    }
  }
  EXPECT_GT(found, 2000U);
}

}  // namespace
}  // namespace throughline::risk
