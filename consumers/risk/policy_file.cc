#include "consumers/risk/policy_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "consumers/risk/compiled_policy.h"
#include "consumers/risk/policy_inputs.h"
#include "consumers/risk/policy_reader.h"

namespace throughline::risk {
namespace {

using Kind = yaml::Node::Kind;

constexpr std::size_t kMostFiles = 100;
constexpr int kMostRules = 500;
constexpr std::string_view kHeadings[] = {"id", "version", "title"};
constexpr std::string_view kBundleMark = "# file: ";

struct ParsedFile {
  std::string name;
  yaml::Node root;
};

// The faults of a text that is no YAML: one on each line of the error, `file:line:column: text`.
void AddSyntaxFaults(const std::string& file, std::string_view text,
                     std::vector<yaml::Fault>& faults) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    yaml::Fault fault{file, {1, 1}, ""};
    if (line.starts_with(file + ":")) {
      line.remove_prefix(file.size() + 1);
      const char* stop = line.data() + line.size();
      auto read = std::from_chars(line.data(), stop, fault.place.line);
      if (read.ptr != stop && *read.ptr == ':') {
        read = std::from_chars(read.ptr + 1, stop, fault.place.column);
      }
      line.remove_prefix(static_cast<std::size_t>(read.ptr - line.data()));
      while (!line.empty() && (line.front() == ':' || line.front() == ' ')) line.remove_prefix(1);
    }
    fault.text = std::string(line);
    if (!line.empty()) faults.push_back(std::move(fault));
  }
}

class PolicyFiles {
 public:
  CheckedPolicy Check(const std::vector<PolicyFile>& files) {
    Parse(files);
    for (const auto& file : parsed_) ReadHeadings(file);
    for (const auto& file : parsed_) NameTests(file);
    CheckTests();
    for (const auto& file : parsed_) ReadRules(file);
    if (!files.empty() && faults_.empty() && policy_.id().empty()) {
      faults_.push_back({files.front().name, {1, 1}, "no file states the policy's `id`"});
    }
    CheckedPolicy checked;
    checked.faults = std::move(faults_);
    std::stable_sort(checked.faults.begin(), checked.faults.end(),
                     [](const auto& a, const auto& b) {
                       return std::tie(a.file, a.place.line, a.place.column) <
                              std::tie(b.file, b.place.line, b.place.column);
                     });
    if (checked.faults.empty()) checked.policy = std::move(policy_);
    return checked;
  }

 private:
  void Parse(const std::vector<PolicyFile>& files) {
    if (files.empty()) faults_.push_back({"policy", {1, 1}, "the policy has no file"});
    if (files.size() > kMostFiles) {
      faults_.push_back({files[kMostFiles].name, {1, 1}, "a policy has at most 100 files"});
      return;
    }
    for (const auto& file : files) {
      auto root = yaml::Parse(file.text, file.name);
      if (!root) {
        AddSyntaxFaults(file.name, root.error().text, faults_);
      } else if (root->kind == Kind::kMap) {
        parsed_.push_back({file.name, std::move(*root)});
      } else if (root->kind != Kind::kNull) {
        faults_.push_back({file.name, root->place, "a map of keys is wanted here"});
      }
    }
  }

  void ReadHeadings(const ParsedFile& file) {
    PolicyReader reader(file.name, named_, faults_);
    const bool heads = file.root.Find("id") != nullptr;
    for (std::size_t i = 0; i < file.root.entries.size(); ++i) {
      const auto& [key, value] = file.root.entries[i];
      const bool heading =
          std::find(std::begin(kHeadings), std::end(kHeadings), key) != std::end(kHeadings);
      if (!heading && key != "rules" && key != "tests") {
        reader.Fault(file.root.key_places[i],
                     fmt::format("no key is named `{}` here{}", key,
                                 Meant(key, {"id", "version", "title", "rules", "tests"})));
      }
      if (heading && (value.kind != Kind::kScalar || value.scalar.empty())) {
        reader.Fault(value.place, fmt::format("`{}` wants a text", key));
      }
      if (heading && !heads) reader.Fault(value.place, "this file states no `id`");
    }
    if (!heads) return;
    if (!policy_.id().empty()) {
      return reader.Fault(PlaceOf(file.root, "id"), "another file states the policy's id already");
    }
    for (const std::string_view key : kHeadings) {
      const auto* value = file.root.Find(key);
      if (value == nullptr) {
        reader.Fault(file.root.place, fmt::format("`{}` is missing", key));
        continue;
      }
      if (key == "id") policy_.set_id(value->scalar);
      if (key == "version") policy_.set_version(value->scalar);
      if (key == "title") policy_.set_title(value->scalar);
    }
  }

  void NameTests(const ParsedFile& file) {
    const auto* tests = file.root.Find("tests");
    if (tests == nullptr) return;
    PolicyReader reader(file.name, named_, faults_);
    if (tests->kind != Kind::kMap) {
      return reader.Fault(tests->place, "`tests` wants a map from names to tests");
    }
    for (std::size_t i = 0; i < tests->entries.size(); ++i) {
      const auto& [name, node] = tests->entries[i];
      if (!named_.try_emplace(name, NamedTest{file.name, node}).second) {
        reader.Fault(tests->key_places[i], fmt::format("a test is named `{}` already", name));
      }
    }
  }

  // By itself a test is checked as one that raises nothing; whether it may raise is checked where
  // it is used.
  void CheckTests() {
    for (const auto& [name, test] : named_) {
      PolicyReader(test.file, named_, faults_).ReadTest(test.node, {false, true, {}});
    }
  }

  void ReadRules(const ParsedFile& file) {
    const auto* rules = file.root.Find("rules");
    if (rules == nullptr) return;
    PolicyReader reader(file.name, named_, faults_);
    if (rules->kind != Kind::kList) return reader.Fault(rules->place, "`rules` wants a list");
    for (const auto& node : rules->items) {
      v1::Rule rule = reader.ReadRule(node);
      if (!rule.id().empty() && !ids_.emplace(rule.id(), file.name).second) {
        reader.Fault(PlaceOf(node, "id"), fmt::format("the rule id `{}` is used already, in {}",
                                                      rule.id(), ids_.find(rule.id())->second));
      }
      if (policy_.rules_size() >= kMostRules) {
        return reader.Fault(node.place, "a policy has at most 500 rules");
      }
      *policy_.add_rules() = std::move(rule);
    }
  }

  std::vector<ParsedFile> parsed_;
  NamedTests named_;
  std::map<std::string, std::string, std::less<>> ids_;  // to the file that uses it
  std::vector<yaml::Fault> faults_;
  v1::Policy policy_;
};

}  // namespace

CheckedPolicy CheckPolicy(const std::vector<PolicyFile>& files) {
  CheckedPolicy checked = PolicyFiles().Check(files);
  if (!checked.policy) return checked;
  // Whatever the checks above let through, an engine that could not evaluate it would refuse the
  // activation's record.
  const auto compiled = CompiledPolicy::Compile({*checked.policy});
  if (!compiled) {
    checked.policy.reset();
    checked.faults.push_back({files.front().name, {1, 1}, compiled.error().text});
  }
  return checked;
}

Result<v1::Policy> ReadPolicy(const std::vector<PolicyFile>& files) {
  CheckedPolicy checked = CheckPolicy(files);
  if (!checked.policy) return Fail(yaml::Refused(checked.faults));
  return std::move(*checked.policy);
}

std::string BundlePolicy(std::vector<PolicyFile> files) {
  std::sort(files.begin(), files.end(),
            [](const PolicyFile& a, const PolicyFile& b) { return a.name < b.name; });
  std::string bundle;
  for (const auto& file : files) {
    bundle += kBundleMark;
    bundle += file.name + "\n" + file.text;
    if (!file.text.ends_with('\n')) bundle += '\n';
  }
  return bundle;
}

std::vector<PolicyFile> UnbundlePolicy(std::string_view bundle) {
  std::vector<PolicyFile> files;
  if (!bundle.starts_with(kBundleMark)) {
    files.push_back({"policy.yaml", std::string(bundle)});
    return files;
  }
  for (std::size_t at = 0; at < bundle.size();) {
    const std::size_t end = std::min(bundle.find('\n', at), bundle.size());
    const std::string_view line = bundle.substr(at, end - at);
    if (line.starts_with(kBundleMark)) {
      files.push_back({std::string(line.substr(kBundleMark.size())), ""});
    } else {
      files.back().text += line;
      files.back().text += '\n';
    }
    at = end + 1;
  }
  return files;
}

}  // namespace throughline::risk
