#include <algorithm>
#include <bitset>
#include <map>
#include <set>
#include <string_view>

#include "consumers/risk/families.h"

// Patterns: several contacts in a window, counted only as far as their times prove it.
namespace throughline::risk {
namespace {

using Facts = std::vector<std::size_t>;

// What a pattern asks of each of its candidates, by fact, asked once.
class Asked {
 public:
  Asked(const CompiledPattern& pattern, const RecordView& view, const Facts& candidates)
      : steps_(pattern.steps.size(), std::vector<bool>(view.facts().size())) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      for (const std::size_t index : view.Passing(pattern.steps[i].contact)) {
        steps_[i][index] = true;
      }
    }
    if (pattern.distinct_agencies > 0) NumberAgencies(view, candidates);
    if (pattern.distinct_days > 0) {
      days_.resize(view.facts().size());
      for (const std::size_t index : candidates) {
        const Interval& when = view.fact(index).when;
        days_[index] = {DayOf(when.earliest), DayOf(when.latest)};
      }
    }
  }

  bool Passes(std::size_t step, std::size_t index) const { return steps_[step][index]; }
  // Only where the pattern asks for distinct ones.
  std::size_t agencies() const { return agencies_; }
  std::size_t Agency(std::size_t index) const { return agency_[index]; }
  Day FirstDay(std::size_t index) const { return days_[index].first; }
  Day LastDay(std::size_t index) const { return days_[index].second; }

 private:
  void NumberAgencies(const RecordView& view, const Facts& candidates) {
    std::map<std::string_view, std::size_t> numbers;
    agency_.resize(view.facts().size());
    for (const std::size_t index : candidates) {
      agency_[index] =
          numbers.try_emplace(view.fact(index).source->agency, numbers.size()).first->second;
    }
    agencies_ = numbers.size();
  }

  std::vector<std::vector<bool>> steps_;
  std::size_t agencies_ = 0;
  std::vector<std::size_t> agency_;
  std::vector<std::pair<Day, Day>> days_;
};

// How much of a pattern's demands a growing set of facts, added in order of time, has met.
class Tally {
 public:
  Tally(const CompiledPattern& pattern, const RecordView& view, const Asked& asked)
      : pattern_(pattern),
        view_(view),
        asked_(asked),
        counts_(pattern.steps.size()),
        agencies_(asked.agencies()) {}

  void Add(std::size_t index) {
    const Fact& fact = view_.fact(index);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (asked_.Passes(i, index)) counts_[i] += fact.occurrences;
    }
    if (pattern_.in_order) facts_.push_back(index);
    if (pattern_.distinct_kinds > 0) kinds_.set(fact.kind);
    if (pattern_.distinct_agencies > 0 && !agencies_[asked_.Agency(index)]) {
      agencies_[asked_.Agency(index)] = true;
      ++distinct_agencies_;
    }
    // Facts come by their latest instant, so taking each that starts on a later day gives the most
    // days that are certainly distinct.
    if (pattern_.distinct_days > 0 &&
        (days_ == 0 || (fact.when.earliest > kEarliest && asked_.FirstDay(index) > last_day_))) {
      ++days_;
      last_day_ = asked_.LastDay(index);
    }
  }

  bool Met() const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] < pattern_.steps[i].at_least) return false;
    }
    if (distinct_agencies_ < pattern_.distinct_agencies) return false;
    if (kinds_.count() < pattern_.distinct_kinds) return false;
    if (days_ < pattern_.distinct_days) return false;
    return !pattern_.in_order || MetInOrder();
  }

 private:
  // Each step in turn takes the first contacts that certainly come after all that the step before
  // took; taking the first is best, because it leaves most to the steps behind.
  bool MetInOrder() const {
    Facts before;
    for (std::size_t i = 0; i < pattern_.steps.size(); ++i) {
      const CompiledStep& step = pattern_.steps[i];
      Facts taken;
      std::uint64_t count = 0;
      for (const std::size_t index : facts_) {
        if (count >= step.at_least) break;
        if (!asked_.Passes(i, index)) continue;
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
  const Asked& asked_;
  Facts facts_;
  std::vector<std::uint64_t> counts_;
  std::vector<bool> agencies_;
  std::size_t distinct_agencies_ = 0;
  std::bitset<kMostKinds + 1> kinds_;
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
      const bool cleared = std::any_of(clearing.begin(), clearing.end(), [&](std::size_t by) {
        return by != index && view_.CanFollow(by, index);
      });
      if (!cleared) candidates.push_back(index);
      if (!cleared) continue;
      if (pattern_.anchored) findings_.ended.push_back({index, Ending::kCleared});
      endings_[index] = Ending::kCleared;
    }
    return candidates;
  }

  // Without an anchor: every window that starts at a candidate and meets the demands speaks; the
  // episode rests on all of them, and is told of the one that ends last.
  void JudgeChild() {
    std::vector<bool> evidence(view_.facts().size());
    std::set<Facts> seen;
    const Facts* told = nullptr;
    Finding finding;
    for (const std::size_t first : candidates_) {
      const auto [place, fresh] = seen.insert(WindowFrom(first));
      if (!fresh) continue;
      const Facts& window = *place;
      const auto completed = Completed(window);
      if (!completed || !ValidAt(rule_, view_.fact(*completed))) continue;
      const Interval& then = view_.fact(*completed).when;
      Facts known = window;
      if (!view_.Hold(pattern_.only_while, then.latest, calendar_, known)) continue;
      Millis due = 0;
      if (!Speaks(window, *completed, due)) continue;
      for (const std::size_t index : known) evidence[index] = true;
      if (told != nullptr && !EndsLater(window, *told)) continue;
      told = &window;
      finding.due = due;
      finding.due_hidden = view_.fact(*completed).source->fact_masked;
    }
    if (told == nullptr) return AddEndings();
    for (std::size_t i = 0; i < evidence.size(); ++i) {
      if (evidence[i]) finding.evidence.push_back(i);
    }
    finding.told = *told;
    finding.missing = Missing(finding.due);
    findings_.holds.push_back(std::move(finding));
  }

  // Whether a window that meets the demands does; if not, what it ended by is that of its contacts.
  bool Speaks(const Facts& window, std::size_t completed, Millis& due) {
    const auto end = [&](Ending ending) {
      for (const std::size_t index : window) endings_[index] = ending;
      return false;
    };
    if (Lapsed(window.back())) return end(Ending::kLapsed);
    const Millis since = pattern_.in_order ? view_.fact(completed).when.earliest : FirstOf(window);
    const Absence absence = Look(since, completed, std::nullopt, due);
    if (absence == Absence::kCame) return end(Ending::kSatisfied);
    if (absence == Absence::kCameLate) return end(Ending::kSatisfiedLate);
    return absence == Absence::kAbsent;
  }

  void AddEndings() {
    std::map<Ending, Facts> by_ending;
    for (const auto& [index, ending] : endings_) by_ending[ending].push_back(index);
    for (auto& [ending, facts] : by_ending) {
      findings_.ended.push_back({std::nullopt, ending, std::move(facts)});
    }
  }

  // Of two that end with the same contact the fuller one.
  static bool EndsLater(const Facts& window, const Facts& than) {
    return std::pair(window.back(), window.size()) > std::pair(than.back(), than.size());
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
    Tally tally(pattern_, view_, asked_);
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
    Finding finding{anchor, window, Missing(due), due, fact.source->fact_masked, std::move(window)};
    if (!view_.Hold(pattern_.only_while, fact.when.latest, calendar_, finding.evidence)) {
      return;
    }
    findings_.holds.push_back(std::move(finding));
  }

  // What certainly lies in one window that begins with `first`, in order of time.
  Facts WindowFrom(std::size_t first) const {
    if (!pattern_.window) return candidates_;
    const Millis from = view_.fact(first).when.earliest;
    Facts window;
    if (from == kEarliest) return window;
    const Millis until = Deadline(from, *pattern_.window, calendar_);
    for (auto at = view_.NotBefore(candidates_, from); at != candidates_.end(); ++at) {
      const Interval& when = view_.fact(*at).when;
      if (when.latest > until) break;
      if (when.earliest >= from) window.push_back(*at);
    }
    return window;
  }

  // The contact with which the demands are first met.
  std::optional<std::size_t> Completed(const Facts& window) const {
    Tally tally(pattern_, view_, asked_);
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
