#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "consumers/risk/families.h"
#include "consumers/risk/pattern_tally.h"

// Patterns: several contacts in a window, counted only as far as their times prove it.
namespace throughline::risk {
namespace {

// A run of the candidates, by their places, but for those that may lie before it.
struct Window {
  Millis from = kEarliest;
  std::size_t begin = 0;
  std::size_t end = 0;
  Ending ended = Ending::kSatisfied;  // of one that is over
};

// Of windows that overlap, each place is taken once: a flood of contacts makes as many windows, of
// which each holds nearly all.
class Places {
 public:
  explicit Places(std::size_t size) : next_(size + 1) {
    std::iota(next_.begin(), next_.end(), std::size_t{0});
  }
  // The first from there on that was not taken.
  std::size_t NextFrom(std::size_t place) {
    while (next_[place] != place) {
      next_[place] = next_[next_[place]];
      place = next_[place];
    }
    return place;
  }
  void Take(std::size_t place) { next_[place] = place + 1; }

 private:
  std::vector<std::size_t> next_;
};

class PatternRun {
 public:
  PatternRun(const CompiledRule& rule, const CompiledPattern& pattern, RecordView& view)
      : rule_(rule),
        pattern_(pattern),
        view_(view),
        calendar_(view.CalendarOf(rule.jurisdiction)),
        absent_(view.CandidatesOfAny(pattern.absent)),
        candidates_(Candidates()),
        asked_(pattern, view, candidates_) {
    std::set<std::string, std::less<>> agencies;
    bool any_agency = false;
    for (const auto& condition : pattern_.absent) {
      any_agency = any_agency || condition.agencies.empty();
      agencies.insert(condition.agencies.begin(), condition.agencies.end());
    }
    if (any_agency) agencies.clear();
    delay_of_absent_ = view_.DelayOf(agencies);
  }

  Findings Run() {
    if (pattern_.anchored) {
      for (const std::size_t anchor : candidates_) {
        if (asked_.Passes(pattern_.steps.size() - 1, anchor)) JudgeAnchor(anchor);
      }
    } else {
      JudgeChild();
    }
    return std::move(findings_);
  }

 private:
  Facts Candidates() {
    Facts all;
    for (const auto& step : pattern_.steps) {
      const Facts& passing = view_.Passing(step.contact);
      all.insert(all.end(), passing.begin(), passing.end());
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    Facts clearing;
    for (const std::size_t i : view_.CandidatesOfAny(pattern_.cleared_by)) {
      if (view_.PassesAny(pattern_.cleared_by, i, std::nullopt)) clearing.push_back(i);
    }
    Facts candidates;
    for (const std::size_t index : all) {
      const auto by = std::find_if(clearing.rbegin(), clearing.rend(), [&](std::size_t one) {
        return one != index && view_.CanFollow(one, index);
      });
      if (by == clearing.rend()) {
        candidates.push_back(index);
        continue;
      }
      cleared_ = std::max(cleared_, view_.fact(*by).when.earliest);
      if (pattern_.anchored) findings_.ended.push_back({index, Ending::kCleared});
      endings_[index] = Ending::kCleared;
    }
    return candidates;
  }

  // Without an anchor: every window that starts at a candidate and meets the demands speaks; the
  // episode rests on all of them, and is told of the one that ends last.
  void JudgeChild() {
    std::set<Millis> seen;
    std::vector<Window> speaking;
    std::size_t told = 0;
    Finding finding;
    if (!CanBeMet()) return AddEndings();
    for (const std::size_t first : candidates_) {
      const Window window = WindowFrom(first);
      const bool alone = pattern_.window && window.from == kEarliest;
      if (!alone && !seen.insert(window.from).second) continue;
      const auto completed = Completed(window);
      if (!completed || !ValidAt(rule_, view_.fact(*completed))) continue;
      const Fact& fact = view_.fact(*completed);
      Facts known;
      if (!view_.Hold(pattern_.only_while, fact.when.latest, calendar_, known, *completed))
        continue;
      Millis due = 0;
      if (!Speaks(window, *completed, due)) continue;
      finding.evidence.insert(finding.evidence.end(), known.begin(), known.end());
      speaking.push_back(window);
      if (speaking.size() > 1 && !EndsLater(window, speaking[told])) continue;
      told = speaking.size() - 1;
      finding.due = due;
      finding.due_hidden = fact.source->fact_masked;
    }
    if (speaking.empty()) return AddEndings();
    EachOnce(speaking,
             [&](std::size_t index, const Window&) { finding.evidence.push_back(index); });
    finding.told = FactsIn(speaking[told]);
    finding.missing = Missing(finding.due);
    findings_.holds.push_back(std::move(finding));
  }

  // Whether all candidates together meet what no order is asked of: else no window does.
  bool CanBeMet() const {
    Tally tally(pattern_, view_, asked_);
    return std::any_of(candidates_.begin(), candidates_.end(), [&](std::size_t index) {
      tally.Add(index);
      return tally.MetInAnyOrder();
    });
  }

  // Whether a window that meets the demands does; if not, what it ended by is that of its contacts.
  bool Speaks(const Window& window, std::size_t completed, Millis& due) {
    const auto end = [&](Ending ending) {
      over_.push_back(window);
      over_.back().ended = ending;
      return false;
    };
    if (Lapsed(LastOf(window))) return end(Ending::kLapsed);
    const Millis since = pattern_.in_order ? view_.fact(completed).when.earliest : FirstOf(window);
    const Absence absence = Look(since, completed, std::nullopt, due);
    if (absence == Absence::kCame) return end(Ending::kSatisfied);
    if (absence == Absence::kCameLate) return end(Ending::kSatisfiedLate);
    return absence == Absence::kAbsent;
  }

  // What several windows hold ended by what the last of them did.
  void AddEndings() {
    std::reverse(over_.begin(), over_.end());
    EachOnce(over_,
             [&](std::size_t index, const Window& window) { endings_[index] = window.ended; });
    std::map<Ending, Facts> by_ending;
    for (const auto& [index, ending] : endings_) by_ending[ending].push_back(index);
    for (auto& [ending, facts] : by_ending) {
      findings_.ended.push_back({std::nullopt, ending, std::move(facts)});
    }
  }

  // Of two that end with the same contact the one that begins sooner, which is the fuller.
  bool EndsLater(const Window& window, const Window& than) const {
    const std::size_t last = LastOf(window);
    const std::size_t other = LastOf(than);
    return last > other || (last == other && window.from < than.from);
  }

  void JudgeAnchor(std::size_t anchor) {
    const Fact& fact = view_.fact(anchor);
    if (!ValidAt(rule_, fact)) return;
    Facts window;
    const Millis from =
        pattern_.window ? Back(fact.when.latest, *pattern_.window, calendar_) : kEarliest;
    for (auto at = view_.NotBefore(candidates_, from); at != candidates_.end(); ++at) {
      if (*at > anchor) break;
      if (!pattern_.window || view_.fact(*at).when.earliest >= from) window.push_back(*at);
    }
    if (window.empty() || window.back() != anchor) return;
    if (!IsMetBy(window)) return;
    if (Lapsed(anchor)) {
      findings_.ended.push_back({anchor, Ending::kLapsed});
      return;
    }
    Millis due = 0;
    const Absence absence = Look(fact.when.earliest, anchor, anchor, due);
    if (absence == Absence::kCame) findings_.ended.push_back({anchor, Ending::kSatisfied});
    if (absence == Absence::kCameLate) findings_.ended.push_back({anchor, Ending::kSatisfiedLate});
    if (absence != Absence::kAbsent) return;
    Finding finding{anchor, window, Missing(due), due, fact.source->fact_masked, std::move(window)};
    if (!view_.Hold(pattern_.only_while, fact.when.latest, calendar_, finding.evidence, anchor)) {
      return;
    }
    findings_.holds.push_back(std::move(finding));
  }

  bool IsMetBy(const Facts& window) const {
    Tally tally(pattern_, view_, asked_);
    for (const std::size_t index : window) {
      tally.Add(index);
      if (!pattern_.in_order && tally.MetInAnyOrder()) return true;
    }
    return tally.Met();
  }

  // What certainly lies in one window that begins with `first`, in order of time.
  Window WindowFrom(std::size_t first) const {
    if (!pattern_.window) return {kEarliest, 0, candidates_.size()};
    const Millis from = view_.fact(first).when.earliest;
    if (from == kEarliest) return Alone(first);
    const Millis until = Deadline(from, *pattern_.window, calendar_);
    const auto begin = view_.NotBefore(candidates_, from);
    const auto end = std::partition_point(begin, candidates_.end(), [&](std::size_t index) {
      return view_.fact(index).when.latest <= until;
    });
    return {from, PlaceOf(begin), PlaceOf(end)};
  }

  // Of what nobody knows the beginning of, nothing else certainly lies in the window.
  Window Alone(std::size_t index) const {
    if (view_.fact(index).occurrences > 1) return {};
    const auto at = std::lower_bound(candidates_.begin(), candidates_.end(), index);
    return {kEarliest, PlaceOf(at), PlaceOf(at) + 1};
  }

  std::size_t PlaceOf(Facts::const_iterator candidate) const {
    return static_cast<std::size_t>(candidate - candidates_.begin());
  }

  bool IsIn(const Window& window, std::size_t place) const {
    return view_.fact(candidates_[place]).when.earliest >= window.from;
  }

  // Until one is enough.
  template <typename Enough>
  void EachIn(const Window& window, const Enough& enough) const {
    for (std::size_t place = window.begin; place < window.end; ++place) {
      if (IsIn(window, place) && enough(candidates_[place])) return;
    }
  }

  // What lies in any of the windows, with the first that holds it.
  template <typename Take>
  void EachOnce(const std::vector<Window>& windows, const Take& take) const {
    Places places(candidates_.size());
    for (const Window& window : windows) {
      for (std::size_t place = places.NextFrom(window.begin); place < window.end;
           place = places.NextFrom(place + 1)) {
        if (!IsIn(window, place)) continue;
        take(candidates_[place], window);
        places.Take(place);
      }
    }
  }

  Facts FactsIn(const Window& window) const {
    Facts facts;
    EachIn(window, [&](std::size_t index) {
      facts.push_back(index);
      return false;
    });
    return facts;
  }

  // The contact with which the demands are first met.
  std::optional<std::size_t> Completed(const Window& window) const {
    Tally tally(pattern_, view_, asked_);
    std::optional<std::size_t> completed;
    EachIn(window, [&](std::size_t index) {
      tally.Add(index);
      if (tally.Met()) completed = index;
      return completed.has_value();
    });
    return completed;
  }

  // Of one that is not empty.
  std::size_t LastOf(const Window& window) const {
    std::size_t place = window.end - 1;
    while (!IsIn(window, place)) --place;
    return candidates_[place];
  }

  Millis FirstOf(const Window& window) const {
    Millis first = kLatest;
    EachIn(window, [&](std::size_t index) {
      first = std::min(first, view_.fact(index).when.earliest);
      return first == window.from;
    });
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
    if (pattern_.absent_since) {
      from = std::max(Back(from, *pattern_.absent_since, calendar_), std::min(from, cleared_));
    }
    due = pattern_.absent_within
              ? Deadline(view_.fact(last).when.latest, *pattern_.absent_within, calendar_)
              : 0;
    std::optional<Absence> came;
    for (auto at = view_.NotBefore(absent_, from); at != absent_.end(); ++at) {
      const std::size_t i = *at;
      if (came == Absence::kCame) break;
      // What completes the pattern may be itself what it asks for, as a referral with all the signs
      // is, but where the question is what came after it.
      if (i == last && (anchor || pattern_.in_order)) continue;
      if (!view_.PassesAny(pattern_.absent, i, anchor)) continue;
      came = due == 0 || view_.fact(i).judged < due ? Absence::kCame : Absence::kCameLate;
    }
    if (came) return *came;
    if (due == 0) return Absence::kAbsent;
    return view_.Reached(due + delay_of_absent_) ? Absence::kAbsent : Absence::kPending;
  }

  std::vector<std::string> Missing(Millis due) const {
    if (pattern_.absent.empty() || pattern_.absent_what.empty()) return {};
    if (!pattern_.absent_within) return {pattern_.absent_what};
    return {DueText(pattern_.absent_what, *pattern_.absent_within, due, calendar_)};
  }

  const CompiledRule& rule_;
  const CompiledPattern& pattern_;
  RecordView& view_;
  const Calendar& calendar_;
  std::map<std::size_t, Ending> endings_;  // by fact
  Millis cleared_ = kEarliest;             // since when the count began anew
  std::vector<Window> over_;               // met the demands, and do not speak
  Findings findings_;
  const Facts absent_;  // what may be what is to be absent
  const Facts candidates_;
  const Asked asked_;
  Millis delay_of_absent_ = 0;
};

}  // namespace

Findings RunPattern(const CompiledRule& rule, const CompiledPattern& pattern, RecordView& view) {
  return PatternRun(rule, pattern, view).Run();
}

}  // namespace throughline::risk
