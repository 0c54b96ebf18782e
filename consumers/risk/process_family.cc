#include <algorithm>
#include <map>

#include "consumers/risk/families.h"

// Processes: a step that is missing, or that comes too soon.
namespace throughline::risk {
namespace {

class ProcessRun {
 public:
  ProcessRun(const CompiledRule& rule, const CompiledProcess& process, RecordView& view)
      : rule_(rule),
        process_(process),
        view_(view),
        calendar_(view.CalendarOf(rule.jurisdiction)),
        clearing_(view.CandidatesOfAny(process.cleared_by)) {}

  Findings Run() {
    for (const std::size_t anchor : view_.Passing(process_.anchor)) {
      if (ValidAt(rule_, view_.fact(anchor))) Judge(anchor);
    }
    return std::move(findings_);
  }

 private:
  enum class Presence { kThere, kThereLate, kMissing, kPending };

  void Judge(std::size_t anchor) {
    Finding finding{anchor, {anchor}, {}, 0, view_.fact(anchor).source->fact_masked};
    if (!view_.Hold(process_.only_while, view_.fact(anchor).when.latest, calendar_,
                    finding.evidence, anchor)) {
      return;
    }
    bool pending = false;
    bool late = false;
    for (const auto& expected : process_.expected) {
      Millis due = 0;
      const Presence presence = Look(expected, anchor, due);
      pending = pending || presence == Presence::kPending;
      late = late || presence == Presence::kThereLate;
      if (presence != Presence::kMissing) continue;
      finding.missing.push_back(expected.within
                                    ? DueText(expected.what, *expected.within, due, calendar_)
                                    : expected.what);
      if (due != 0) finding.due = finding.due == 0 ? due : std::min(finding.due, due);
    }
    for (const auto& unfinished : process_.unfinished) {
      if (AddOpen(unfinished, anchor, finding.evidence)) finding.missing.push_back(unfinished.what);
    }
    for (const auto& shortfall : process_.shortfalls) {
      if (view_.Passes(shortfall.contact, anchor, anchor))
        finding.missing.push_back(shortfall.what);
    }
    if (finding.missing.size() < process_.at_least) {
      if (pending) return;
      findings_.ended.push_back({anchor, late ? Ending::kSatisfiedLate : Ending::kSatisfied});
      return;
    }
    Close(std::move(finding), anchor);
  }

  void Close(Finding finding, std::size_t anchor) {
    const Millis happened = view_.fact(anchor).when.earliest;
    for (auto at = view_.NotBefore(clearing_, happened); at != clearing_.end(); ++at) {
      const std::size_t i = *at;
      if (i == anchor || !view_.CanFollow(i, anchor)) continue;
      if (!view_.PassesAny(process_.cleared_by, i, anchor)) continue;
      findings_.ended.push_back({anchor, Ending::kCleared});
      return;
    }
    if (process_.lapses_after && view_.Reached(Deadline(view_.fact(anchor).when.latest,
                                                        *process_.lapses_after, calendar_))) {
      findings_.ended.push_back({anchor, Ending::kLapsed});
      return;
    }
    findings_.holds.push_back(std::move(finding));
  }

  Presence Look(const CompiledExpected& expected, std::size_t anchor, Millis& due) {
    const Fact& at = view_.fact(anchor);
    const Millis from =
        expected.since ? Back(at.when.earliest, *expected.since, calendar_) : kEarliest;
    due = expected.within ? Deadline(at.when.latest, *expected.within, calendar_) : 0;
    std::optional<Presence> there;
    const auto& candidates = view_.Candidates(expected.contact);
    for (auto place = view_.NotBefore(candidates, from); place != candidates.end(); ++place) {
      const std::size_t i = *place;
      if (there == Presence::kThere) break;
      // Without a span of its own what is expected must be able to have come first.
      if (!expected.within && !view_.CanFollow(anchor, i)) continue;
      if (!view_.Passes(expected.contact, i, anchor)) continue;
      if (expected.by_link && !view_.Linked(i, anchor)) continue;
      there = due == 0 || view_.fact(i).judged < due ? Presence::kThere : Presence::kThereLate;
    }
    if (there) return *there;
    if (!expected.within) return Presence::kMissing;
    if (at.history) return Presence::kThere;  // history arms no clock
    return view_.Reached(due + view_.DelayOf(expected.contact.agencies)) ? Presence::kMissing
                                                                         : Presence::kPending;
  }

  bool AddOpen(const CompiledUnfinished& unfinished, std::size_t anchor,
               std::vector<std::size_t>& evidence) {
    const Millis from = unfinished.since
                            ? Back(view_.fact(anchor).when.latest, *unfinished.since, calendar_)
                            : kEarliest;
    bool any = false;
    for (const std::size_t i : view_.Candidates(unfinished.opened_by)) {
      if (i == anchor || view_.fact(i).when.earliest < from) continue;
      if (!view_.CanFollow(anchor, i) || !view_.Passes(unfinished.opened_by, i, anchor)) continue;
      if (Finished(unfinished, i)) continue;
      evidence.push_back(i);
      any = true;
    }
    return any;
  }

  // The same for each anchor.
  bool Finished(const CompiledUnfinished& unfinished, std::size_t opened) {
    const auto [known, fresh] = finished_.try_emplace({&unfinished, opened});
    if (fresh) known->second = Finishes(unfinished, opened);
    return known->second;
  }

  bool Finishes(const CompiledUnfinished& unfinished, std::size_t opened) const {
    if (unfinished.handovers) {
      const auto handovers = HandoversOf(*unfinished.handovers, unfinished.state, opened, view_);
      return std::all_of(handovers.begin(), handovers.end(), [&](const Handover& handover) {
        return handover.Reached(unfinished.state);
      });
    }
    if (!unfinished.finished_by) return false;
    for (const std::size_t i : view_.Candidates(*unfinished.finished_by)) {
      if (i == opened || !view_.Passes(*unfinished.finished_by, i, opened)) continue;
      if (view_.Linked(i, opened)) return true;
      if (unfinished.without_link && view_.CanFollow(i, opened)) return true;
    }
    return false;
  }

  const CompiledRule& rule_;
  const CompiledProcess& process_;
  RecordView& view_;
  const Calendar& calendar_;
  std::vector<std::size_t> clearing_;  // what may clear it
  std::map<std::pair<const CompiledUnfinished*, std::size_t>, bool> finished_;
  Findings findings_;
};

}  // namespace

Findings RunProcess(const CompiledRule& rule, const CompiledProcess& process, RecordView& view) {
  return ProcessRun(rule, process, view).Run();
}

}  // namespace throughline::risk
