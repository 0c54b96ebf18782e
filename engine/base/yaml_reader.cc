#include "engine/base/yaml_reader.h"

#include <algorithm>

#include "engine/base/nearest.h"

namespace throughline::yaml {

void Reader::Add(const Place& place, std::string text) {
  faults_.push_back({file_, place, std::move(text)});
}

bool Reader::IsMapOf(const Node& node, std::span<const std::string_view> names) {
  if (node.kind != Node::Kind::kMap) {
    Add(node.place, "expected a map");
    return false;
  }
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    const std::string& name = node.entries[i].first;
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    Add(node.key_places[i], fmt::format("unknown key `{}`{}", name, DidYouMean(name, names)));
  }
  return true;
}

const Node* Reader::Required(const Node& map, std::string_view key) {
  const Node* value = map.Find(key);
  if (value == nullptr) Add(map.place, fmt::format("`{}` is missing", key));
  return value;
}

std::string Reader::Text(const Node& map, std::string_view key) {
  const Node* value = Required(map, key);
  if (value == nullptr) return "";
  if (value->kind != Node::Kind::kScalar || value->scalar.empty()) {
    Add(value->place, fmt::format("`{}` must be a text", key));
    return "";
  }
  return value->scalar;
}

}  // namespace throughline::yaml
