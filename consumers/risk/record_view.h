#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "consumers/risk/compiled_rules.h"
#include "consumers/risk/evaluate.h"
#include "consumers/risk/kept_record.h"
#include "engine/contact/read_contact.h"

// A child's record prepared for one evaluation. Internal to the folder. Threads: one.
namespace throughline::risk {

class RecordView {
 public:
  // `kept` is of this child, these rules and this setting, and must outlive it; it is extended
  // here.
  RecordView(const CompiledRules& rules, const Child& child, Millis at, const Setting& setting,
             KeptRecord& kept);

  const std::vector<Fact>& facts() const { return kept_.facts; }
  const Fact& fact(std::size_t index) const { return kept_.facts[index]; }
  // Whether a rule can speak at all: a contact of each set of kinds is there.
  bool Has(const std::vector<KindSet>& needs) const { return HasEach(needs, kept_.kinds); }

  // All of these take conditions that stand in a rule itself, not those within another condition.

  // `anchor` is the fact to which a link without a target of its own must lead.
  bool Passes(const ContactCondition& condition, std::size_t index,
              std::optional<std::size_t> anchor) const;
  bool PassesAny(const std::vector<ContactCondition>& conditions, std::size_t index,
                 std::optional<std::size_t> anchor) const;
  // The facts that pass, in order of time. Only for conditions that need no anchor. Lives as long
  // as the view.
  const std::vector<std::size_t>& Passing(const ContactCondition& condition) const;
  // Every fact that passes with some anchor, in order of time, and perhaps others: whoever looks
  // for facts that pass need look at no more. Lives as long as the view.
  const std::vector<std::size_t>& Candidates(const ContactCondition& condition) const;
  // The same for facts that pass any of several.
  std::vector<std::size_t> CandidatesOfAny(const std::vector<ContactCondition>& conditions) const;
  // Of facts in order of time, the first that can have happened at or after an instant.
  std::vector<std::size_t>::const_iterator NotBefore(const std::vector<std::size_t>& facts,
                                                     Millis instant) const;
  // The facts that name it by a link or a reference, in order of time. Lives as long as the view.
  const std::vector<std::size_t>& Naming(std::size_t index) const;
  // Those for which Linked holds with it, and what names the same as it; some twice, itself too.
  std::vector<std::size_t> LinkedTo(std::size_t index) const;
  // Those that lead to it over at most so many links, references or contacts of one plan.
  std::vector<std::size_t> LeadingTo(std::size_t index, std::size_t links) const;

  // Whether either names the other as a target.
  bool Linked(std::size_t a, std::size_t b) const;
  bool Names(std::size_t from, std::size_t to) const;
  // Whether that names this fact's contact, or a correction that is read beside it, or what it
  // stands for as its correction.
  bool IsNamedBy(const contact::Target& name, std::size_t index) const;
  // The contacts of a kind to which one leads by its links and references, at once or over others,
  // but not over another of that kind.
  std::vector<std::size_t> LeadsTo(std::size_t from, std::size_t kind) const;

  // Whether `x` can have happened at or after `y`; whether it certainly happened after. Beside
  // their times one agency's own sequence and a link, which leads to an earlier contact, say which
  // came first.
  bool CanFollow(std::size_t x, std::size_t y) const;
  bool CertainlyAfter(std::size_t x, std::size_t y) const;

  // Whether the present has reached an instant; if not, the horizon is at most that instant.
  bool Reached(Millis instant);
  // The horizon met since the last call, and starts it anew.
  std::optional<Millis> TakeHorizon();

  const Calendar& CalendarOf(std::string_view jurisdiction) const;
  // The longest delay of the feeds that may still bring a contact from these agencies; of all feeds
  // for none.
  Millis DelayOf(const std::set<std::string, std::less<>>& agencies) const;

  // Whether all hold at the instant; the facts on which they rest are added to `evidence`. The
  // contact that is judged is what is known only where no other is.
  bool Hold(const std::vector<ChildCondition>& conditions, Millis instant, const Calendar& calendar,
            std::vector<std::size_t>& evidence, std::optional<std::size_t> judged = std::nullopt);

  Millis at() const { return at_; }

 private:
  // Of any condition, whatever it asks of links.
  bool PassesLinked(const ContactCondition& condition, std::size_t index,
                    std::optional<std::size_t> anchor) const;
  bool AnyLinked(const std::vector<ContactCondition>& conditions, std::size_t index,
                 std::optional<std::size_t> anchor) const;
  bool PassesLink(const ContactCondition& condition, std::size_t index,
                  std::optional<std::size_t> anchor) const;
  bool LinksTo(std::size_t from, std::size_t to) const;
  const std::vector<std::size_t>& OfSamePlan(std::size_t index) const;
  bool HoldsAge(const ChildCondition& condition, Millis instant) const;
  // Whether it lies longer back than the condition asks.
  bool Left(const ChildCondition& condition, std::size_t index, Millis instant,
            const Calendar& calendar) const;
  std::optional<std::size_t> LatestKnown(const ChildCondition& condition, Millis instant,
                                         const Calendar& calendar,
                                         std::optional<std::size_t> judged);
  const std::vector<std::size_t>& TargetsOf(std::size_t index) const;
  std::vector<std::size_t> Named(const contact::Target& name) const;
  // By what others may name it: as its contact, and what it also is named.
  std::vector<contact::Target> NamesOf(std::size_t index) const;
  using ByTarget = std::vector<std::pair<contact::Target, std::size_t>>;
  const ByTarget& Targets() const;

  const Setting& setting_;
  Millis at_;
  KeptRecord& kept_;
  mutable std::optional<ByTarget> by_target_;  // sorted; made when a link is met
  // By agency and its number of the plan; made when it is asked.
  mutable std::optional<
      std::map<std::pair<std::string_view, std::string>, std::vector<std::size_t>>>
      plans_;
  std::optional<Millis> horizon_;
  // Of conditions that ask for links and need no anchor, by condition id.
  mutable std::map<std::size_t, std::vector<std::size_t>> passing_by_link_;
  mutable std::vector<std::optional<std::vector<std::size_t>>> targets_;
  mutable std::vector<std::optional<std::vector<std::size_t>>> naming_;
};

}  // namespace throughline::risk
