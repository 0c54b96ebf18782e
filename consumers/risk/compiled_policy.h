#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "throughline/v1/policy.pb.h"

namespace throughline::risk {

class CompiledRules;  // kinds as small numbers, field paths as descriptors: internal

// Policies made ready for evaluation. Immutable; cheap to copy; threads: any.
class CompiledPolicy {
 public:
  struct Rule {
    v1::Rule rule;
    std::string policy;   // its id
    std::string version;  // its version
  };

  // An empty policy: no rules.
  CompiledPolicy();
  // The rules of all, in order of rule id; of two rules with one id the earlier policy's counts.
  // kInvalid: it names a kind, a field or a unit that this engine does not have.
  static Result<CompiledPolicy> Compile(const std::vector<v1::Policy>& policies);

  const std::vector<Rule>& rules() const { return *rules_; }
  const CompiledRules& compiled() const { return *compiled_; }

 private:
  std::shared_ptr<const std::vector<Rule>> rules_;
  std::shared_ptr<const CompiledRules> compiled_;
};

}  // namespace throughline::risk
