#include "engine/chronology/handling.h"

#include <vector>

#include "embedded/handling_yaml.h"
#include "engine/base/built_in.h"
#include "engine/base/yaml.h"
#include "engine/contact/catalogue.h"

namespace throughline::chronology {
namespace {

using yaml::Node;

const std::map<std::string, Hides, std::less<>>& HidesWords() {
  static const std::map<std::string, Hides, std::less<>> words = {
      {"nothing", Hides::kNothing}, {"address", Hides::kAddress}, {"informant", Hides::kInformant},
      {"content", Hides::kContent}, {"fact", Hides::kFact},
  };
  return words;
}

const contact::Codes& Codes() { return contact::Catalogue::Get().Codes("handling"); }

// Reads the file, noting each fault.
class RulesFile {
 public:
  explicit RulesFile(std::string_view name) : name_(name) {}

  Result<HandlingRules> Read(const Node& root) {
    const Node* marks = root.Find("marks");
    if (marks == nullptr || marks->kind != Node::Kind::kList) {
      Add(root, "`marks` is a list");
    } else {
      for (const Node& node : marks->items) ReadMark(node);
    }
    for (const std::string& code : Codes()) {
      // Every list has these two, and nobody can say what they would hide.
      if (code == "other" || code == "not_recorded") continue;
      if (!rules_.contains(code)) Add(root, "not said what it hides: " + code);
    }
    if (!faults_.empty()) return Fail(yaml::Refused(faults_));
    return std::move(rules_);
  }

 private:
  void Add(const Node& node, std::string text) {
    faults_.push_back({name_, node.place, std::move(text)});
  }

  void ReadMark(const Node& node) {
    const std::string mark = Text(node, "mark");
    const auto hides = HidesWords().find(Text(node, "hides"));
    if (hides == HidesWords().end()) {
      return Add(node, "`hides` is fact, content, informant, address or nothing");
    }
    const bool is_why = hides->second == Hides::kNothing;
    if (Text(node, is_why ? "why" : "source").empty()) {
      Add(node, is_why ? "a mark that hides nothing says `why`" : "a mark says its `source`");
    }
    if (!Codes().contains(mark)) {
      Add(node, "no such mark: " + mark);
    } else if (!rules_.emplace(mark, hides->second).second) {
      Add(node, "said twice: " + mark);
    }
  }

  static std::string Text(const Node& node, std::string_view key) {
    const Node* value = node.Find(key);
    return value == nullptr ? std::string() : value->scalar;
  }

  std::string name_;
  HandlingRules rules_;
  std::vector<yaml::Fault> faults_;
};

}  // namespace

Result<HandlingRules> ReadHandlingRules(std::string_view yaml, std::string_view name) {
  TL_ASSIGN(const Node root, yaml::Parse(yaml, name));
  return RulesFile(name).Read(root);
}

const HandlingRules& StarterHandling() {
  static const auto rules =
      BuiltIn(ReadHandlingRules(embedded::handling_yaml, "deploy/handling/starter.yaml"));
  return rules;
}

Hides HidesWhat(std::string_view mark) {
  const auto& rules = StarterHandling();
  const auto rule = rules.find(mark);
  return rule == rules.end() ? Hides::kContent : rule->second;
}

}  // namespace throughline::chronology
