#include "consumers/risk/evaluate.h"

#include <algorithm>
#include <utility>

#include "consumers/risk/families.h"
#include "consumers/risk/record_view.h"
#include "engine/base/check.h"

namespace throughline::risk {
namespace {

Findings Run(const CompiledRule& rule, RecordView& view) {
  if (const auto* clock = std::get_if<CompiledClock>(&rule.test)) {
    return RunClock(rule, *clock, view);
  }
  if (const auto* process = std::get_if<CompiledProcess>(&rule.test)) {
    return RunProcess(rule, *process, view);
  }
  return RunPattern(rule, std::get<CompiledPattern>(rule.test), view);
}

class Evaluator {
 public:
  Evaluator(const CompiledPolicy& policy, const Child& child, Millis at, const Setting& setting,
            KeptRecord& kept)
      : policy_(policy), kept_(kept), view_(policy.compiled(), child, at, setting, kept) {}

  Evaluation Run() {
    for (const std::size_t rule : RulesToRun()) RunRule(rule);
    kept_.all_touched = false;
    kept_.evaluated = view_.at();
    Evaluation evaluation;
    for (const auto& [rule, said] : kept_.said) {
      evaluation.episodes.insert(evaluation.episodes.end(), said.episodes.begin(),
                                 said.episodes.end());
      evaluation.ended.insert(evaluation.ended.end(), said.ended.begin(), said.ended.end());
      if (said.horizon && (!evaluation.next_due || *said.horizon < evaluation.next_due->at)) {
        evaluation.next_due = NextDue{*said.horizon, policy_.compiled().rules()[rule].id};
      }
    }
    return evaluation;
  }

 private:
  // Each once, in order.
  std::vector<std::size_t> RulesToRun() {
    std::vector<std::size_t> rules = std::move(kept_.touched);
    kept_.touched.clear();
    // Time only ever goes on; else what was said before its horizon may not hold.
    if (kept_.all_touched || !kept_.evaluated || view_.at() < *kept_.evaluated) {
      for (std::size_t i = 0; i < policy_.compiled().rules().size(); ++i) rules.push_back(i);
    }
    for (const auto& [rule, said] : kept_.said) {
      if (said.horizon && *said.horizon <= view_.at()) rules.push_back(rule);
    }
    std::sort(rules.begin(), rules.end());
    rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
    return rules;
  }

  void RunRule(std::size_t index) {
    kept_.said.Erase(index);
    const CompiledRule& rule = policy_.compiled().rules()[index];
    if (!view_.Has(rule.needs)) return;
    RuleSaid said = Take(index, risk::Run(rule, view_));
    said.horizon = view_.TakeHorizon();
    if (said.episodes.empty() && said.ended.empty() && !said.horizon) return;
    kept_.said[index] = std::move(said);
  }

  std::pair<std::string_view, std::string_view> AnchorKey(std::optional<std::size_t> fact) const {
    if (!fact) return {};
    const auto& source = *view_.fact(*fact).source;
    return {source.agency, source.contact_id};
  }

  std::optional<std::size_t> EntryOf(std::optional<std::size_t> fact) const {
    if (!fact) return std::nullopt;
    return view_.fact(*fact).entry;
  }

  RuleSaid Take(std::size_t rule, Findings findings) const {
    const auto by_anchor = [this](const auto& a, const auto& b) {
      return AnchorKey(a.anchor) < AnchorKey(b.anchor);
    };
    std::stable_sort(findings.holds.begin(), findings.holds.end(), by_anchor);
    std::stable_sort(findings.ended.begin(), findings.ended.end(), by_anchor);
    RuleSaid said;
    std::pair<std::string_view, std::string_view> last_anchor;
    for (auto& finding : findings.holds) {
      if (!said.episodes.empty() && last_anchor == AnchorKey(finding.anchor)) continue;
      last_anchor = AnchorKey(finding.anchor);
      said.episodes.push_back(EpisodeOf(rule, std::move(finding)));
    }
    for (const auto& end : findings.ended) {
      Ended& ended = said.ended.emplace_back(Ended{rule, EntryOf(end.anchor), end.ending, {}});
      for (const std::size_t index : end.of) ended.of.push_back(view_.fact(index).entry);
    }
    return said;
  }

  Episode EpisodeOf(std::size_t rule, Finding finding) const {
    std::sort(finding.evidence.begin(), finding.evidence.end());
    finding.evidence.erase(std::unique(finding.evidence.begin(), finding.evidence.end()),
                           finding.evidence.end());
    Episode episode;
    episode.rule = rule;
    episode.anchor = EntryOf(finding.anchor);
    episode.missing = std::move(finding.missing);
    episode.due = finding.due;
    episode.due_hidden = finding.due_hidden;
    episode.from_history = !finding.evidence.empty();
    for (const std::size_t index : finding.evidence) {
      const Fact& fact = view_.fact(index);
      episode.evidence.push_back(fact.entry);
      episode.from_history = episode.from_history && fact.history;
    }
    for (const std::size_t index : finding.told.empty() ? finding.evidence : finding.told) {
      episode.told.push_back(view_.fact(index).entry);
      episode.count += view_.fact(index).occurrences;
    }
    return episode;
  }

  const CompiledPolicy& policy_;
  KeptRecord& kept_;
  RecordView view_;
};

}  // namespace

std::string_view EndingText(Ending ending) {
  switch (ending) {
    case Ending::kSatisfied:
      return "satisfied";
    case Ending::kSatisfiedLate:
      return "satisfied_late";
    case Ending::kCleared:
      return "cleared";
    case Ending::kLapsed:
      return "lapsed";
  }
  CHECK(false);
}

bool ValidAt(const CompiledRule& rule, const Fact& fact) {
  return (!rule.valid_from || fact.when.latest >= *rule.valid_from) &&
         (!rule.valid_until || fact.when.latest < *rule.valid_until);
}

Evaluation Evaluate(const CompiledPolicy& policy, const Child& child, Millis at,
                    const Setting& setting) {
  Remembered nothing;
  return Evaluate(policy, child, at, setting, nothing);
}

Evaluation Evaluate(const CompiledPolicy& policy, const Child& child, Millis at,
                    const Setting& setting, Remembered& remembered) {
  return Evaluator(policy, child, at, setting, remembered.record()).Run();
}

Remembered::Remembered() : record_(std::make_unique<KeptRecord>()) {}
Remembered::~Remembered() = default;
Remembered::Remembered(Remembered&& other) noexcept = default;
Remembered& Remembered::operator=(Remembered&& other) noexcept = default;

void Remembered::KeepFirst(std::size_t same) {
  if (same < std::max(record_->entries, record_->person_entries)) *record_ = {};
}

bool IsChild(const Child& child, Remembered& remembered) {
  remembered.record().ExtendPerson(child);
  return remembered.record().person.IsChild();
}

std::size_t Remembered::bytes() const { return record_->bytes(); }

}  // namespace throughline::risk
