#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/uk_time.h"

// Placements of one child, as agencies tell of them. Pure.
namespace throughline::contact {

struct PlacementMove {
  std::string_view agency;
  bool starts = false;  // a placement begins; else it ends
  Interval at;
};

// Which of `moves` says that the placement that `started` begins is over: the first of its agency's
// after it, or an end on the same day that can be of none that was open before. Of several at one
// time the first in `moves`. Nothing: it goes on.
std::optional<std::size_t> EndOfPlacement(const std::vector<PlacementMove>& moves,
                                          std::size_t started);

}  // namespace throughline::contact
