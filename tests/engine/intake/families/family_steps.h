#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/uk_time.h"
#include "throughline/v1/contact.pb.h"

// What agencies say of a random family, as steps that a reader can follow: whom they met, who they
// say is related to whom, what they take back, and what a person decides about their records.
namespace throughline::intake {

// A child, an adult or a household as one agency knows it: "police/child-1".
struct Known {
  std::string agency;
  std::string name;
  std::string Record() const { return agency + "/" + name; }
  std::string Kind() const { return name.substr(0, name.find('-')); }
  bool operator==(const Known&) const = default;
};

enum class Say { kMet, kRelation, kAddress, kPlaced, kEnded, kDecision, kRetraction, kAnswer };

struct FamilyStep {
  Say say = Say::kMet;
  std::string id;
  std::string agency;
  std::vector<Known> subjects;  // of a relation: from, to; of an address: who, last the household
  std::string kind;             // of kMet and kPlaced: a kind of contact
  int year = 0;                 // when it happened
  int recorded = 0;             // in which year it was written down
  std::string relation;
  std::string confidence;
  std::optional<int> since;  // years
  std::optional<int> until;
  std::string reason;    // of an ending; of a retraction, why
  std::string decision;  // of identity_decided, about the two subjects
  std::string of;        // the contact that is taken back, answered or split off
  std::string of_agency;
  v1::Contact AsContact() const;
};

std::ostream& operator<<(std::ostream& out, const FamilyStep& step);

// One step as numbers, which choose among what there is: so a failing family can be made smaller.
struct Choice {
  unsigned say = 0;
  unsigned agency = 0;
  unsigned first = 0;
  unsigned second = 0;
  unsigned which = 0;
  unsigned of = 0;
  unsigned since = 0;
  unsigned until = 0;
};
std::vector<FamilyStep> StepsOf(const std::vector<Choice>& choices);

}  // namespace throughline::intake
