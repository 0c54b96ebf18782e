#pragma once

#include <google/protobuf/descriptor.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/v1/contact.pb.h"
#include "throughline/v1/options.pb.h"

// The contact kinds and controlled lists as the schema states them, read once through reflection.
// Immutable; threads: any.
namespace throughline::contact {

using Codes = std::set<std::string, std::less<>>;

struct Kind {
  std::string name;  // of the detail field: domestic_abuse_callout
  const google::protobuf::FieldDescriptor* field = nullptr;  // in Contact
  v1::KindOptions options;
  bool FlowsOwn() const;
  bool Flows(v1::Flow flow) const;
};

class Catalogue {
 public:
  static const Catalogue& Get();

  const std::map<std::string, Kind, std::less<>>& kinds() const { return kinds_; }
  const Kind* Find(std::string_view name) const;
  const Kind* Of(const v1::Contact& contact) const;  // nullptr: none, or newer than this engine

  // Whether a controlled list has a code; every list has `other` and `not_recorded`. CHECKs that
  // the list exists.
  bool Has(std::string_view list, std::string_view code) const;
  const contact::Codes& Codes(std::string_view list) const;
  // A concern that a pattern rule may count; context codes and codes not on the list never count.
  bool Counts(std::string_view concern) const;
  // A scheme that links records by rule (nhs-number, upn, la-child-id, local-id, uprn).
  bool IsStrong(std::string_view scheme) const;
  // A placement from which the child goes back to where they were placed before.
  bool IsTemporary(std::string_view placement_type) const;
  // One in the child's own home, where they stay when it ends.
  bool IsOwnHome(std::string_view placement_type) const;
  // Whether a child whose placement ends so leaves the home; nothing: that does not say.
  std::optional<bool> Leaves(std::string_view episode_ceased) const;

 private:
  Catalogue();
  void ReadKinds();
  void ReadLists();

  std::map<std::string, Kind, std::less<>> kinds_;
  std::map<int, const Kind*> by_number_;  // of the detail field
  std::map<std::string, contact::Codes, std::less<>> lists_;
  contact::Codes counted_;
  contact::Codes strong_;
  contact::Codes temporary_;
  contact::Codes own_home_;
  std::map<std::string, bool, std::less<>> leaves_;
};

// The number of a detail that this engine does not know yet; 0 where there is none.
int NewerKind(const v1::Contact& contact);

// The kind's name; `newer_kind_<number>` when its detail is of a field that this engine does not
// know; empty for none.
std::string KindName(const v1::Contact& contact);

}  // namespace throughline::contact
