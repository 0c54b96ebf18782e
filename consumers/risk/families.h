#pragma once

#include <optional>
#include <string>
#include <vector>

#include "consumers/risk/compiled_rules.h"
#include "consumers/risk/record_view.h"

// The three families of rules over one prepared record. Internal to the folder. Pure but for the
// view's horizon.
namespace throughline::risk {

// An episode in facts of the view.
struct Finding {
  std::optional<std::size_t> anchor;
  std::vector<std::size_t> evidence;  // unsorted, may repeat
  std::vector<std::string> missing;
  Millis due = 0;
  bool due_hidden = false;          // it would tell of what a mark hides
  std::vector<std::size_t> told{};  // what its sentence is about; empty: all of the evidence
};

struct FoundEnd {
  std::optional<std::size_t> anchor;
  Ending ending = Ending::kSatisfied;
  std::vector<std::size_t> of{};  // without an anchor
};

struct Findings {
  std::vector<Finding> holds;
  std::vector<FoundEnd> ended;
};

Findings RunClock(const CompiledRule& rule, const CompiledClock& clock, RecordView& view);
Findings RunProcess(const CompiledRule& rule, const CompiledProcess& process, RecordView& view);
Findings RunPattern(const CompiledRule& rule, const CompiledPattern& pattern, RecordView& view);

// Whether the rule was valid when this happened, at the latest.
bool ValidAt(const CompiledRule& rule, const Fact& fact);

// One hand-over of a contact: its entry of `sharing` and how far it has come.
struct Handover {
  const v1::Contact::Sharing* sharing = nullptr;
  HandoverState state = HandoverState::kSent;
  Millis answered =
      0;  // when the answer that ended it, or took it to `wanted`, was recorded; 0: none did
  bool Reached(HandoverState wanted) const {
    return state >= wanted;  // declined ends it, whatever is wanted
  }
  // The same hand-over in what is shown of its contact; nullptr: a mark hides it.
  const v1::Contact::Sharing* In(const v1::Contact& shown) const;
  // An agency, or words for a body outside and for a recipient that is not shown.
  std::string Recipient(const v1::Contact& shown) const;
};
// Those that the condition means, in the contact's order. What answers a contact that sends it
// again to the same recipient answers it.
std::vector<Handover> HandoversOf(const HandoverCondition& condition, HandoverState wanted,
                                  std::size_t fact, const RecordView& view);

}  // namespace throughline::risk
