#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/yaml.h"
#include "throughline/v1/policy.pb.h"

// Policy files: YAML that policy owners write, into a v1::Policy. POLICY.md beside this file
// explains every key. Pure: contents in, no paths opened. Threads: any.
namespace throughline::risk {

// One file of a policy. Its name is what faults cite.
struct PolicyFile {
  std::string name;
  std::string text;
};

struct CheckedPolicy {
  std::optional<v1::Policy> policy;  // nothing when there is any fault
  std::vector<yaml::Fault> faults;   // every one, by file, line and column
};

// One policy out of its files: exactly one states `id`, `version` and `title`, any may hold `rules`
// and `tests`. Limits: 100 files, 4 MiB each, 500 rules.
CheckedPolicy CheckPolicy(const std::vector<PolicyFile>& files);

// The same for callers that only want the policy. kInvalid: the faults, one on each line.
Result<v1::Policy> ReadPolicy(const std::vector<PolicyFile>& files);

// The files of a policy as one text, as an activation carries them, and back. A text that was never
// bundled is one file named policy.yaml. UnbundlePolicy(BundlePolicy(files)) gives the files in
// order of name.
std::string BundlePolicy(std::vector<PolicyFile> files);
std::vector<PolicyFile> UnbundlePolicy(std::string_view bundle);

}  // namespace throughline::risk
