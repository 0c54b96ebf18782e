#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/chronology/entry.h"

// Which contacts may tell of one event: offered to whoever reads, never joined by itself. Pure.
namespace throughline::chronology {

// One pair of kinds, as deploy/same-event states it.
struct SameEventPair {
  std::string first;
  std::string second;
  Millis within = 0;
  // By a detail's name, the codes of which it has to have one, where the kind has that detail.
  std::map<std::string, std::set<std::string>> only;
  std::string source;
};
using SameEventPairs = std::vector<SameEventPair>;

// kInvalid: every fault with its place.
Result<SameEventPairs> ReadSameEventPairs(std::string_view yaml, std::string_view name);
// Those of deploy/same-event/starter.yaml.
const SameEventPairs& StarterSameEvent();

struct PerhapsSame {
  Seq first = 0;  // the lower
  Seq second = 0;
  Millis apart = 0;  // between them at the least; 0: they may be of one time
  bool operator==(const PerhapsSame&) const = default;
};

// Of each entry at most so many offers, the nearest in time.
inline constexpr int kMostOffers = 4;

// The pairs that may be one event and of which nobody has decided or said so yet, in order: of two
// agencies, or of two systems of one; both standing, and known to the day. What says that it
// follows, answers or otherwise links to the other is another event.
std::vector<PerhapsSame> FindPerhapsSame(const Known& known, const SameEventPairs& pairs);

}  // namespace throughline::chronology
