#include "engine/relations/statement.h"

#include <algorithm>
#include <utility>

#include "engine/contact/relation.h"

namespace throughline::relations {
namespace {

constexpr std::string_view kStands = "stands";
constexpr std::string_view kEnded = "ended";
constexpr std::string_view kInError = "in_error";

bool Counts(const Statement& one) {
  return one.said.status() == kStands || one.said.status() == kEnded;
}

bool SameTwo(const Statement& one, const PersonId& from, const PersonId& to,
             std::string_view relation) {
  if (one.said.relation() != relation) return false;
  if (one.from == from && one.to == to) return true;
  return contact::IsMutual(relation) && one.from == to && one.to == from;
}

void EndBy(std::string_view status, const Interval& ended, const v1::RelationEnding& by,
           Statement& one) {
  one.said.set_status(std::string(status));
  *one.said.mutable_ending() = by;
  if (status == kInError) return;
  one.span.ended.earliest = std::max(ended.earliest, one.span.began.earliest);
  one.span.ended.latest = std::max(ended.latest, one.span.ended.earliest);
}

template <typename A, typename B>
bool Before(const A& a, const B& b) {
  return std::pair(a.recorded, a.seq) < std::pair(b.recorded, b.seq);
}

// Whether it says nothing of its beginning, and was said of a time after that instant.
bool IsSaidAfter(const Statement& one, Millis end) {
  return !one.said.has_since() && one.span.began.latest > end;
}

void NeverSo(const Ending& ending, Statement& one) {
  const bool own = ending.said.source().agency() == one.said.source().agency();
  const bool acts = own || ending.said.confidence() == "verified";
  if (!acts || !Before(one, ending)) {
    *one.said.add_against() = ending.said;
  } else if (Counts(one)) {
    EndBy(kInError, ending.ended, ending.said, one);
  }
}

void ApplyOne(const Ending& ending, std::vector<Statement>& statements) {
  for (Statement& one : statements) {
    if (!SameTwo(one, ending.from, ending.to, ending.relation)) continue;
    if (ending.said.reason() == kInError) {
      NeverSo(ending, one);
      continue;
    }
    // What began after that end is another time together; what was over before, needs none.
    const bool apart = one.span.began.earliest > ending.ended.latest ||
                       (one.said.has_until() && one.span.ended.latest < ending.ended.earliest);
    if (apart) continue;
    // Said to be so after that end, without saying since when: later, it may be another time
    // together; before, it denies the end.
    const bool after = IsSaidAfter(one, ending.ended.latest);
    const bool before = Before(one, ending);
    if (after && !before) continue;
    if (after || !before) {
      *one.said.add_against() = ending.said;
    } else if (one.said.status() == kStands) {
      EndBy(kEnded, ending.ended, ending.said, one);
    }
  }
}

// An agency that gives an end later to what it said without one, has not two accounts.
void ApplyOwnLaterWord(std::vector<Statement>& statements) {
  for (const Statement& later : statements) {
    if (!later.said.has_until() || !Counts(later)) continue;
    for (Statement& one : statements) {
      const bool own = one.said.source().agency() == later.said.source().agency();
      if (!Before(one, later) || !own || one.said.status() != kStands) continue;
      if (one.said.has_until() || !CanOverlap(one.span, later.span)) continue;
      if (!SameTwo(one, later.from, later.to, later.said.relation())) continue;
      v1::RelationEnding by;
      by.set_confidence(later.said.confidence());
      *by.mutable_until() = later.said.until();
      *by.mutable_source() = later.said.source();
      by.set_known(later.said.known());
      EndBy(kEnded, later.span.ended, by, one);
    }
  }
}

// Whether another agency's word on the same time says that it was over, or had not begun.
bool IsDenied(const Statement& holds, const std::vector<Statement>& all) {
  return std::any_of(all.begin(), all.end(), [&](const Statement& one) {
    const bool off = one.said.on_day() == "earlier" || one.said.on_day() == "later";
    return off && one.said.source().agency() != holds.said.source().agency() &&
           CanOverlap(one.span, holds.span) && !IsSaidAfter(holds, one.span.ended.latest);
  });
}

// Whether something verified and written down later says the same, so that a dispute is over.
bool IsSettled(const Statement& disputed, const std::vector<Statement>& all) {
  return std::any_of(all.begin(), all.end(), [&](const Statement& one) {
    return one.said.confidence() == "verified" && IsOn(one.said.on_day()) &&
           one.said.against().empty() && Before(disputed, one);
  });
}

}  // namespace

void ApplyEndings(const std::vector<Ending>& endings, std::vector<Statement>& statements) {
  for (const Ending& ending : endings) ApplyOne(ending, statements);
  ApplyOwnLaterWord(statements);
}

std::string Weigh(Day day, std::vector<Statement>& statements) {
  bool earlier = false;
  bool later = false;
  for (Statement& one : statements) {
    one.said.clear_on_day();
    if (!Counts(one)) continue;
    Holds holds = HoldsOn(one.span, day);
    const bool inferred = one.said.confidence() == "suspected";
    if (inferred && holds == Holds::kCertain) holds = Holds::kPossible;
    earlier = earlier || holds == Holds::kEarlier;
    later = later || holds == Holds::kLater;
    one.said.set_on_day(std::string(HoldsName(holds)));
  }
  bool certain = false;
  bool possible = false;
  bool contested = false;
  for (const Statement& one : statements) {
    if (!IsOn(one.said.on_day())) continue;
    certain = certain || one.said.on_day() == "certain";
    possible = true;
    const bool disputed = one.said.confidence() == "disputed" && !IsSettled(one, statements);
    contested = contested || disputed || !one.said.disputed_by().empty() ||
                !one.said.against().empty() || IsDenied(one, statements);
  }
  if (contested) return "contested";
  if (certain) return "certain";
  if (possible) return "possible";
  if (earlier) return "earlier";
  return later ? "later" : "not_so";
}

bool IsOn(std::string_view on_day) {
  return on_day == "certain" || on_day == "possible" || on_day == "contested";
}

}  // namespace throughline::relations
