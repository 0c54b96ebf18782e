#include "consumers/risk/compiled_policy.h"

#include <algorithm>
#include <set>
#include <utility>

#include "consumers/risk/compiled_rules.h"

namespace throughline::risk {

CompiledPolicy::CompiledPolicy()
    : rules_(std::make_shared<const std::vector<Rule>>()),
      compiled_(std::make_shared<const CompiledRules>()) {}

Result<CompiledPolicy> CompiledPolicy::Compile(const std::vector<v1::Policy>& policies) {
  std::vector<Rule> rules;
  std::set<std::string, std::less<>> seen;
  for (const auto& policy : policies) {
    for (const auto& rule : policy.rules()) {
      if (!seen.insert(rule.id()).second) continue;
      rules.push_back({rule, policy.id(), policy.version()});
    }
  }
  std::sort(rules.begin(), rules.end(),
            [](const Rule& a, const Rule& b) { return a.rule.id() < b.rule.id(); });
  std::vector<v1::Rule> plain;
  plain.reserve(rules.size());
  for (const auto& rule : rules) plain.push_back(rule.rule);
  TL_ASSIGN(auto compiled, CompiledRules::Compile(plain));
  CompiledPolicy result;
  result.rules_ = std::make_shared<const std::vector<Rule>>(std::move(rules));
  result.compiled_ = std::make_shared<const CompiledRules>(std::move(compiled));
  return result;
}

}  // namespace throughline::risk
