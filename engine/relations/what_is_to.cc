#include <algorithm>
#include <set>

#include "engine/relations/ties.h"

namespace throughline::relations {
namespace {

const Tie* TieTo(const std::vector<Tie>& ties, const PersonId& other) {
  const auto tie =
      std::find_if(ties.begin(), ties.end(), [&](const Tie& one) { return one.other == other; });
  return tie == ties.end() || tie->on_day == "not_so" ? nullptr : &*tie;
}

}  // namespace

std::vector<std::string> WhatIsTo(Circle& circle, const PersonId& one, const PersonId& other,
                                  Day day) {
  std::vector<std::string> is;
  const auto add = [&](std::string what) {
    if (std::find(is.begin(), is.end(), what) == is.end()) is.push_back(std::move(what));
  };
  const std::vector<Tie> parents = ParentsOf(circle, other, day);
  const std::vector<Tie> carers = CarersOf(circle, other, day);
  if (TieTo(parents, one) != nullptr) add("parent");
  if (TieTo(carers, one) != nullptr) add("carer");
  if (TieTo(ChildrenOf(circle, other, day), one) != nullptr) add("child");
  if (TieTo(MutualTiesOf(circle, other, "sibling", day), one) != nullptr) add("sibling");
  if (TieTo(PartnersOf(circle, other, day), one) != nullptr) add("partner");
  for (const Tie& partner : PartnersOf(circle, one, day)) {
    if (partner.on_day == "not_so") continue;
    if (TieTo(parents, partner.other) == nullptr && TieTo(carers, partner.other) == nullptr) {
      continue;
    }
    const std::string& name = circle.Who(partner.other).name();
    add(name.empty() ? "partner of a parent" : "partner of " + name);
  }
  const std::vector<Tie> homes = HomesOf(circle, other, day);
  if (TieTo(homes, one) != nullptr) add("home");
  for (const Tie& home : HomesOf(circle, one, day)) {
    const Tie* shared = TieTo(homes, home.other);
    if (shared != nullptr && home.on_day != "not_so" && CanMeet(*shared, home)) {
      add("of the same home");
    }
  }
  return is;
}

}  // namespace throughline::relations
