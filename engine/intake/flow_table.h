#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "throughline/v1/contact.pb.h"
#include "throughline/v1/options.pb.h"

// The declared flow: which relations carry which contacts to whom. Data, activated by an operator;
// its page is deploy/flow/england.yaml.
namespace throughline::intake {

class FlowTable {
 public:
  // Errors, all at once, each with its place: as yaml::Parse; an unknown key, relation, kind, flow
  // or confidence; a reason missing; no version.
  static Result<FlowTable> Parse(std::string_view text, std::string_view file);

  const std::string& version() const { return version_; }
  // A household of more persons does not flow; 0: there is no limit.
  std::uint32_t household_most() const { return household_most_; }
  // An address_known.type where families live side by side: living there carries nothing.
  bool LivesApart(std::string_view address_type) const { return apart_.contains(address_type); }
  // What a relation of a confidence (empty: stated) carries, as codes of RelationKnown::carries.
  std::vector<std::string> CarriedBy(std::string_view relation, std::string_view confidence) const;
  // What an end of a relation for a reason (a code of relation_ended.reason), of a confidence
  // (empty: stated), stops: codes of RelationEnded::stops.
  std::vector<std::string> StoppedBy(std::string_view relation, std::string_view reason,
                                     std::string_view confidence) const;
  // The flows by which a contact reaches others than those whom it names: siblings, household,
  // adult, young_parent.
  std::set<v1::Flow> FlowsOf(const v1::Contact& contact) const;

 private:
  friend class FlowReader;
  using Codes = std::set<std::string, std::less<>>;

  std::string version_;
  std::uint32_t household_most_ = 0;
  Codes apart_;
  Codes opens_;
  struct Row {
    std::vector<std::string> carries;
    Codes stopped_by;  // reasons
    std::vector<std::string> stops;
  };
  std::map<std::string, Row, std::less<>> relations_;
  std::map<std::string, std::set<v1::Flow>, std::less<>> kinds_;
};

// The flow that comes with the engine: deploy/flow/england.yaml.
std::string_view DefaultFlow();

}  // namespace throughline::intake
