#include "consumers/throughline/case/faults.h"

#include <algorithm>
#include <tuple>

#include "consumers/throughline/arguments.h"
#include "engine/base/nearest.h"

namespace throughline::cases {

std::vector<yaml::Fault> Faults::Sorted() const {
  auto key = [](const yaml::Fault& fault) {
    return std::tie(fault.place.line, fault.place.column, fault.text);
  };
  auto sorted = faults_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  sorted.erase(std::unique(sorted.begin(), sorted.end(),
                           [&](const auto& a, const auto& b) { return key(a) == key(b); }),
               sorted.end());
  return sorted;
}

bool IsMap(const yaml::Node& node, std::string_view what, Faults& faults) {
  if (node.kind == yaml::Node::Kind::kMap) return true;
  faults.Add(node.place, "{} is a map of keys and values", what);
  return false;
}

void CheckKeys(const yaml::Node& map, std::span<const std::string_view> known, Faults& faults) {
  for (std::size_t i = 0; i < map.entries.size(); ++i) {
    const std::string& key = map.entries[i].first;
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    faults.Add(map.key_places[i], "no such key: {}{}", key, DidYouMean(key, known));
  }
}

const yaml::Node* Required(const yaml::Node& map, std::string_view key, std::string_view what,
                           Faults& faults) {
  const yaml::Node* node = map.Find(key);
  if (node == nullptr) faults.Add(map.place, "{} needs `{}`", what, key);
  return node;
}

std::string TextOf(const yaml::Node& node, Faults& faults) {
  if (node.kind == yaml::Node::Kind::kScalar && !node.scalar.empty()) return node.scalar;
  faults.Add(node.place, "a text is wanted here");
  return "";
}

std::vector<std::pair<std::string, yaml::Place>> TextsOf(const yaml::Node& node, Faults& faults) {
  std::vector<std::pair<std::string, yaml::Place>> texts;
  if (node.kind == yaml::Node::Kind::kList) {
    for (const auto& item : node.items) texts.emplace_back(TextOf(item, faults), item.place);
  } else {
    texts.emplace_back(TextOf(node, faults), node.place);
  }
  std::erase_if(texts, [](const auto& text) { return text.first.empty(); });
  return texts;
}

std::optional<Day> DayIn(const yaml::Node& node, Faults& faults) {
  auto day = ParseDay(node.scalar);
  if (!day) faults.Add(node.place, "a day is wanted here, as in 2011-05-14");
  return day;
}

std::optional<v1::UncertainTime> TimeOf(const yaml::Node& node, Faults& faults) {
  std::string text = TextOf(node, faults);
  if (text.empty()) return std::nullopt;
  auto time = ParseUncertain(text);
  if (time) return *time;
  faults.Add(node.place, "{}", time.error().text);
  return std::nullopt;
}

std::optional<Millis> LengthOf(const yaml::Node& node, Faults& faults) {
  auto length = cli::ParseLength(node.scalar);
  if (length) return *length;
  faults.Add(node.place, "a length is a number and s, m, h or d, as in 12h");
  return std::nullopt;
}

yaml::Node ScalarNode(std::string text, const yaml::Place& place) {
  yaml::Node node;
  node.kind = yaml::Node::Kind::kScalar;
  node.place = place;
  node.scalar = std::move(text);
  return node;
}

yaml::Node ListNode(std::vector<yaml::Node> items, const yaml::Place& place) {
  yaml::Node node;
  node.kind = yaml::Node::Kind::kList;
  node.place = place;
  node.items = std::move(items);
  return node;
}

yaml::Node MapNode(const yaml::Place& place) {
  yaml::Node node;
  node.kind = yaml::Node::Kind::kMap;
  node.place = place;
  return node;
}

void Set(yaml::Node& map, std::string key, yaml::Node value) {
  map.key_places.push_back(value.place);
  map.entries.emplace_back(std::move(key), std::move(value));
}

}  // namespace throughline::cases
