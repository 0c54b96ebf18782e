#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "consumers/throughline/case/case_file.h"
#include "engine/base/clock.h"

// What a case was expected to say, beside what it said.
namespace throughline::cases {

// One life of an alert: from its opening, or resumption, to its close.
struct Raised {
  std::string alert_id;  // empty in the recorded lens
  std::string rule;
  std::string child;  // its label; of several as Together() shows them; without one, its id
  std::vector<std::string> labels{};  // all of its labels, in order
  std::string anchor;                 // "police P-1"; empty when it is about the child
  Millis opened = 0;
  std::optional<Millis> closed;
  std::string closed_because;
  std::string goes_on_with;           // closed by a link: the label of whom it is part of
  bool resumed = false;               // the same alert as before, without new evidence
  std::string sentence;               // as said when it was opened
  std::vector<std::string> evidence;  // all that it ever rested on: "police P-1", in order
  bool expected = false;              // an expectation was met by it, or came nearest to it

  // What the alert rested on, as from each change on.
  struct Change {
    Millis at = 0;
    std::string sentence;
    std::vector<std::string> evidence;
  };
  std::vector<Change> changes;

  // What was said of the alert, in the order in which it came; of the live side only.
  struct Answer {
    contact::Target by;
    std::string kind;
  };
  std::vector<Answer> answered;
};

// Several labels of one person as one text: "child-a (also child-b)". Empty for none.
std::string Together(const std::vector<std::string>& labels);

// What became of one expectation.
struct Outcome {
  Expectation expectation;
  bool met = false;
  // When it was raised on all the evidence wanted; where not met, when it came nearest. Nothing: it
  // was not raised.
  std::optional<Millis> raised;
  std::string sentence;              // as said then
  std::vector<std::string> found;    // of the evidence wanted
  std::vector<std::string> missing;  // of the evidence wanted
  std::string wrong;                 // in what it differs, in words; empty when met
  std::vector<Raised::Answer> answered;
};

// An episode that the live log and the recorded lens do not have alike.
struct Difference {
  std::string rule;
  std::string child;
  std::string anchor;
  std::string text;
};

// What became of one question.
struct Answered {
  Question question;
  std::vector<std::string> said;   // by key, in words
  std::vector<std::string> wrong;  // in what it differs; empty when met
};

struct CaseReport {
  std::string title;
  std::string about;
  std::string source;
  std::string policy;  // its id
  std::string policy_version;
  std::string calendar_version;
  std::size_t contacts = 0;
  std::size_t ticks = 0;
  std::size_t alerts = 0;    // read from the topic, each once
  std::size_t episodes = 0;  // of the recorded lens
  Millis from = 0;           // the clock ran from here
  Millis until = 0;
  std::vector<Outcome> outcomes;    // in the order of the file
  std::vector<Answered> answered;   // in the order of the file
  std::vector<Raised> also_raised;  // that nothing expects, in order of (opened, rule, child)
  std::vector<Difference> differences;
  std::vector<std::string> notes;  // what the author should know: a child on several chronologies

  bool Passed() const;
};

// Fills in outcomes and also_raised. `raised` in order of (opened, rule, child, anchor). Pure.
void Judge(const std::vector<Expectation>& expectations, std::vector<Raised> raised,
           CaseReport& report);

// Episodes alike: same rule, child and anchor, opened and closed within `tolerance` of each other.
// With delays (`longest_delay` above 0) an episode of one side alone that lived no longer than that
// is no difference: it came of a contact that was still on its way. Pure.
std::vector<Difference> Compare(const std::vector<Raised>& live,
                                const std::vector<Raised>& recorded, Millis tolerance,
                                Millis longest_delay);

// For people, wrapped at `width` columns (0: never).
std::string Table(const CaseReport& report, int width, bool colour);
// For programs: one object, its shape as tests/cases/README.md states it.
std::string ToJson(const CaseReport& report);

}  // namespace throughline::cases
