#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/base/check.h"
#include "engine/base/yaml.h"
#include "tests/engine/identity/population.h"

namespace throughline::identity {
namespace {

using yaml::Node;

double Number(const Node& node) {
  char* end = nullptr;
  const double number = std::strtod(node.scalar.c_str(), &end);
  CHECK(!node.scalar.empty() && *end == '\0' && number >= 0 && number <= 1);
  return number;
}

std::vector<std::string> List(const Node& map, std::string_view key) {
  std::vector<std::string> items;
  if (const Node* list = map.Find(key)) {
    for (const Node& item : list->items) items.push_back(item.scalar);
  }
  return items;
}

std::vector<std::vector<std::string>> Lists(const Node& map, std::string_view key) {
  std::vector<std::vector<std::string>> lists;
  if (const Node* list = map.Find(key)) {
    for (const Node& node : list->items) {
      lists.emplace_back();
      for (const Node& item : node.items) lists.back().push_back(item.scalar);
    }
  }
  return lists;
}

void Fill(const Node& node, Origin& origin) {
  if (const Node* shape = node.Find("shape")) origin.shape = shape->scalar;
  if (const Node* rare = node.Find("rare")) origin.rare = Number(*rare);
  origin.feminine = node.Find("feminine") != nullptr;
  const auto set = [&](std::string_view key, std::vector<std::string>& list) {
    if (node.Find(key) != nullptr) list = List(node, key);
  };
  set("boys", origin.boys);
  set("girls", origin.girls);
  set("parents", origin.parents);
  set("surnames", origin.surnames);
  set("stems", origin.stems);
  set("ends", origin.ends);
  set("fathers", origin.fathers);
  set("markers_female", origin.markers_female);
  set("markers_male", origin.markers_male);
  set("english_names", origin.english_names);
  if (node.Find("variants") != nullptr) origin.variants = Lists(node, "variants");
  if (node.Find("surname_variants") != nullptr)
    origin.surname_variants = Lists(node, "surname_variants");
  if (const Node* rates = node.Find("rates")) {
    for (const auto& [name, rate] : rates->entries) origin.rates[name] = Number(rate);
  }
}

}  // namespace

std::vector<Origin> ReadOrigins(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  const auto root = yaml::Parse(text.str(), path);
  CHECK(root.has_value());
  Origin common;
  for (const auto& [name, rate] : root->Find("rates")->entries)
    common.rates[name] = Number(*rate.Find("rate"));
  for (const auto& [agency, rate] : root->Find("agencies")->entries)
    common.rates["agency " + agency] = Number(rate);
  std::vector<Origin> origins;
  for (const auto& [name, node] : root->Find("origins")->entries) {
    Origin origin = common;
    if (const Node* like = node.Find("like")) {
      for (const Origin& other : origins) {
        if (other.name == like->scalar) origin = other;
      }
    }
    Fill(node, origin);
    origin.name = name;
    origins.push_back(std::move(origin));
  }
  return origins;
}

}  // namespace throughline::identity
