#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "consumers/risk/evaluate.h"
#include "throughline/v1/alert.pb.h"
#include "throughline/v1/episode.pb.h"

// From one evaluation to the next: which episodes open, change, close and resume. Pure.
namespace throughline::risk {

// Where and under what an evaluation was made.
struct Occasion {
  Seq seq = 0;
  Millis at = 0;
  std::vector<std::string> behind;  // feeds behind at the tick that gave `at`
  std::vector<std::string> silent;
  bool at_activation =
      false;  // evaluated because a policy, a calendar or a feed's delay came into force
  // Where the record makes a link known: hex of whom the child is part of from now on, or of who
  // became part of the child. Empty: it makes none known.
  std::string part_of;
  std::string joined;
};

struct Stepped {
  v1::EpisodeState state;
  bool differs = false;            // the state is not what it was
  std::vector<v1::Alert> changes;  // in order of (rule, anchor); each complete, sentence included
};

// How many closed episodes a child's state remembers.
constexpr int kClosedEpisodesKept = 200;
// How many contacts an alert names; the sentence counts all.
constexpr std::size_t kEvidenceNamed = 200;

// An episode that is open and still holds changes only when its evidence, what is missing, or its
// resting on history alone does, or where what its evidence was corrected to, or marked with,
// changes its sentence. One that no longer holds closes, with the reason: if some of what it rested
// on stands here no more, why (Entry::withdrawn_reason); if some does not count any more,
// lost_evidence; else what ended most of what it rested on. One that holds again without evidence
// new to it resumes its id; with new evidence it is a new one.
Stepped Step(v1::EpisodeState previous, const CompiledPolicy& policy, const Child& child,
             const Evaluation& evaluation, const Occasion& occasion);

// Hex of SHA-256(rule, person, anchor, opening seq).
std::string AlertId(std::string_view rule, const PersonId& person, std::string_view anchor_agency,
                    std::string_view anchor_contact_id, Seq opened);
// The header `id` of a published change: hex of SHA-256(alert id, seq, change).
std::string PublicationId(const v1::Alert& alert);

}  // namespace throughline::risk
