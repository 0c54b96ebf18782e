#pragma once

#include <fmt/core.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/uk_time.h"
#include "engine/base/yaml.h"

// Reading a case file's YAML with every fault kept. Pure.
namespace throughline::cases {

// The faults of one file, as they are found.
class Faults {
 public:
  explicit Faults(std::string_view file) : file_(file) {}

  template <typename... Args>
  void Add(const yaml::Place& place, fmt::format_string<Args...> format, Args&&... args) {
    faults_.push_back({file_, place, fmt::format(format, std::forward<Args>(args)...)});
  }
  void Add(yaml::Fault fault) { faults_.push_back(std::move(fault)); }
  const std::string& file() const { return file_; }
  bool empty() const { return faults_.empty(); }
  // In order of place, each once.
  std::vector<yaml::Fault> Sorted() const;

 private:
  std::string file_;
  std::vector<yaml::Fault> faults_;
};

// Whether the node is a map. If not: a fault, `what` naming the node.
bool IsMap(const yaml::Node& node, std::string_view what, Faults& faults);
// A fault for each key that is none of `known`, with the nearest that is.
void CheckKeys(const yaml::Node& map, std::span<const std::string_view> known, Faults& faults);
// The value of a key that has to be there; nullptr and a fault if it is not.
const yaml::Node* Required(const yaml::Node& map, std::string_view key, std::string_view what,
                           Faults& faults);

// Each gives a fault, and an empty value or nothing, where the node is something else.
std::string TextOf(const yaml::Node& node, Faults& faults);
// One text, or a list of them.
std::vector<std::pair<std::string, yaml::Place>> TextsOf(const yaml::Node& node, Faults& faults);
std::optional<Day> DayIn(const yaml::Node& node, Faults& faults);
std::optional<v1::UncertainTime> TimeOf(const yaml::Node& node, Faults& faults);
// 90s, 15m, 12h, 2d.
std::optional<Millis> LengthOf(const yaml::Node& node, Faults& faults);

// Nodes that stand at the place of what they were made from.
yaml::Node ScalarNode(std::string text, const yaml::Place& place);
yaml::Node ListNode(std::vector<yaml::Node> items, const yaml::Place& place);
yaml::Node MapNode(const yaml::Place& place);
void Set(yaml::Node& map, std::string key, yaml::Node value);

}  // namespace throughline::cases
