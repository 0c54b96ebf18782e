#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "consumers/risk/deadline.h"
#include "consumers/risk/field_path.h"
#include "engine/base/result.h"
#include "engine/base/uk_time.h"
#include "throughline/v1/policy.pb.h"

// Rules with kinds as small numbers and paths as descriptors. Internal to the folder.
namespace throughline::risk {

constexpr std::size_t kMostKinds = 256;
using KindSet = std::bitset<kMostKinds>;

// A kind's number: its place in the oneof. Nothing for a kind that this engine does not have.
std::optional<std::size_t> KindNumber(std::string_view kind);

struct FieldCondition {
  // By kind number for a path below `detail`; one chain for all others.
  std::vector<FieldChain> of_detail;
  FieldChain of_envelope;
  std::set<std::string, std::less<>> in;
  bool absent = false;
  bool present = false;
  std::optional<std::int64_t> at_least;
  std::optional<std::int64_t> at_most;
};

struct ContactCondition {
  std::size_t id = 0;  // among all of the policy, for remembering results
  bool of_any_kind = true;
  KindSet kinds;
  std::set<std::string, std::less<>> concerns;
  bool any_counted_concern = false;
  bool any_child = false;
  std::set<std::string, std::less<>> agencies;
  std::set<std::string, std::less<>> roles;
  std::set<std::string, std::less<>> came_by;
  std::set<std::string, std::less<>> person_kinds;
  std::vector<FieldCondition> fields;
  std::string child_seen;
  std::vector<ContactCondition> unless;
  std::vector<ContactCondition> any_of;
  std::string link;
  std::vector<ContactCondition> linked_to;
  // Over how many links it, or one below it, may lead to the anchor; 0: it asks nothing of it.
  std::size_t links_to_anchor = 0;
  bool by_link = false;    // it, or one below it, asks what the contact links to
  bool looked_at = false;  // it stands in a rule itself, or is what one may link to
};
// By its kind alone.
inline bool MayBeOf(const ContactCondition& condition, std::size_t kind) {
  return condition.of_any_kind || (kind < kMostKinds && condition.kinds.test(kind));
}

struct ChildCondition {
  std::optional<int> age_months_below;
  std::optional<int> age_months_from;
  std::string person_kind;
  std::vector<ContactCondition> known;
  std::optional<Length> known_within;
  std::vector<ContactCondition> not_known;
};

enum class HandoverState { kSent, kReceived, kConsidered, kActedOn, kDeclined };
std::optional<HandoverState> HandoverStateOf(std::string_view code);

struct HandoverCondition {
  std::set<std::string, std::less<>> expectations;
  std::set<std::string, std::less<>> positions;
  std::set<std::string, std::less<>> recipients;
  HandoverState reached = HandoverState::kSent;
};

struct CompiledClock {
  ContactCondition anchor;
  bool starts_recorded = false;
  std::vector<FieldChain> starts_of_detail;  // by kind number
  FieldChain starts_of_envelope;
  bool starts_at_path = false;
  std::optional<std::size_t> starts_with_kind;
  std::vector<ContactCondition> satisfied_by;  // one; of hand-overs none
  Length within;
  bool by_link = false;
  std::vector<ContactCondition> stopped_by;
  std::vector<ChildCondition> only_while;
  bool repeating = false;
  std::optional<Length> satisfied_from;
  std::string what;
  std::optional<HandoverCondition> handovers;
  HandoverState state = HandoverState::kReceived;
  bool stated_due = false;
};

struct CompiledExpected {
  std::string what;
  ContactCondition contact;
  std::optional<Length> since;
  std::optional<Length> within;
  bool by_link = false;
};

struct CompiledUnfinished {
  std::string what;
  ContactCondition opened_by;
  std::optional<ContactCondition> finished_by;
  std::optional<Length> since;
  bool without_link = false;
  std::optional<HandoverCondition> handovers;
  HandoverState state = HandoverState::kReceived;
};

struct CompiledShortfall {
  std::string what;
  ContactCondition contact;
};

struct CompiledProcess {
  ContactCondition anchor;
  std::vector<CompiledExpected> expected;
  std::vector<CompiledUnfinished> unfinished;
  std::vector<CompiledShortfall> shortfalls;
  std::vector<ChildCondition> only_while;
  std::vector<ContactCondition> cleared_by;
  std::size_t at_least = 1;
  std::optional<Length> lapses_after;
};

struct CompiledStep {
  ContactCondition contact;
  std::uint32_t at_least = 1;
};

struct CompiledPattern {
  std::vector<CompiledStep> steps;
  std::optional<Length> window;
  bool in_order = false;
  std::size_t distinct_agencies = 0;
  std::size_t distinct_kinds = 0;
  std::size_t distinct_days = 0;
  std::vector<ChildCondition> only_while;
  std::vector<ContactCondition> cleared_by;
  bool anchored = false;
  std::vector<ContactCondition> absent;
  std::optional<Length> absent_within;
  std::optional<Length> absent_since;
  std::string absent_what;
  std::optional<Length> lapses_after;
};

struct CompiledRule {
  std::string id;
  std::string jurisdiction;
  std::optional<Millis> valid_from;   // the first instant of the first day
  std::optional<Millis> valid_until;  // the first instant after the last day
  // The rule can only speak if the record has a contact of one of each.
  std::vector<KindSet> needs;
  std::variant<CompiledClock, CompiledProcess, CompiledPattern> test;
};

// Moves, but is not copied: it points into itself.
class CompiledRules {
 public:
  // kInvalid: the first thing that this engine does not have, with the rule's id.
  static Result<CompiledRules> Compile(const std::vector<v1::Rule>& rules);
  CompiledRules() = default;
  CompiledRules(const CompiledRules&) = delete;
  CompiledRules& operator=(const CompiledRules&) = delete;
  CompiledRules(CompiledRules&&) = default;
  CompiledRules& operator=(CompiledRules&&) = default;

  const std::vector<CompiledRule>& rules() const { return rules_; }

  // A condition with which a rule looks for contacts: one that stands in the rule itself, or one
  // that a contact must pass for another's link to count.
  struct Looked {
    const ContactCondition* condition;
    std::size_t rule;
  };
  // Those that a contact of this kind may pass. A contact that passes none of a rule's, and is no
  // answer to anything, can change nothing that the rule says, but for who the child is.
  const std::vector<Looked>& LookedAt(std::size_t kind) const;
  // The rules that read what was answered to a hand-over, whatever the answer's kind.
  const std::vector<std::size_t>& reading_answers() const { return reading_answers_; }
  // The rules that read where a contact leads, over contacts of any kind. One to which no contact
  // leads can change nothing in that.
  const std::vector<std::size_t>& following() const { return following_; }

 private:
  std::vector<CompiledRule> rules_;
  std::vector<std::vector<Looked>> looked_at_;  // by kind; last of a kind that is not known
  std::vector<std::size_t> reading_answers_;
  std::vector<std::size_t> following_;
};

}  // namespace throughline::risk
