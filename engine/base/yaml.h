#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

// YAML as a tree with places: the one folder that includes yaml-cpp. Its exceptions stop here.
namespace throughline::yaml {

struct Place {
  int line = 0;    // from 1
  int column = 0;  // from 1
};

struct Node {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  Place place;
  std::string scalar;                                 // as written, quotes removed
  bool quoted = false;                                // written in quotes or as a block (| or >)
  std::vector<Node> items;                            // of a list
  std::vector<std::pair<std::string, Node>> entries;  // of a map, in order
  std::vector<Place> key_places;                      // of a map's keys, in the same order

  // Declared here and defined where Node is whole: a vector of pairs of it needs that.
  Node();
  Node(const Node& other);
  Node(Node&& other) noexcept;
  Node& operator=(const Node& other);
  Node& operator=(Node&& other) noexcept;
  ~Node();

  // The value of a key of a map, or nullptr.
  const Node* Find(std::string_view key) const;
};

// One fault with its place, as a person reads it: `file:line:column: text`.
struct Fault {
  std::string file;
  Place place;
  std::string text;
  std::string Text() const;
};

// The error that shows all of `faults` (one at least), one a line; after a hundred only how many
// more.
Error Refused(const std::vector<Fault>& faults);

// An empty text is a null node at 1:1. Errors, all at once, each with its place: the first fault of
// syntax; a key twice in one map; a key that is no plain text; an alias or anchor (refused, to
// bound size); a tag; a second document; bytes that are not UTF-8, or control characters; more than
// 4 MiB; deeper than 64. Columns count bytes.
Result<Node> Parse(std::string_view text, std::string_view file);

}  // namespace throughline::yaml
