#include <algorithm>
#include <map>

#include "consumers/risk/families.h"
#include "consumers/risk/for_anchors.h"
#include "engine/base/check.h"
#include "engine/chronology/marked.h"

// Clocks: something is due after something else.
namespace throughline::risk {
namespace {

class ClockRun {
 public:
  ClockRun(const CompiledRule& rule, const CompiledClock& clock, RecordView& view)
      : rule_(rule),
        clock_(clock),
        view_(view),
        calendar_(view.CalendarOf(rule.jurisdiction)),
        satisfying_(clock.satisfied_by, clock.by_link, view),
        stopping_(clock.stopped_by, false, view) {}

  Findings Run() {
    if (clock_.starts_with_kind) FollowLinks(*clock_.starts_with_kind);
    for (const std::size_t anchor : view_.Passing(clock_.anchor)) {
      const Fact& fact = view_.fact(anchor);
      if (fact.history || !ValidAt(rule_, fact)) continue;
      std::vector<std::size_t> evidence = {anchor};
      const auto start = Start(anchor, evidence);
      if (!start) continue;
      if (clock_.handovers) {
        RunHandovers(anchor, *start, std::move(evidence));
      } else if (clock_.repeating) {
        RunRepeating(anchor, *start, std::move(evidence));
      } else {
        RunOnce(anchor, *start, std::move(evidence));
      }
    }
    return std::move(findings_);
  }

 private:
  void FollowLinks(std::size_t kind) {
    for (const std::size_t anchor : view_.Passing(clock_.anchor)) {
      const auto& starts = leads_to_[anchor] = view_.LeadsTo(anchor, kind);
      for (const std::size_t start : starts) leading_to_[start].push_back(anchor);
    }
  }

  // The latest instant that is consistent with what is known, so that a clock never runs out early.
  // What started it, if not the anchor, is added to the evidence.
  std::optional<Millis> Start(std::size_t anchor, std::vector<std::size_t>& evidence) const {
    const Fact& fact = view_.fact(anchor);
    if (clock_.starts_recorded) return fact.judged;
    if (clock_.starts_at_path) return StatedStart(fact, *fact.contact);
    if (!clock_.starts_with_kind) return fact.when.latest;
    std::optional<std::size_t> first;
    for (const std::size_t i : leads_to_.at(anchor)) {
      if (!view_.CanFollow(anchor, i) || StartedEarlier(i, anchor)) continue;
      if (!first || i < *first) first = i;
    }
    if (!first) return fact.when.latest;
    evidence.push_back(*first);
    return std::min(fact.when.latest, view_.fact(*first).when.latest);
  }

  bool StartedEarlier(std::size_t start, std::size_t anchor) const {
    const auto& others = leading_to_.at(start);
    return std::any_of(others.begin(), others.end(),
                       [&](std::size_t other) { return view_.CertainlyAfter(anchor, other); });
  }

  // Whether when the clock of an anchor began, by what started it, would tell of what a mark hides.
  bool HidesStart(std::size_t anchor, const std::vector<std::size_t>& started_by) const {
    const bool any = std::any_of(started_by.begin(), started_by.end(),
                                 [&](std::size_t i) { return view_.fact(i).source->fact_masked; });
    if (any || !clock_.starts_at_path) return any;
    const Fact& fact = view_.fact(anchor);
    return !StatedStart(fact, *chronology::AsShown(*fact.source));
  }

  std::optional<Millis> StatedStart(const Fact& fact, const v1::Contact& contact) const {
    const google::protobuf::Message* message = &contact;
    const FieldChain* chain = &clock_.starts_of_envelope;
    if (chain->empty()) {
      if (fact.kind >= clock_.starts_of_detail.size()) return std::nullopt;
      chain = &clock_.starts_of_detail[fact.kind];
      if (chain->empty()) return std::nullopt;
      const auto* field =
          v1::Contact::descriptor()->FindFieldByNumber(static_cast<int>(contact.detail_case()));
      message = &contact.GetReflection()->GetMessage(contact, field);
    }
    for (const auto* field : *chain) {
      if (field->is_repeated() || !message->GetReflection()->HasField(*message, field)) {
        return std::nullopt;
      }
      message = &message->GetReflection()->GetMessage(*message, field);
    }
    const auto* time = dynamic_cast<const v1::UncertainTime*>(message);
    CHECK(time != nullptr);
    const auto interval = Implied(*time);
    if (!interval || interval->latest >= kLatest) return std::nullopt;
    return interval->latest;
  }

  // From when on something may satisfy an anchor, and whether it came first where it may not.
  Millis SatisfiedFrom(std::size_t anchor) const {
    const Millis happened = view_.fact(anchor).when.earliest;
    return clock_.satisfied_from ? Back(happened, *clock_.satisfied_from, calendar_) : happened;
  }
  bool MaySatisfy(std::size_t index, std::size_t anchor) const {
    return clock_.satisfied_from || view_.CanFollow(index, anchor);
  }

  // In time if anything that satisfies was written down before it was due.
  std::optional<Ending> Satisfied(std::size_t anchor, Millis due) const {
    const Millis from = SatisfiedFrom(anchor);
    const auto may = [&](std::size_t index) { return MaySatisfy(index, anchor); };
    if (satisfying_.AnyBefore(due, anchor, from, may)) return Ending::kSatisfied;
    if (!satisfying_.Last(1, anchor, from, may).empty()) return Ending::kSatisfiedLate;
    return std::nullopt;
  }

  bool Stopped(std::size_t anchor) const {
    const auto after = [&](std::size_t index) { return view_.CanFollow(index, anchor); };
    return !stopping_.Last(1, anchor, view_.fact(anchor).when.earliest, after).empty();
  }

  Millis Delay() const { return view_.DelayOf(clock_.satisfied_by.front().agencies); }

  void End(std::size_t anchor, Ending ending) { findings_.ended.push_back({anchor, ending}); }

  void Speak(std::size_t anchor, std::vector<std::size_t> evidence, Millis due, bool due_hidden) {
    std::string what =
        due_hidden ? clock_.what : DueText(clock_.what, clock_.within, due, calendar_);
    findings_.holds.push_back({anchor, std::move(evidence), {std::move(what)}, due, due_hidden});
  }

  void RunOnce(std::size_t anchor, Millis start, std::vector<std::size_t> evidence) {
    const Millis due = Deadline(start, clock_.within, calendar_);
    if (const auto ending = Satisfied(anchor, due)) return End(anchor, *ending);
    if (Stopped(anchor)) return End(anchor, Ending::kCleared);
    const bool due_hidden = HidesStart(anchor, evidence);
    // What must hold at the deadline is known before it: where it does not, nothing is to come.
    if (!view_.Hold(clock_.only_while, due, calendar_, evidence)) return;
    if (!view_.Reached(due + Delay())) return;
    Speak(anchor, std::move(evidence), due, due_hidden);
  }

  void RunRepeating(std::size_t anchor, Millis start, std::vector<std::size_t> evidence) {
    if (Stopped(anchor)) return End(anchor, Ending::kCleared);
    const auto satisfying =
        satisfying_.Last(2, anchor, std::max(SatisfiedFrom(anchor), start),
                         [&](std::size_t index) { return MaySatisfy(index, anchor); });
    // When the clock began anew, and when before that.
    const auto began = [&](std::size_t last) {
      return last < satisfying.size() ? view_.fact(satisfying[last]).when.latest : start;
    };
    const Millis due = Deadline(began(0), clock_.within, calendar_);
    if (!view_.Reached(due + Delay())) {
      if (satisfying.empty()) return;
      const Millis due_before = Deadline(began(1), clock_.within, calendar_);
      const bool in_time = view_.fact(satisfying.front()).judged < due_before;
      return End(anchor, in_time ? Ending::kSatisfied : Ending::kSatisfiedLate);
    }
    const bool due_hidden = satisfying.empty() ? HidesStart(anchor, evidence)
                                               : view_.fact(satisfying.front()).source->fact_masked;
    if (!satisfying.empty()) evidence.push_back(satisfying.front());
    if (!view_.Hold(clock_.only_while, due, calendar_, evidence)) return;
    Speak(anchor, std::move(evidence), due, due_hidden);
  }

  // The day that it asks for, if that counts.
  std::optional<Millis> StatedDue(const v1::Contact::Sharing& sharing) const {
    if (!clock_.stated_due || !sharing.has_due()) return std::nullopt;
    const auto stated = Implied(sharing.due());
    if (!stated || stated->latest >= kLatest) return std::nullopt;
    return stated->latest + 1;
  }

  Millis DueOf(const Handover& handover, Millis start) const {
    return StatedDue(*handover.sharing).value_or(Deadline(start, clock_.within, calendar_));
  }

  void AddMissing(const Handover& handover, std::size_t anchor, Millis due, Finding& finding) {
    const Fact& fact = view_.fact(anchor);
    const auto shown = chronology::AsShown(*fact.source);
    const bool stated = StatedDue(*handover.sharing).has_value();
    std::string missing = clock_.what + " (" + handover.Recipient(*shown) + ")";
    if (!stated) missing = DueText(missing, clock_.within, due, calendar_);
    auto& all = finding.missing;
    if (std::find(all.begin(), all.end(), missing) == all.end()) all.push_back(std::move(missing));
    if (due >= finding.due) return;
    finding.due = due;
    const auto* sharing = handover.In(*shown);
    finding.due_hidden =
        stated ? sharing == nullptr || !StatedDue(*sharing) : HidesStart(anchor, finding.evidence);
  }

  void RunHandovers(std::size_t anchor, Millis start, std::vector<std::size_t> evidence) {
    const auto handovers = HandoversOf(*clock_.handovers, clock_.state, anchor, view_);
    if (handovers.empty()) return;
    if (Stopped(anchor)) return End(anchor, Ending::kCleared);
    Finding finding{anchor, std::move(evidence), {}, kLatest};
    bool reached = true;
    bool in_time = true;
    for (const Handover& handover : handovers) {
      const Millis due = DueOf(handover, start);
      if (handover.Reached(clock_.state)) {
        in_time = in_time && handover.answered < due;
        continue;
      }
      reached = false;
      std::set<std::string, std::less<>> feed;
      if (handover.sharing->recipient().has_agency()) {
        feed.insert(handover.sharing->recipient().agency());
      } else {
        feed.insert(view_.fact(anchor).source->agency);
      }
      if (!view_.Reached(due + view_.DelayOf(feed))) continue;
      AddMissing(handover, anchor, due, finding);
    }
    if (reached) return End(anchor, in_time ? Ending::kSatisfied : Ending::kSatisfiedLate);
    if (finding.missing.empty()) return;
    if (!view_.Hold(clock_.only_while, finding.due, calendar_, finding.evidence)) return;
    findings_.holds.push_back(std::move(finding));
  }

  const CompiledRule& rule_;
  const CompiledClock& clock_;
  RecordView& view_;
  const Calendar& calendar_;
  const ForAnchors satisfying_;
  const ForAnchors stopping_;
  // Where a kind starts clocks: what of it each anchor leads to, and which anchors to each.
  std::map<std::size_t, std::vector<std::size_t>> leads_to_;
  std::map<std::size_t, std::vector<std::size_t>> leading_to_;
  Findings findings_;
};

}  // namespace

Findings RunClock(const CompiledRule& rule, const CompiledClock& clock, RecordView& view) {
  return ClockRun(rule, clock, view).Run();
}

}  // namespace throughline::risk
