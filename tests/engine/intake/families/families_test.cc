#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/engine/intake/bench.h"
#include "tests/engine/intake/families/family_steps.h"
#include "tests/engine/intake/families/slow_family.h"

// Random families: records, relations, links, splits, retractions, in any order. Where intake has
// placed every contact is held against a model that works it all out anew.
namespace throughline::intake {

void showValue(const Choice& choice, std::ostream& out) {
  out << fmt::format("{{{}, {}, {}, {}, {}, {}, {}, {}}}", choice.say, choice.agency, choice.first,
                     choice.second, choice.which, choice.of, choice.since, choice.until);
}

namespace {

constexpr int kMostSteps = 40;
// After how many steps everything is compared: after all of them as well.
constexpr std::size_t kCompareEvery = 4;

// How many families: what RC_PARAMS says, THROUGHLINE_FAMILIES, else 500.
bool SetFamilies() {
  const char* families = std::getenv("THROUGHLINE_FAMILIES");
  const char* given = std::getenv("RC_PARAMS");
  std::string params = given != nullptr ? given : "";
  if (params.find("max_success") == std::string::npos) {
    params = fmt::format("max_success={} {}", families != nullptr ? families : "500", params);
  }
  return setenv("RC_PARAMS", params.c_str(), 1) == 0;
}
const bool families_set = SetFamilies();

// What was met over all families: a property says nothing of what never happened.
std::map<std::string, std::size_t> met;

rc::Gen<Choice> AnyChoice() {
  const auto number = rc::gen::inRange(0U, 1000U);
  return rc::gen::build<Choice>(
      rc::gen::set(&Choice::say, number), rc::gen::set(&Choice::agency, number),
      rc::gen::set(&Choice::first, number), rc::gen::set(&Choice::second, number),
      rc::gen::set(&Choice::which, number), rc::gen::set(&Choice::of, number),
      rc::gen::set(&Choice::since, number), rc::gen::set(&Choice::until, number));
}

std::vector<FamilyStep> AnyFamily() {
  auto choices = *rc::gen::resize(kMostSteps, rc::gen::container<std::vector<Choice>>(AnyChoice()));
  return StepsOf(choices);
}

// Takes steps as intake does, with what they owe in as many parts as there are contacts.
class Engine {
 public:
  Engine() { bench_.ActivateFlow(); }

  bool Take(const FamilyStep& step) {
    const Seq seq = bench_.next_seq();
    const v1::Decision decision = bench_.Take(step.agency, step.AsContact());
    if (bench_.state().Journal().owed_because() != 0) {
      const std::size_t missing = bench_.BringEach();
      if (missing > 0) RC_FAIL(std::to_string(missing) + " contacts of a later part did not come");
    }
    if (decision.has_placed()) seqs_[step.id] = seq;
    reason_ = decision.refused().reason();
    return !decision.has_refused();
  }
  const std::string& reason() const { return reason_; }

  std::map<std::string, std::set<Stand>> Standings(const std::vector<FamilyStep>& steps) const {
    std::map<std::string, std::string> names;  // of records, by their bytes
    for (const FamilyStep& step : steps) {
      for (const Known& known : step.subjects) Name(known, names);
    }
    std::map<std::string, std::set<Stand>> all;
    for (const auto& [id, seq] : seqs_) {
      std::set<Stand>& stands = all[id];
      const auto contact = bench_.state().Contact(seq).value();
      for (const v1::IntakeStanding& standing : contact.standings()) {
        Stand stand;
        for (const PersonId& record : bench_.state().RecordsOf(PersonIn(standing.person()))) {
          stand.person.insert(names.at(std::string(record.Raw())));
        }
        stand.why = standing.why();
        if (stand.why == "subject") stand.record = names.at(standing.record());
        stands.insert(std::move(stand));
      }
    }
    return all;
  }

 private:
  void Name(const Known& known, std::map<std::string, std::string>& names) const {
    v1::ScopedReference reference;
    reference.set_scheme("local-id");
    reference.set_value(known.name);
    reference.set_scope(known.agency);
    const auto record =
        bench_.state().Resolve(ReferenceKey(reference, known.Kind() == "household"));
    if (record) names[std::string(record->Raw())] = known.Record();
  }

  Bench bench_;
  std::map<std::string, Seq> seqs_;
  std::string reason_;
};

void Log(const std::vector<FamilyStep>& steps) {
  std::ostringstream told;
  for (const FamilyStep& step : steps) told << step << '\n';
  RC_LOG() << told.str();
}

std::string Told(const std::map<std::string, std::set<Stand>>& all) {
  std::string text;
  for (const auto& [id, stands] : all) {
    text += id + ":";
    for (const Stand& one : stands) {
      text += fmt::format(" [{} {} {}]", fmt::join(one.person, "+"), one.why, one.record);
    }
    text += '\n';
  }
  return text;
}

RC_GTEST_PROP(AnyFamily, EveryContactStandsWhereItBelongsAfterEveryStep, ()) {
  const auto steps = AnyFamily();
  Log(steps);
  Engine engine;
  SlowFamily slow;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool taken = engine.Take(steps[i]);
    const bool takes = slow.Take(steps[i]);
    if (taken != takes) RC_FAIL(steps[i].id + (taken ? " was taken" : ": " + engine.reason()));
    if (taken) ++met[steps[i].decision];
    if (i % kCompareEvery != 0 && i + 1 != steps.size()) continue;
    const auto stands = engine.Standings(steps);
    const auto belongs = slow.Standings();
    if (stands != belongs) {
      RC_FAIL("after " + steps[i].id + " stand\n" + Told(stands) + "and belong\n" + Told(belongs));
    }
    for (const auto& [id, persons] : belongs) {
      if (persons.empty()) ++met["on nobody"];
      for (const Stand& one : persons) ++met[one.why];
    }
  }
}

// What agencies publish comes in any order; what a person decides about it comes after.
RC_GTEST_PROP(AnyFamily, TheOrderInWhichFeedsAreReadChangesNothing, ()) {
  auto steps = AnyFamily();
  std::stable_partition(steps.begin(), steps.end(),
                        [](const auto& step) { return step.say != Say::kDecision; });
  auto other = steps;
  std::stable_sort(other.begin(), other.end(), [](const auto& a, const auto& b) {
    const auto rank = [](const FamilyStep& step) {
      return step.agency == "desk"     ? 3
             : step.agency == "school" ? 0
             : step.agency == "police" ? 2
                                       : 1;
    };
    return rank(a) < rank(b);
  });
  Log(steps);
  Engine one;
  Engine two;
  for (const FamilyStep& step : steps) one.Take(step);
  for (const FamilyStep& step : other) two.Take(step);
  if (one.Standings(steps) != two.Standings(steps)) {
    RC_FAIL("stand\n" + Told(one.Standings(steps)) + "and in the other order\n" +
            Told(two.Standings(steps)));
  }
}

FamilyStep LivesIn(const char* id, const Known& who, const Known& home) {
  FamilyStep step;
  step.say = Say::kAddress;
  step.id = id;
  step.agency = home.agency;
  step.subjects = {who, home};
  step.year = 2010;
  step.recorded = 2015;
  return step;
}

FamilyStep Decides(const char* id, const char* decision, const Known& first, const Known& second) {
  FamilyStep step;
  step.say = Say::kDecision;
  step.id = id;
  step.agency = "desk";
  step.subjects = {first, second};
  step.decision = decision;
  step.year = 2010;
  step.recorded = 2015;
  return step;
}

// The record that it names then is not the one under which both homes are known: those who live in
// the other are the child's siblings none the less.
TEST(OneFamily, AContactSplitOffToAHomeThatIsPartOfAnotherBringsItsChildToBoth) {
  FamilyStep call;
  call.id = "K1";
  call.agency = "police";
  call.subjects = {{"police", "child-0"}};
  call.kind = "domestic_abuse_callout";
  call.year = 2010;
  call.recorded = 2015;
  const Known home{"police", "household-0"};
  const Known same{"health", "household-1"};
  FamilyStep split = Decides("K6", "split", {"police", "household-2"}, same);
  split.of = "K4";
  split.of_agency = "police";
  const std::vector<FamilyStep> steps = {
      call,
      LivesIn("K2", {"police", "child-0"}, home),
      LivesIn("K3", {"health", "adult-0"}, same),
      LivesIn("K4", {"police", "child-1"}, {"police", "household-2"}),
      Decides("K5", "same", home, same),
      split};
  Engine engine;
  SlowFamily slow;
  for (const FamilyStep& step : steps) {
    EXPECT_TRUE(engine.Take(step)) << step.id << ": " << engine.reason();
    EXPECT_TRUE(slow.Take(step)) << step.id;
  }
  EXPECT_EQ(Told(engine.Standings(steps)), Told(slow.Standings()));
}

TEST(AnyFamilies, DidWhatThePropertiesAreAbout) {
  for (const char* what : {"same", "undo_same", "not_same", "split", "subject", "linked", "flow",
                           "relation", "on nobody"}) {
    EXPECT_GT(met[what], 10U) << what;
  }
}

}  // namespace
}  // namespace throughline::intake
