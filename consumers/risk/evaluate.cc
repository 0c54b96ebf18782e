#include "consumers/risk/evaluate.h"

#include <algorithm>
#include <set>
#include <tuple>

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
            Remembered& remembered)
      : policy_(policy), view_(policy.compiled(), child, at, setting, remembered) {}

  Evaluation Run() {
    const auto& rules = policy_.compiled().rules();
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!view_.Has(rules[i].needs)) continue;
      Findings findings = risk::Run(rules[i], view_);
      Take(i, std::move(findings));
      const auto horizon = view_.TakeHorizon();
      if (horizon && (!evaluation_.next_due || *horizon < evaluation_.next_due->at)) {
        evaluation_.next_due = NextDue{*horizon, rules[i].id};
      }
    }
    return std::move(evaluation_);
  }

 private:
  std::pair<std::string_view, std::string_view> AnchorKey(std::optional<std::size_t> fact) const {
    if (!fact) return {};
    const auto& source = *view_.fact(*fact).source;
    return {source.agency, source.contact_id};
  }

  std::optional<std::size_t> EntryOf(std::optional<std::size_t> fact) const {
    if (!fact) return std::nullopt;
    return view_.fact(*fact).entry;
  }

  void Take(std::size_t rule, Findings findings) {
    const auto by_anchor = [this](const auto& a, const auto& b) {
      return AnchorKey(a.anchor) < AnchorKey(b.anchor);
    };
    std::stable_sort(findings.holds.begin(), findings.holds.end(), by_anchor);
    std::stable_sort(findings.ended.begin(), findings.ended.end(), by_anchor);
    for (auto& finding : findings.holds) {
      if (!evaluation_.episodes.empty() && evaluation_.episodes.back().rule == rule &&
          last_anchor_ == AnchorKey(finding.anchor)) {
        continue;
      }
      last_anchor_ = AnchorKey(finding.anchor);
      evaluation_.episodes.push_back(EpisodeOf(rule, std::move(finding)));
    }
    for (const auto& end : findings.ended) {
      evaluation_.ended.push_back({rule, EntryOf(end.anchor), end.ending});
    }
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
    episode.from_history = !finding.evidence.empty();
    for (const std::size_t index : finding.evidence) {
      const Fact& fact = view_.fact(index);
      episode.evidence.push_back(fact.entry);
      episode.count += fact.occurrences;
      episode.from_history = episode.from_history && fact.history;
    }
    return episode;
  }

  const CompiledPolicy& policy_;
  RecordView view_;
  Evaluation evaluation_;
  std::pair<std::string_view, std::string_view> last_anchor_;
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
  return Evaluator(policy, child, at, setting, remembered).Run();
}

void Remembered::KeepFirst(std::size_t same) {
  said_.resize(std::min(said_.size(), same * conditions_));
}

}  // namespace throughline::risk
