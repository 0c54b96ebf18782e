#include <algorithm>
#include <set>

#include "consumers/risk/families.h"

// Patterns: several contacts in a window, counted only as far as their times prove it.
namespace throughline::risk {
namespace {

using Facts = std::vector<std::size_t>;

// How much of a pattern's demands a growing set of facts, added in order of time, has met.
class Tally {
 public:
  Tally(const CompiledPattern& pattern, const RecordView& view)
      : pattern_(pattern), view_(view), counts_(pattern.steps.size()) {}

  void Add(std::size_t index) {
    facts_.push_back(index);
    const Fact& fact = view_.fact(index);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (view_.Passes(pattern_.steps[i].contact, index, std::nullopt)) {
        counts_[i] += fact.occurrences;
      }
    }
    agencies_.insert(fact.source->agency);
    kinds_.insert(fact.kind);
    // Facts come by their latest instant, so taking each that starts on a later day gives the most
    // days that are certainly distinct.
    if (days_ == 0 || (fact.when.earliest > kEarliest && DayOf(fact.when.earliest) > last_day_)) {
      ++days_;
      last_day_ = DayOf(fact.when.latest);
    }
  }

  bool Met() const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] < pattern_.steps[i].at_least) return false;
    }
    if (agencies_.size() < pattern_.distinct_agencies) return false;
    if (kinds_.size() < pattern_.distinct_kinds) return false;
    if (days_ < pattern_.distinct_days) return false;
    return !pattern_.in_order || MetInOrder();
  }

 private:
  // Each step in turn takes the first contacts that certainly come after all that the step before
  // took; taking the first is best, because it leaves most to the steps behind.
  bool MetInOrder() const {
    Facts before;
    for (const auto& step : pattern_.steps) {
      Facts taken;
      std::uint64_t count = 0;
      for (const std::size_t index : facts_) {
        if (count >= step.at_least) break;
        if (!view_.Passes(step.contact, index, std::nullopt)) continue;
        const bool after = std::all_of(before.begin(), before.end(), [&](std::size_t earlier) {
          return view_.CertainlyAfter(index, earlier);
        });
        if (!after) continue;
        count += view_.fact(index).occurrences;
        taken.push_back(index);
      }
      if (count < step.at_least) return false;
      before = std::move(taken);
    }
    return true;
  }

  const CompiledPattern& pattern_;
  const RecordView& view_;
  Facts facts_;
  std::vector<std::uint64_t> counts_;
  std::set<std::string, std::less<>> agencies_;
  std::set<std::size_t> kinds_;
  std::size_t days_ = 0;
  Day last_day_ = 0;
};

class PatternRun {
 public:
  PatternRun(const CompiledRule& rule, const CompiledPattern& pattern, RecordView& view)
      : rule_(rule),
        pattern_(pattern),
        view_(view),
        calendar_(view.CalendarOf(rule.jurisdiction)),
        absent_(view.CandidatesOfAny(pattern.absent)) {}

  Findings Run() {
    const Facts candidates = Candidates();
    if (pattern_.anchored) {
      for (const std::size_t anchor : candidates) {
        if (view_.Passes(pattern_.steps.back().contact, anchor, std::nullopt)) {
          JudgeAnchor(candidates, anchor);
        }
      }
    } else {
      JudgeChild(candidates);
    }
    return std::move(findings_);
  }

 private:
  Facts Candidates() {
    std::set<std::size_t> all;
    for (const auto& step : pattern_.steps) {
      for (const std::size_t index : view_.Passing(step.contact)) all.insert(index);
    }
    Facts clearing;
    for (const std::size_t i : view_.CandidatesOfAny(pattern_.cleared_by)) {
      if (view_.PassesAny(pattern_.cleared_by, i, std::nullopt)) clearing.push_back(i);
    }
    Facts candidates;
    for (const std::size_t index : all) {
      const bool cleared = std::any_of(clearing.begin(), clearing.end(), [&](std::size_t by) {
        return by != index && view_.CanFollow(by, index);
      });
      if (!cleared) candidates.push_back(index);
      if (!cleared) continue;
      any_cleared_ = true;
      if (pattern_.anchored) findings_.ended.push_back({index, Ending::kCleared});
    }
    return candidates;
  }

  // Without an anchor: every window that starts at a candidate and meets the demands speaks; the
  // episode rests on all of them.
  void JudgeChild(const Facts& candidates) {
    std::set<std::size_t> evidence;
    std::vector<std::size_t> known;
    std::set<Facts> seen;
    bool lapsed = false;
    std::optional<Ending> answered;
    Millis due = 0;
    for (const std::size_t first : candidates) {
      Facts window = WindowFrom(candidates, first);
      if (!seen.insert(window).second) continue;
      const auto completed = Completed(window);
      if (!completed || !ValidAt(rule_, view_.fact(*completed))) continue;
      if (Lapsed(window.back())) {
        lapsed = true;
        continue;
      }
      Millis due_here = 0;
      const Absence absence = Look(FirstOf(window), *completed, std::nullopt, due_here);
      if (absence == Absence::kCame) answered = Ending::kSatisfied;
      if (absence == Absence::kCameLate && !answered) answered = Ending::kSatisfiedLate;
      if (absence != Absence::kAbsent) continue;
      evidence.insert(window.begin(), window.end());
      if (due_here != 0) due = due == 0 ? due_here : std::min(due, due_here);
    }
    if (evidence.empty()) {
      if (answered) findings_.ended.push_back({std::nullopt, *answered});
      if (!answered && (any_cleared_ || lapsed)) {
        findings_.ended.push_back(
            {std::nullopt, any_cleared_ ? Ending::kCleared : Ending::kLapsed});
      }
      return;
    }
    known.assign(evidence.begin(), evidence.end());
    if (!view_.Hold(pattern_.only_while, {view_.at(), true}, calendar_, known)) return;
    findings_.holds.push_back({std::nullopt, std::move(known), Missing(), due});
  }

  void JudgeAnchor(const Facts& candidates, std::size_t anchor) {
    const Fact& fact = view_.fact(anchor);
    if (!ValidAt(rule_, fact)) return;
    Facts window;
    const Millis from =
        pattern_.window ? Back(fact.when.latest, *pattern_.window, calendar_) : kEarliest;
    for (const std::size_t index : candidates) {
      if (index > anchor) break;
      if (!pattern_.window || view_.fact(index).when.earliest >= from) window.push_back(index);
    }
    if (window.empty() || window.back() != anchor) return;
    Tally tally(pattern_, view_);
    for (const std::size_t index : window) tally.Add(index);
    if (!tally.Met()) return;
    if (Lapsed(anchor)) {
      findings_.ended.push_back({anchor, Ending::kLapsed});
      return;
    }
    Millis due = 0;
    const Absence absence = Look(fact.when.earliest, anchor, anchor, due);
    if (absence == Absence::kCame) findings_.ended.push_back({anchor, Ending::kSatisfied});
    if (absence == Absence::kCameLate) findings_.ended.push_back({anchor, Ending::kSatisfiedLate});
    if (absence != Absence::kAbsent) return;
    if (!view_.Hold(pattern_.only_while, {fact.when.latest, false}, calendar_, window)) return;
    findings_.holds.push_back({anchor, std::move(window), Missing(), due});
  }

  // What certainly lies in one window that begins with `first`, in order of time.
  Facts WindowFrom(const Facts& candidates, std::size_t first) const {
    if (!pattern_.window) return candidates;
    const Millis from = view_.fact(first).when.earliest;
    Facts window;
    if (from == kEarliest) return window;
    const Millis until = Deadline(from, *pattern_.window, calendar_);
    for (const std::size_t index : candidates) {
      const Interval& when = view_.fact(index).when;
      if (when.earliest >= from && when.latest <= until) window.push_back(index);
    }
    return window;
  }

  // The contact with which the demands are first met.
  std::optional<std::size_t> Completed(const Facts& window) const {
    Tally tally(pattern_, view_);
    for (const std::size_t index : window) {
      tally.Add(index);
      if (tally.Met()) return index;
    }
    return std::nullopt;
  }

  Millis FirstOf(const Facts& window) const {
    Millis first = kLatest;
    for (const std::size_t index : window) {
      first = std::min(first, view_.fact(index).when.earliest);
    }
    return first;
  }

  bool Lapsed(std::size_t last) {
    return pattern_.lapses_after &&
           view_.Reached(Deadline(view_.fact(last).when.latest, *pattern_.lapses_after, calendar_));
  }

  enum class Absence { kAbsent, kCame, kCameLate, kPending };

  // Whether what should have come is absent since `from`, once the time for it after `last` is
  // over.
  Absence Look(Millis from, std::size_t last, std::optional<std::size_t> anchor, Millis& due) {
    if (pattern_.absent.empty()) return Absence::kAbsent;
    if (pattern_.absent_since) from = Back(from, *pattern_.absent_since, calendar_);
    std::set<std::string, std::less<>> agencies;
    bool any_agency = false;
    for (const auto& condition : pattern_.absent) {
      any_agency = any_agency || condition.agencies.empty();
      agencies.insert(condition.agencies.begin(), condition.agencies.end());
    }
    due = pattern_.absent_within
              ? Deadline(view_.fact(last).when.latest, *pattern_.absent_within, calendar_)
              : 0;
    std::optional<Absence> came;
    for (const std::size_t i : absent_) {
      if (came == Absence::kCame) break;
      if (i == last || view_.fact(i).when.latest < from) continue;
      if (!view_.PassesAny(pattern_.absent, i, anchor)) continue;
      came = due == 0 || view_.fact(i).judged < due ? Absence::kCame : Absence::kCameLate;
    }
    if (came) return *came;
    if (due == 0) return Absence::kAbsent;
    if (any_agency) agencies.clear();
    return view_.Reached(due + view_.DelayOf(agencies)) ? Absence::kAbsent : Absence::kPending;
  }

  std::vector<std::string> Missing() const {
    if (pattern_.absent.empty() || pattern_.absent_what.empty()) return {};
    return {pattern_.absent_what};
  }

  const CompiledRule& rule_;
  const CompiledPattern& pattern_;
  RecordView& view_;
  const Calendar& calendar_;
  std::vector<std::size_t> absent_;  // what may be what is to be absent
  bool any_cleared_ = false;
  Findings findings_;
};

}  // namespace

Findings RunPattern(const CompiledRule& rule, const CompiledPattern& pattern, RecordView& view) {
  return PatternRun(rule, pattern, view).Run();
}

}  // namespace throughline::risk
