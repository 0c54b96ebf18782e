#include "engine/contact/placement_moves.h"

#include <utility>

namespace throughline::contact {
namespace {

std::pair<Millis, Millis> ByTime(const PlacementMove& move) {
  return {move.at.latest, move.at.earliest};
}

// Nothing, unless more ends are told of its day than other placements that they can be of.
std::optional<std::size_t> EndOfSameDay(const std::vector<PlacementMove>& moves,
                                        std::size_t started) {
  const PlacementMove& start = moves[started];
  std::optional<std::size_t> end;
  std::optional<std::size_t> before;
  int left = 0;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const PlacementMove& move = moves[i];
    if (i == started || move.agency != start.agency || move.at.earliest > start.at.latest) continue;
    if (move.at.latest < start.at.earliest) {
      const auto key = [&](std::size_t at) {
        return std::pair(ByTime(moves[at]), moves[at].starts);
      };
      if (!before || key(*before) < key(i)) before = i;
      continue;
    }
    left += move.starts ? -1 : 1;
    if (!move.starts && (!end || ByTime(move) < ByTime(moves[*end]))) end = i;
  }
  if (before && moves[*before].starts) --left;
  return left > 0 ? end : std::nullopt;
}

}  // namespace

std::optional<std::size_t> EndOfPlacement(const std::vector<PlacementMove>& moves,
                                          std::size_t started) {
  if (const auto end = EndOfSameDay(moves, started)) return end;
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const PlacementMove& move = moves[i];
    if (move.agency != moves[started].agency || move.at.earliest <= moves[started].at.latest) {
      continue;
    }
    if (!first || ByTime(move) < ByTime(moves[*first])) first = i;
  }
  return first;
}

}  // namespace throughline::contact
