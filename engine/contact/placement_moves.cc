#include "engine/contact/placement_moves.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/contact/catalogue.h"

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
    if (move.leaves && (!end || ByTime(move) < ByTime(moves[*end]))) end = i;
  }
  if (before && moves[*before].starts) --left;
  return left > 0 ? end : std::nullopt;
}

}  // namespace

std::optional<PlacementMove> PlacementMoveOf(const v1::Contact& contact) {
  const Catalogue& catalogue = Catalogue::Get();
  PlacementMove move;
  if (contact.has_placement_started()) {
    const std::string& type = contact.placement_started().type();
    move.starts = true;
    move.temporary = catalogue.IsTemporary(type);
    move.own_home = catalogue.IsOwnHome(type);
    return move;
  }
  if (!contact.has_placement_ended()) return std::nullopt;
  const auto leaves = catalogue.Leaves(contact.placement_ended().reason());
  if (leaves == false) return std::nullopt;
  move.leaves = leaves.has_value();
  return move;
}

std::optional<std::size_t> EndOfPlacement(const std::vector<PlacementMove>& moves,
                                          std::size_t started) {
  const PlacementMove& start = moves[started];
  if (const auto end = start.own_home ? std::nullopt : EndOfSameDay(moves, started)) return end;
  std::vector<std::size_t> later;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const PlacementMove& move = moves[i];
    const bool follows = move.agency == start.agency && move.at.earliest > start.at.latest;
    if (follows && (move.starts || !start.own_home)) later.push_back(i);
  }
  // Who goes away for a time goes first.
  const auto key = [&](std::size_t i) {
    return std::tuple(ByTime(moves[i]), !moves[i].temporary, i);
  };
  std::sort(later.begin(), later.end(),
            [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  bool away = false;
  for (const std::size_t i : later) {
    const PlacementMove& move = moves[i];
    const bool returns = away && !move.starts && !move.leaves;
    if (start.temporary || !(move.temporary || returns)) return i;
    away = move.temporary;
  }
  return std::nullopt;
}

}  // namespace throughline::contact
