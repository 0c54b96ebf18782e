#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/uk_time.h"
#include "throughline/v1/contact.pb.h"

// Placements of one child, as agencies tell of them. Pure.
namespace throughline::contact {

struct PlacementMove {
  std::string_view agency;
  bool starts = false;  // a placement begins; else it ends
  Interval at;
  bool temporary =
      false;  // of one that begins: the child goes back to where they were placed before
  bool own_home = false;  // of one that begins: the child stays there when it ends
  bool leaves = false;    // of an end: it says that the child leaves the home
};

// What a contact tells of the children whom it is about, without agency and time. Nothing: no
// placement begins, and none ends, or by that end they stay where they are.
std::optional<PlacementMove> PlacementMoveOf(const v1::Contact& contact);

// Which of `moves` says that the placement that `started` begins is over: the first of its agency's
// after it, or an end on the same day by which the child leaves and that can be of none that was
// open before. What is temporary ends, and is ended, on its own, unless the child leaves by it.
// Of several at one time the first in `moves`. Nothing: it goes on.
std::optional<std::size_t> EndOfPlacement(const std::vector<PlacementMove>& moves,
                                          std::size_t started);

}  // namespace throughline::contact
