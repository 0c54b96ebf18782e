#pragma once

#include <google/protobuf/message.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/uk_time.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/findings.h"
#include "engine/contact/validate.h"

// The parts of validation, one for each concern. Each adds what it finds; none stops the others.
// Pure.
namespace throughline::contact {

// More refuse the contact, and are then not compared with each other.
constexpr int kMostSubjects = 50;

// A contact under validation, with what several checks need of it.
struct Checked {
  const v1::Contact& contact;
  const Feed& feed;
  const Kind* kind;                      // nullptr: none, or newer than this engine
  bool newer;                            // its kind is newer than this engine
  std::vector<std::string_view> labels;  // of its subjects, sorted
  // Its labels name subjects of the contact that it links to, because it has none of its own.
  bool borrows_subjects;
  std::optional<Interval> occurred;  // nothing: cannot be read
  std::optional<Interval> recorded;  // nothing: cannot be read, or not known
  // The latest at which it can have been written down: of `recorded`, but no later than received.
  Millis written_by;

  bool HasLabel(std::string_view label) const {
    return std::binary_search(labels.begin(), labels.end(), label);
  }
  bool Is(std::string_view kind_name) const { return kind != nullptr && kind->name == kind_name; }
  bool Flows(v1::Flow flow) const { return kind != nullptr && kind->Flows(flow); }
};

Checked Prepare(const v1::Contact& contact, const Feed& feed);

// Whether anything is set in it, however deep; what a newer schema sets counts.
bool Holds(const google::protobuf::Message& message);
bool Holds(const v1::UncertainTime& time);
// Nothing in it but spaces.
bool IsBlank(std::string_view text);
// How many characters (code points) a UTF-8 text has.
std::size_t Characters(std::string_view text);
// 64 hexadecimal digits.
bool IsSha256(std::string_view text);
bool NamesChild(const v1::Contact::Subject& subject);
// Whether the contact says what it belongs to: a contact, an alert or a review.
bool IsLinked(const Checked& checked);

// What the options of the schema ask of every field: needed, of a list, a label, a readable time.
void CheckFields(const Checked& checked, Findings& findings);
void CheckKind(const Checked& checked, Findings& findings);
// What single kinds ask beyond the options of their fields.
void CheckDetail(const Checked& checked, Findings& findings);
void CheckSubjects(const Checked& checked, Findings& findings);
void CheckTimes(const Checked& checked, Findings& findings);
// Id, author, place, sight and voice.
void CheckEnvelope(const Checked& checked, Findings& findings);
// Statements, concerns, actions, decision, attachments, marks.
void CheckEvidence(const Checked& checked, Findings& findings);
// Hand-overs and links.
void CheckHandovers(const Checked& checked, Findings& findings);

}  // namespace throughline::contact
