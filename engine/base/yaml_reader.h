#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/yaml.h"

namespace throughline::yaml {

// Reads what a file of data must hold, and keeps every fault with its place. Threads: one.
class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  const std::vector<Fault>& faults() const { return faults_; }
  void Add(const Place& place, std::string text);
  // False, with a fault, unless `node` is a map; keys that are not among `names` are faults.
  bool IsMapOf(const Node& node, std::span<const std::string_view> names);
  // nullptr, with a fault: the map lacks it.
  const Node* Required(const Node& map, std::string_view key);
  // Empty, with a fault, unless it is there and a text.
  std::string Text(const Node& map, std::string_view key);

 private:
  std::string file_;
  std::vector<Fault> faults_;
};

}  // namespace throughline::yaml
