#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "consumers/risk/by_number.h"
#include "consumers/risk/compiled_rules.h"
#include "consumers/risk/evaluate.h"
#include "engine/contact/read_contact.h"

// What is kept of a child's record from one evaluation to the next. Internal to the folder.
// Threads: one.
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

// Whether a contact passes by itself. Only for conditions that ask for no link.
bool PassesAlone(const ContactCondition& condition, const Fact& fact);
// Whether it passes if the links be what they may: what asks for none decides. The same as
// PassesAlone where the condition asks for none.
bool MayPass(const ContactCondition& condition, const Fact& fact);
// Whether it passes but for what the condition asks of links, `any_of` and `unless`.
bool PassesBesideLinks(const ContactCondition& condition, const Fact& fact);

// What a rule said at the last evaluation, if anything.
struct RuleSaid {
  std::vector<Episode> episodes;
  std::vector<Ended> ended;
  // As long as no contact is added that the rule looks at, it says the same before this instant;
  // none: for ever.
  std::optional<Millis> horizon;
};

// What decides whether rules are evaluated on the person, and by what age.
class PersonFacts {
 public:
  void Add(const chronology::Entry& entry);
  void Add(const Fact& fact);
  std::string Kind() const;  // child, unborn_child, ...; empty: nobody said
  bool IsChild() const { return kind_ == "child" || kind_ == "unborn_child"; }
  const std::optional<Interval>& born() const { return born_; }

 private:
  // How much an entry's word weighs: one that counts and names the child itself before others; then
  // that of what happened later, whichever came first.
  using Weight = std::tuple<bool, Millis, Seq>;
  static Weight WeightOf(const chronology::Entry& entry);

  std::string kind_;  // by the entry that weighs most
  Weight kind_weight_;
  bool child_ = false;  // an entry says that the child was born
  std::optional<Interval> born_;
  using Said = std::tuple<Millis, std::string, std::string>;  // when recorded, agency, contact id
  Said born_said_;
};

struct KeptRecord {
  // Take in what the child has more than at the last call; the entries before are the same. The
  // former only who the person is.
  void ExtendPerson(const Child& child);
  void Extend(const CompiledRules& rules, const Child& child, const Lens& lens);
  // About how much memory it takes.
  std::size_t bytes() const;

  std::size_t person_entries = 0;  // of the child, taken in to say who it is
  std::size_t entries = 0;         // and altogether
  PersonFacts person;
  std::string person_kind;  // when last extended
  std::vector<Fact> facts;  // in order of time
  KindSet kinds;            // of the facts
  // By condition id, in order of time: the facts that may pass (MayPass).
  ByNumber<std::vector<std::size_t>> candidates;
  // What the facts link or refer to, with the fact that does.
  std::multimap<contact::Target, std::size_t> naming;
  // By what else others may name an entry: a correction that is read beside it, or what it corrects
  // and stands for.
  std::multimap<Seq, contact::Target> also_named;

  // The instant of the last evaluation; none: there was none. What it said, by rule.
  std::optional<Millis> evaluated;
  ByNumber<RuleSaid> said;
  // The rules that may say otherwise than then, whatever the time, because of what was taken in;
  // some more than once.
  std::vector<std::size_t> touched;
  bool all_touched = false;

 private:
  void NoteNames(const chronology::Entry& entry);
  void Insert(const CompiledRules& rules, Fact fact);
  void List(const CompiledRules& rules, std::size_t index);
  void NoteNaming(std::size_t index);
  bool IsNamed(const chronology::Entry& entry) const;
};

// A contact that an entry holds, if it counts.
std::optional<Fact> FactOf(const Child& child, std::size_t entry, const Lens& lens);

// Whether an agency's feed is meant by a name or a part of a name between hyphens.
bool NamesAgency(const std::set<std::string, std::less<>>& names, std::string_view agency);

// Whether a rule can speak at all: a contact of each set of kinds is there.
bool HasEach(const std::vector<KindSet>& needs, const KindSet& kinds);

}  // namespace throughline::risk
