#include "engine/relations/statement.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
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

// By what they say, so that the order of feeds changes nothing.
bool IsSaidFirst(const Ending* a, const Ending* b) {
  const auto key = [](const Ending& one) {
    const v1::ContactRef& source = one.said.source();
    return std::tuple(one.recorded, std::string_view(source.agency()),
                      std::string_view(source.contact_id()), one.ended.earliest, one.ended.latest);
  };
  return key(*a) < key(*b);
}

// What was written down at the same time is ended by it, as in intake.
template <typename Later>
bool IsBefore(const Statement& one, const Later& later) {
  return one.recorded <= later.recorded;
}

// Whether it says nothing of its beginning, and was said of a time after that instant.
bool IsSaidAfter(const Statement& one, Millis end) {
  return !one.said.has_since() && one.span.began.latest > end;
}

void NeverSo(const Ending& ending, Statement& one) {
  if (!SameTwo(one, ending.from, ending.to, ending.relation)) return;
  const bool own = ending.said.source().agency() == one.said.source().agency();
  const bool acts = own || ending.said.confidence() == "verified";
  if (!acts || !IsBefore(one, ending)) {
    *one.said.add_against() = ending.said;
  } else if (Counts(one)) {
    EndBy(kInError, ending.ended, ending.said, one);
  }
}

enum class Act { kNothing, kAgainst, kEnds };

// Whoever was carried by a mother is her child until that ends.
bool IsOfMother(const Statement& one, const Ending& ending) {
  return ending.relation == "parent" && one.said.relation() == "unborn_child_of" &&
         one.from == ending.to && one.to == ending.from;
}

Act ActOf(const Ending& ending, const Statement& one) {
  if (!SameTwo(one, ending.from, ending.to, ending.relation) && !IsOfMother(one, ending)) {
    return Act::kNothing;
  }
  // What began after that end is another time together; what was over before, needs none.
  const bool apart = one.span.began.earliest > ending.ended.latest ||
                     (one.said.has_until() && one.span.ended.latest < ending.ended.earliest);
  if (apart) return Act::kNothing;
  // Said to be so after that end, without saying since when: later, it may be another time
  // together; before, it denies the end.
  const bool after = IsSaidAfter(one, ending.ended.latest);
  const bool before = IsBefore(one, ending);
  if (after && !before) return Act::kNothing;
  return after || !before ? Act::kAgainst : Act::kEnds;
}

using Endings = std::vector<const Ending*>;

// Whether one ending is of another time together, that began after the first.
bool EndsAnotherTime(const Ending& ending, const Ending& first,
                     const std::vector<Statement>& statements) {
  return std::any_of(statements.begin(), statements.end(), [&](const Statement& other) {
    return Counts(other) && other.span.began.latest > first.ended.latest &&
           ActOf(first, other) == Act::kNothing && ActOf(ending, other) == Act::kEnds;
  });
}

// Those that end what one statement says, in order: of each agency the last.
Endings EndingsOf(const Statement& one, const Endings& all,
                  const std::vector<Statement>& statements) {
  Endings acting;
  std::copy_if(all.begin(), all.end(), std::back_inserter(acting),
               [&](const Ending* ending) { return ActOf(*ending, one) == Act::kEnds; });
  Endings own;
  for (const Ending* ending : acting) {
    const bool another = std::any_of(acting.begin(), acting.end(), [&](const Ending* first) {
      return EndsAnotherTime(*ending, *first, statements);
    });
    if (another) continue;
    std::erase_if(own, [&](const Ending* before) {
      return before->said.source().agency() == ending->said.source().agency();
    });
    own.push_back(ending);
  }
  return own;
}

bool IsVaguer(const Interval& a, const Interval& b) {
  return a.earliest <= b.earliest && b.latest <= a.latest && a != b;
}

// When it ended by all of them, as exact as said; where they cannot all be right, `ends` has each.
Interval EndOf(const Endings& endings, std::vector<Interval>& ends) {
  Interval all;
  for (const Ending* ending : endings) {
    all.earliest = std::max(all.earliest, ending->ended.earliest);
    all.latest = std::min(all.latest, ending->ended.latest);
  }
  if (all.earliest <= all.latest) return all;
  for (const Ending* ending : endings) {
    const bool vaguer = std::any_of(endings.begin(), endings.end(), [&](const Ending* other) {
      return IsVaguer(ending->ended, other->ended);
    });
    if (!vaguer) ends.push_back(ending->ended);
  }
  all = ends.front();
  for (const Interval& end : ends) {
    all.earliest = std::min(all.earliest, end.earliest);
    all.latest = std::max(all.latest, end.latest);
  }
  return all;
}

void EndByAll(const Endings& endings, Statement& one) {
  if (endings.empty() || one.said.status() != kStands) return;
  EndBy(kEnded, EndOf(endings, one.ends), endings.front()->said, one);
  for (std::size_t i = 1; i < endings.size(); ++i) {
    *one.said.add_also_ending() = endings[i]->said;
  }
}

// An agency that gives an end later to what it said without one, has not two accounts.
void ApplyOwnLaterWord(std::vector<Statement>& statements) {
  std::vector<const Statement*> words;
  for (const Statement& one : statements) {
    if (one.said.has_until() && Counts(one)) words.push_back(&one);
  }
  const auto key = [](const Statement* one) {
    return std::tuple(one->recorded, std::string_view(one->said.source().contact_id()),
                      one->span.ended.earliest, one->span.ended.latest);
  };
  // The last word acts.
  std::sort(words.begin(), words.end(),
            [&](const Statement* a, const Statement* b) { return key(a) > key(b); });
  for (const Statement* later : words) {
    for (Statement& one : statements) {
      const bool own = one.said.source().agency() == later->said.source().agency();
      if (!IsBefore(one, *later) || !own || one.said.status() != kStands) continue;
      if (one.said.has_until() || !CanOverlap(one.span, later->span)) continue;
      if (!SameTwo(one, later->from, later->to, later->said.relation())) continue;
      v1::RelationEnding by;
      by.set_confidence(later->said.confidence());
      *by.mutable_until() = later->said.until();
      *by.mutable_source() = later->said.source();
      by.set_known(later->said.known());
      EndBy(kEnded, later->span.ended, by, one);
    }
  }
}

bool NeedsTheLiving(std::string_view relation) {
  static const std::set<std::string_view> kNeeds{"member_of_household", "partner", "carer",
                                                 "foster_carer", "friend_with_care"};
  return kNeeds.contains(relation);
}

// Whether on the day it was over by one account of its end, and not by another that cannot be
// right as well.
bool EndsDiffer(const Statement& one, Day day) {
  const Millis begin = StartOfDay(day);
  return std::any_of(one.ends.begin(), one.ends.end(), [&](const Interval& over) {
    return over.latest < begin &&
           std::any_of(one.ends.begin(), one.ends.end(), [&](const Interval& lasts) {
             return lasts.latest >= begin && lasts.earliest > over.latest;
           });
  });
}

// Whether an ending that it stands against says otherwise of the day: of a day before it nobody
// does.
bool StandsAgainst(const Statement& one, Day day) {
  return std::any_of(one.said.against().begin(), one.said.against().end(), [&](const auto& ending) {
    if (ending.reason() == kInError || !ending.has_until()) return true;
    const auto ended = Implied(ending.until());
    return !ended.has_value() || ended->earliest < StartOfDay(day);
  });
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
           one.said.against().empty() && IsBefore(disputed, one);
  });
}

}  // namespace

void ApplyEndings(const std::vector<Ending>& endings, std::vector<Statement>& statements) {
  Endings sorted;
  for (const Ending& ending : endings) sorted.push_back(&ending);
  std::sort(sorted.begin(), sorted.end(), IsSaidFirst);
  const auto never = std::stable_partition(sorted.begin(), sorted.end(), [](const Ending* ending) {
    return ending->said.reason() == kInError;
  });
  for (auto ending = sorted.begin(); ending != never; ++ending) {
    for (Statement& one : statements) NeverSo(**ending, one);
  }
  sorted.erase(sorted.begin(), never);
  std::vector<Endings> ends;
  for (Statement& one : statements) {
    ends.push_back(EndingsOf(one, sorted, statements));
    for (const Ending* ending : sorted) {
      if (ActOf(*ending, one) == Act::kAgainst) *one.said.add_against() = ending->said;
    }
  }
  for (std::size_t i = 0; i < statements.size(); ++i) EndByAll(ends[i], statements[i]);
  ApplyOwnLaterWord(statements);
}

void ApplyLife(const Life& life, std::vector<Statement>& statements) {
  Endings deaths;
  for (const Ending& death : life.deaths) deaths.push_back(&death);
  std::sort(deaths.begin(), deaths.end(), IsSaidFirst);
  std::vector<Interval> differ;
  const Interval died = deaths.empty() ? Interval{kLatest, kLatest} : EndOf(deaths, differ);
  for (Statement& one : statements) {
    if (!NeedsTheLiving(one.said.relation())) continue;
    if (one.from != life.person && one.to != life.person) continue;
    Interval& began = one.span.began;
    if (!one.said.has_since()) {
      began.earliest = std::max(began.earliest, std::min(life.born.earliest, began.latest));
    }
    if (deaths.empty() || began.earliest > died.latest) continue;
    const Interval ended{std::min(one.span.ended.earliest, died.earliest),
                         std::min(one.span.ended.latest, died.latest)};
    if (ended == one.span.ended) continue;
    if (one.said.status() == kStands || one.said.ending().reason() == "death") {
      EndBy(kEnded, ended, deaths.front()->said, one);
    } else {
      one.span.ended = ended;
    }
  }
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
                StandsAgainst(one, day) || EndsDiffer(one, day) || IsDenied(one, statements);
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
