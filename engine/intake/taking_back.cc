#include "engine/intake/taking_back.h"

#include <algorithm>
#include <map>

namespace throughline::intake {
namespace {

// What takes back what, as it is once a record is placed or, without that record, before.
class Takings {
 public:
  explicit Takings(const State& state) : state_(state) {}

  void Add(Seq seq, v1::IntakeContact contact) { rows_[seq] = std::move(contact); }

  bool Stands(Seq seq) { return !IsRetracted(seq) && !IsCorrected(seq); }

  bool IsSomebodyElses(Seq seq) {
    return IsTakenBackBy(
        seq, [this](Seq by) { return Row(by).as_wrong_person() && !IsRetracted(by, 1); });
  }

  // Stays where it is as others are read.
  const v1::IntakeContact& Row(Seq seq) {
    auto [known, added] = rows_.try_emplace(seq);
    if (added) known->second = state_.Contact(seq).value_or(v1::IntakeContact());
    return known->second;
  }

 private:
  template <typename Is>
  bool IsTakenBackBy(Seq seq, const Is& is) {
    const auto& by = Row(seq).taken_back_by();
    return std::any_of(by.begin(), by.end(), is);
  }

  // A retraction retracts until it is retracted itself: one that is corrected is one still.
  bool IsRetracted(Seq seq, int depth = 0) {
    return depth <= kMaxTakingBack && IsTakenBackBy(seq, [&](Seq by) {
             return !Row(by).corrects() && !IsRetracted(by, depth + 1);
           });
  }

  // The last of its corrections that was not retracted takes its place.
  bool IsCorrected(Seq seq, int depth = 0) {
    return depth <= kMaxTakingBack && IsTakenBackBy(seq, [&](Seq by) {
             return Row(by).corrects() && (!IsRetracted(by) || IsCorrected(by, depth + 1));
           });
  }

  const State& state_;
  std::map<Seq, v1::IntakeContact> rows_;
};

std::optional<Seq> PlacedAt(const State& state, const std::string& contact_key) {
  if (contact_key.empty()) return std::nullopt;
  const auto seen = state.Seen(contact_key);
  if (!seen || seen->erased() || !state.Contact(seen->seq())) return std::nullopt;
  return seen->seq();
}

}  // namespace

bool Stands(const State& state, Seq seq) { return Takings(state).Stands(seq); }

std::vector<Seq> TakersBackOf(const State& state, const std::string& contact_key) {
  std::vector<Seq> takers;
  if (state.WaitingCount(contact_key) == 0) return takers;
  for (const Seq seq : state.WaitingFor(contact_key)) {
    const auto waiting = state.Contact(seq);
    if (waiting && waiting->takes_back() == contact_key &&
        takers.size() < static_cast<std::size_t>(kMaxTakenBackBy)) {
      takers.push_back(seq);
    }
  }
  return takers;
}

TakenBack TakenBackBy(const State& state, Seq seq, const std::string& contact_key,
                      const v1::Placed& placed) {
  TakenBack taken;
  v1::IntakeContact own;
  const auto takers = TakersBackOf(state, contact_key);
  own.mutable_taken_back_by()->Assign(takers.begin(), takers.end());
  own.set_as_wrong_person(placed.as_wrong_person());
  own.set_corrects(placed.kind() == "contact_corrected");
  std::optional<Seq> of;
  if (placed.has_takes_back()) {
    of =
        PlacedAt(state, ContactKey(placed.takes_back().agency(), placed.takes_back().contact_id()));
  }
  if (takers.empty() && !of) return taken;
  Takings before(state);
  Takings after(state);
  after.Add(seq, std::move(own));
  if (!after.Stands(seq)) taken.unsaid.push_back(seq);
  if (after.IsSomebodyElses(seq)) taken.wrong_person.push_back(seq);
  if (!of) return taken;
  v1::IntakeContact target = before.Row(*of);
  if (target.taken_back_by_size() >= kMaxTakenBackBy) return taken;
  target.add_taken_back_by(seq);
  after.Add(*of, std::move(target));
  for (int i = 0; of && i < kMaxTakingBack; ++i) {
    const bool stood = before.Stands(*of);
    if (stood && !after.Stands(*of)) taken.unsaid.push_back(*of);
    if (!stood && after.Stands(*of)) taken.said_again.push_back(*of);
    const bool was = before.IsSomebodyElses(*of);
    if (!was && after.IsSomebodyElses(*of)) taken.wrong_person.push_back(*of);
    if (was && !after.IsSomebodyElses(*of)) taken.belongs_again.push_back(*of);
    of = PlacedAt(state, before.Row(*of).takes_back());
  }
  return taken;
}

}  // namespace throughline::intake
