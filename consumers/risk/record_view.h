#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "consumers/risk/compiled_rules.h"
#include "consumers/risk/evaluate.h"
#include "engine/contact/read_contact.h"

// A child's record prepared for one evaluation. Internal to the folder. Threads: one.
namespace throughline::risk {

// One contact that counts. Facts are numbered in order of time: by the latest instant that their
// times allow, then by the earliest, the sender's sequence, when they were recorded, agency and
// contact id; so the order of the entries does not matter.
struct Fact {
  std::size_t entry = 0;  // in Child::entries
  const v1::Contact* contact = nullptr;
  const chronology::Entry* source = nullptr;
  std::size_t kind = kMostKinds;  // kMostKinds: newer than this engine
  // When it happened; it cannot have happened after it was recorded or received.
  Interval when;
  Millis judged = 0;     // when it was recorded, never later than received
  bool history = false;  // and the lens minds
  std::uint32_t occurrences = 1;
};

// An instant at which something is judged: fixed, or the present, whose passing the horizon
// follows.
struct Instant {
  Millis value = 0;
  bool now = false;
};

class RecordView {
 public:
  // `remembered` is of this child and these rules, and must outlive it.
  RecordView(const CompiledRules& rules, const Child& child, Millis at, const Setting& setting,
             Remembered& remembered);

  const std::vector<Fact>& facts() const { return facts_; }
  const Fact& fact(std::size_t index) const { return facts_[index]; }
  // Whether a rule can speak at all: a contact of each set of kinds is there.
  bool Has(const std::vector<KindSet>& needs) const;

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
  // The facts that link to anything.
  const std::vector<std::size_t>& Linking() const;

  // Whether either names the other as a target.
  bool Linked(std::size_t a, std::size_t b) const;
  bool Names(std::size_t from, std::size_t to) const;

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

  // Whether all hold at the instant; the facts on which they rest are added to `evidence`.
  bool Hold(const std::vector<ChildCondition>& conditions, Instant instant,
            const Calendar& calendar, std::vector<std::size_t>& evidence);

  Millis at() const { return at_; }

 private:
  bool PassesPlain(const ContactCondition& condition, std::size_t index,
                   std::optional<std::size_t> anchor) const;
  bool IsOf(const KindSet& kinds, std::size_t index) const {
    return facts_[index].kind < kMostKinds && kinds.test(facts_[index].kind);
  }
  bool PassesLink(const ContactCondition& condition, std::size_t index,
                  std::optional<std::size_t> anchor) const;
  bool LinksTo(std::size_t from, std::size_t to) const;
  bool AtOrAfter(Instant instant, Millis threshold);
  bool HoldsAge(const ChildCondition& condition, Instant instant);
  std::optional<std::size_t> LatestKnown(const ChildCondition& condition, Instant instant,
                                         const Calendar& calendar);
  const std::vector<std::size_t>& TargetsOf(std::size_t index) const;
  using ByTarget = std::vector<std::pair<contact::Target, std::size_t>>;
  const ByTarget& Targets() const;
  void ReadBirth();

  const Setting& setting_;
  Millis at_;
  std::vector<Fact> facts_;
  KindSet kinds_;
  mutable std::optional<ByTarget> by_target_;  // sorted; made when a link is met
  std::optional<Interval> born_;
  std::string person_kind_;
  std::optional<Millis> horizon_;
  Remembered& remembered_;
  // Of conditions that look at linked contacts too, by condition id and fact, as in Remembered.
  mutable std::vector<std::vector<std::uint8_t>> by_link_;
  mutable std::vector<std::optional<std::vector<std::size_t>>> candidates_;  // by condition id
  mutable std::vector<std::optional<std::vector<std::size_t>>> targets_;
  mutable std::optional<std::vector<std::size_t>> linking_;
};

// Whether an agency's feed is meant by a name or a part of a name between hyphens.
bool NamesAgency(const std::set<std::string, std::less<>>& names, std::string_view agency);

// The person's kind by the latest placement, and when they were born as far as their record says.
std::string PersonKindOf(const Child& child);

}  // namespace throughline::risk
