#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "consumers/throughline/case/report.h"
#include "consumers/throughline/case/written_contacts.h"

namespace throughline::cases {
namespace {

// The last instant of a day, as an alert's instant can be.
bool IsByEndOf(Millis at, Day day) { return at < StartOfDay(day + 1); }

// How an alert meets what is wanted of it, as of its best change.
struct Match {
  std::size_t raised = 0;  // index
  Millis at = 0;
  std::string sentence;
  std::vector<std::string> found;
  std::vector<std::string> missing;
  bool in_time = false;
};

void Sort(const Expectation& expectation, const std::vector<std::string>& evidence, Match& match) {
  match.found.clear();
  match.missing.clear();
  for (const auto& target : expectation.evidence) {
    std::string name = Named(target);
    const bool has = std::find(evidence.begin(), evidence.end(), name) != evidence.end();
    (has ? match.found : match.missing).push_back(std::move(name));
  }
}

// The first change from which on the alert rests on all that is wanted; else the first with the
// most of it.
Match MatchOf(const Expectation& expectation, const Raised& raised, std::size_t index) {
  std::optional<Match> best;
  for (const auto& change : raised.changes) {
    Match match;
    match.raised = index;
    match.at = change.at;
    match.sentence = change.sentence;
    Sort(expectation, change.evidence, match);
    match.in_time = (!expectation.by || IsByEndOf(change.at, *expectation.by)) &&
                    (!expectation.from || change.at >= StartOfDay(*expectation.from));
    const auto merit = [](const Match& m) { return std::tuple(m.in_time, m.found.size()); };
    if (!best || merit(match) > merit(*best)) best = std::move(match);
  }
  return *best;
}

bool IsOf(const Expectation& expectation, const Raised& raised) {
  const auto& labels = raised.labels;
  return std::find(labels.begin(), labels.end(), expectation.child) != labels.end() &&
         (raised.rule == expectation.rule || (expectation.quiet && expectation.rule == kAnyRule));
}

std::string ClosingFault(const Expectation& expectation, const Raised& raised) {
  if (!expectation.closed) return "";
  if (!raised.closed) return "it did not close";
  if (!IsByEndOf(*raised.closed, *expectation.closed)) {
    return "it closed on " + FormatDay(DayOf(*raised.closed));
  }
  if (!expectation.closed_because.empty() && raised.closed_because != expectation.closed_because) {
    return "it closed as " + raised.closed_because;
  }
  return "";
}

// Exactly those that are wanted.
std::string AnswersFault(const Expectation& expectation, const Raised& raised) {
  if (!expectation.answered) return "";
  for (const contact::Target& wanted : *expectation.answered) {
    const bool holds =
        std::any_of(raised.answered.begin(), raised.answered.end(),
                    [&](const Raised::Answer& answer) { return answer.by == wanted; });
    if (!holds) return Named(wanted) + " is no answer that holds for it";
  }
  for (const Raised::Answer& answer : raised.answered) {
    if (!expectation.answered->contains(answer.by)) return Named(answer.by) + " answers it too";
  }
  return "";
}

std::string Fault(const Expectation& expectation, const Match& match, const Raised& raised) {
  const std::string day = FormatDay(DayOf(match.at));
  if (expectation.by && !IsByEndOf(match.at, *expectation.by)) return "raised late, on " + day;
  if (expectation.from && match.at < StartOfDay(*expectation.from)) {
    return "raised too soon, on " + day;
  }
  if (!match.missing.empty()) return "it does not rest on all of the evidence";
  std::string closing = ClosingFault(expectation, raised);
  return closing.empty() ? AnswersFault(expectation, raised) : closing;
}

Outcome JudgeRaised(const Expectation& expectation, std::vector<Raised>& raised) {
  Outcome outcome;
  outcome.expectation = expectation;
  std::optional<Match> best;
  std::string wrong;
  for (std::size_t i = 0; i < raised.size(); ++i) {
    if (!IsOf(expectation, raised[i])) continue;
    Match match = MatchOf(expectation, raised[i], i);
    std::string fault = Fault(expectation, match, raised[i]);
    const auto merit = [](const Match& m, const std::string& f) {
      return std::tuple(f.empty(), m.found.size(), m.in_time);
    };
    if (best && merit(match, fault) <= merit(*best, wrong)) continue;
    best = std::move(match);
    wrong = std::move(fault);
  }
  if (!best) {
    for (const auto& target : expectation.evidence) outcome.missing.push_back(Named(target));
    outcome.wrong = "not raised";
    return outcome;
  }
  Raised& nearest = raised[best->raised];
  nearest.expected = true;
  outcome.met = wrong.empty();
  outcome.wrong = std::move(wrong);
  outcome.raised = best->at;
  outcome.sentence = std::move(best->sentence);
  outcome.found = std::move(best->found);
  outcome.missing = std::move(best->missing);
  outcome.answered = nearest.answered;
  return outcome;
}

Outcome JudgeQuiet(const Expectation& expectation, const std::vector<Raised>& raised) {
  Outcome outcome;
  outcome.expectation = expectation;
  outcome.met = true;
  for (const auto& one : raised) {
    if (!IsOf(expectation, one) || one.resumed) continue;
    if (expectation.by && !IsByEndOf(one.opened, *expectation.by)) continue;
    if (expectation.from && one.opened < StartOfDay(*expectation.from)) continue;
    outcome.met = false;
    outcome.raised = one.opened;
    outcome.sentence = one.sentence;
    outcome.wrong = one.rule + " was raised on " + FormatDay(DayOf(one.opened));
    break;
  }
  return outcome;
}

// Which of a side's episodes the other side should have: those that a contact still on its way can
// explain are left out.
std::vector<const Raised*> Lasting(const std::vector<const Raised*>& episodes,
                                   Millis longest_delay) {
  std::vector<const Raised*> lasting;
  std::copy_if(
      episodes.begin(), episodes.end(), std::back_inserter(lasting), [&](const Raised* one) {
        return longest_delay == 0 || !one->closed || *one->closed - one->opened > longest_delay;
      });
  return lasting;
}

bool IsNear(Millis a, Millis b, Millis tolerance) { return (a > b ? a - b : b - a) <= tolerance; }

std::string Span(const Raised& one) {
  return FormatMinute(one.opened) + " to " + (one.closed ? FormatMinute(*one.closed) : "the end");
}

std::string Unlike(const Raised& live, const Raised& recorded, Millis tolerance) {
  const bool opened = IsNear(live.opened, recorded.opened, tolerance);
  const bool closed = live.closed.has_value() == recorded.closed.has_value() &&
                      (!live.closed || IsNear(*live.closed, *recorded.closed, tolerance));
  if (opened && closed) return "";
  return "live " + Span(live) + ", recorded lens " + Span(recorded);
}

}  // namespace

std::string Together(const std::vector<std::string>& labels) {
  if (labels.size() < 2) return labels.empty() ? "" : labels.front();
  return fmt::format("{} (also {})", labels.front(),
                     fmt::join(labels.begin() + 1, labels.end(), ", "));
}

bool CaseReport::Passed() const {
  return differences.empty() &&
         std::all_of(answered.begin(), answered.end(),
                     [](const auto& one) { return one.wrong.empty(); }) &&
         std::all_of(outcomes.begin(), outcomes.end(), [](const auto& one) { return one.met; });
}

void Judge(const std::vector<Expectation>& expectations, std::vector<Raised> raised,
           CaseReport& report) {
  for (const auto& expectation : expectations) {
    report.outcomes.push_back(expectation.quiet ? JudgeQuiet(expectation, raised)
                                                : JudgeRaised(expectation, raised));
  }
  for (auto& one : raised) {
    if (!one.expected) report.also_raised.push_back(std::move(one));
  }
}

std::vector<Difference> Compare(const std::vector<Raised>& live,
                                const std::vector<Raised>& recorded, Millis tolerance,
                                Millis longest_delay) {
  using Key = std::tuple<std::string, std::string, std::string>;
  struct Sides {
    std::vector<const Raised*> live;
    std::vector<const Raised*> recorded;
  };
  std::map<Key, Sides> all;
  for (const auto& one : live) all[{one.rule, one.child, one.anchor}].live.push_back(&one);
  for (const auto& one : recorded) {
    all[{one.rule, one.child, one.anchor}].recorded.push_back(&one);
  }
  std::vector<Difference> differences;
  for (auto& [key, sides] : all) {
    const auto& [rule, child, anchor] = key;
    if (sides.live.size() != sides.recorded.size()) {
      sides.live = Lasting(sides.live, longest_delay);
      sides.recorded = Lasting(sides.recorded, longest_delay);
    }
    const std::size_t most = std::max(sides.live.size(), sides.recorded.size());
    for (std::size_t i = 0; i < most; ++i) {
      std::string text;
      if (i >= sides.live.size()) {
        text = "only in the recorded lens, " + Span(*sides.recorded[i]);
      } else if (i >= sides.recorded.size()) {
        text = "only live, " + Span(*sides.live[i]);
      } else {
        text = Unlike(*sides.live[i], *sides.recorded[i], tolerance + longest_delay);
      }
      if (!text.empty()) differences.push_back({rule, child, anchor, std::move(text)});
    }
  }
  return differences;
}

}  // namespace throughline::cases
