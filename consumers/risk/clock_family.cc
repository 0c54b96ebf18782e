#include <algorithm>

#include "consumers/risk/families.h"
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
        stopping_(view.CandidatesOfAny(clock.stopped_by)) {}

  Findings Run() {
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
  // The latest instant that is consistent with what is known, so that a clock never runs out early.
  // What started it, if not the anchor, is added to the evidence.
  std::optional<Millis> Start(std::size_t anchor, std::vector<std::size_t>& evidence) const {
    const Fact& fact = view_.fact(anchor);
    if (clock_.starts_recorded) return fact.judged;
    if (clock_.starts_at_path) return StatedStart(fact, *fact.contact);
    if (!clock_.starts_with_kind) return fact.when.latest;
    std::optional<std::size_t> first;
    for (const std::size_t i : view_.LeadsTo(anchor, *clock_.starts_with_kind)) {
      if (view_.CanFollow(anchor, i) && (!first || i < *first)) first = i;
    }
    if (!first) return fact.when.latest;
    evidence.push_back(*first);
    return std::min(fact.when.latest, view_.fact(*first).when.latest);
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

  std::vector<std::size_t> Satisfying(std::size_t anchor) const {
    std::vector<std::size_t> satisfying;
    Millis from = view_.fact(anchor).when.earliest;
    if (clock_.satisfied_from) from = Back(from, *clock_.satisfied_from, calendar_);
    const auto& candidates = view_.Candidates(clock_.satisfied_by);
    for (auto at = view_.NotBefore(candidates, from); at != candidates.end(); ++at) {
      const std::size_t i = *at;
      if (i == anchor) continue;
      if (!clock_.satisfied_from && !view_.CanFollow(i, anchor)) continue;
      if (!view_.Passes(clock_.satisfied_by, i, anchor)) continue;
      if (!clock_.by_link || view_.Linked(i, anchor)) satisfying.push_back(i);
    }
    return satisfying;
  }

  bool Stopped(std::size_t anchor) const {
    const auto from = view_.NotBefore(stopping_, view_.fact(anchor).when.earliest);
    return std::any_of(from, stopping_.end(), [&](std::size_t i) {
      return i != anchor && view_.CanFollow(i, anchor) &&
             view_.PassesAny(clock_.stopped_by, i, anchor);
    });
  }

  Millis Delay() const { return view_.DelayOf(clock_.satisfied_by.agencies); }

  void End(std::size_t anchor, Ending ending) { findings_.ended.push_back({anchor, ending}); }

  void Speak(std::size_t anchor, std::vector<std::size_t> evidence, Millis due, bool due_hidden) {
    std::string what =
        due_hidden ? clock_.what : DueText(clock_.what, clock_.within, due, calendar_);
    findings_.holds.push_back({anchor, std::move(evidence), {std::move(what)}, due, due_hidden});
  }

  void RunOnce(std::size_t anchor, Millis start, std::vector<std::size_t> evidence) {
    const Millis due = Deadline(start, clock_.within, calendar_);
    const auto satisfying = Satisfying(anchor);
    if (!satisfying.empty()) {
      const bool in_time = std::any_of(satisfying.begin(), satisfying.end(),
                                       [&](std::size_t i) { return view_.fact(i).judged < due; });
      return End(anchor, in_time ? Ending::kSatisfied : Ending::kSatisfiedLate);
    }
    if (Stopped(anchor)) return End(anchor, Ending::kCleared);
    const bool due_hidden = HidesStart(anchor, evidence);
    // What must hold at the deadline is known before it: where it does not, nothing is to come.
    if (!view_.Hold(clock_.only_while, due, calendar_, evidence)) return;
    if (!view_.Reached(due + Delay())) return;
    Speak(anchor, std::move(evidence), due, due_hidden);
  }

  void RunRepeating(std::size_t anchor, Millis start, std::vector<std::size_t> evidence) {
    if (Stopped(anchor)) return End(anchor, Ending::kCleared);
    std::optional<std::size_t> last;
    Millis latest = start;
    Millis due_before = Deadline(start, clock_.within, calendar_);
    for (const std::size_t i : Satisfying(anchor)) {
      if (view_.fact(i).when.latest < latest) continue;
      due_before = Deadline(latest, clock_.within, calendar_);
      latest = view_.fact(i).when.latest;
      last = i;
    }
    const Millis due = Deadline(latest, clock_.within, calendar_);
    if (!view_.Reached(due + Delay())) {
      if (!last) return;
      const bool in_time = view_.fact(*last).judged < due_before;
      return End(anchor, in_time ? Ending::kSatisfied : Ending::kSatisfiedLate);
    }
    const bool due_hidden =
        last ? view_.fact(*last).source->fact_masked : HidesStart(anchor, evidence);
    if (last) evidence.push_back(*last);
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
  std::vector<std::size_t> stopping_;  // what may stop it
  Findings findings_;
};

}  // namespace

Findings RunClock(const CompiledRule& rule, const CompiledClock& clock, RecordView& view) {
  return ClockRun(rule, clock, view).Run();
}

}  // namespace throughline::risk
