#include "engine/projection/fold.h"

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/base/check.h"

namespace throughline::projection {
namespace {

class Persons {
 public:
  void Add(std::string_view raw) {
    // An id that is none cannot be on anybody's chronology; the fold that needs it refuses the
    // record.
    if (const auto person = PersonId::FromRaw(raw)) persons_.push_back(*person);
  }
  template <typename Placements>
  void AddEach(const Placements& placements) {
    for (const auto& placement : placements) Add(placement.person());
  }
  template <typename Pair>
  void AddEnds(const Pair& pair) {
    Add(pair.from());
    Add(pair.to());
  }
  std::vector<PersonId> Sorted() && {
    std::sort(persons_.begin(), persons_.end());
    persons_.erase(std::unique(persons_.begin(), persons_.end()), persons_.end());
    return std::move(persons_);
  }

 private:
  std::vector<PersonId> persons_;
};

}  // namespace

bool ShardOf::Owns(const PersonId& person) const {
  CHECK(index < count);
  if (count == 1) return true;
  const std::string hash = Sha256(person.Raw());
  std::string_view front = hash;
  return *TakeU64(front) % count == index;
}

std::optional<PersonId> Fold::NextToVisit(const std::optional<PersonId>&, const Reads&) const {
  CHECK(false);
}

Result<void> Fold::Visit(const PersonId&, const log::Accepted&, FoldContext&) { CHECK(false); }

std::vector<PersonId> PersonsOf(const v1::Decision& decision) {
  Persons persons;
  switch (decision.decision_case()) {
    case v1::Decision::kPlaced:
      persons.AddEach(decision.placed().to());
      persons.AddEach(decision.placed().made());
      for (const auto& relation : decision.placed().relations()) persons.AddEnds(relation);
      for (const auto& ended : decision.placed().relations_ended()) persons.AddEnds(ended);
      break;
    case v1::Decision::kPlacedBecause:
      for (const auto& contact : decision.placed_because().contacts()) {
        persons.AddEach(contact.to());
        for (const std::string& person : contact.from()) persons.Add(person);
      }
      break;
    case v1::Decision::kLinked:
      persons.Add(decision.linked().kept());
      persons.Add(decision.linked().joined());
      break;
    case v1::Decision::kUnlinked:
      persons.Add(decision.unlinked().first());
      persons.Add(decision.unlinked().second());
      for (const std::string& record : decision.unlinked().records()) persons.Add(record);
      break;
    case v1::Decision::kKeptApart:
      persons.Add(decision.kept_apart().first());
      persons.Add(decision.kept_apart().second());
      break;
    default:
      break;
  }
  return std::move(persons).Sorted();
}

}  // namespace throughline::projection
