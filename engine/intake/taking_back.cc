#include "engine/intake/taking_back.h"

#include <algorithm>
#include <map>
#include <set>

namespace throughline::intake {
namespace {

// Of so many contacts that take each other back the rest is not looked at.
constexpr std::size_t kMostLookedAt = 1024;

// Beyond every record.
constexpr Seq kToCome = Seq{1} << 63;

// What takes back what, as it is once a record is placed or, without that record, before.
class Takings {
 public:
  explicit Takings(const State& state) : state_(state) {}

  void Add(Seq seq, v1::IntakeContact contact) {
    seqs_[contact.contact_key()] = seq;
    rows_[seq] = std::move(contact);
  }

  // `by` takes back the contact of that key, which may still be to come.
  void AddTaker(const std::string& contact_key, Seq by) {
    const Seq of = SeqOf(contact_key);
    if (Row(of).taken_back_by_size() < kMaxTakenBackBy) rows_.at(of).add_taken_back_by(by);
  }

  // Of a contact and its corrections one stands, or none.
  bool Stands(Seq seq) {
    const Seq first = FirstOf(seq, [](const auto& row) { return row.corrects(); });
    const auto [known, added] = standing_.try_emplace(first);
    if (added) known->second = StandingOf(first);
    return known->second == seq;
  }

  bool IsSomebodyElses(Seq seq) {
    return IsTakenBackBy(
        seq, [this](Seq by) { return Row(by).as_wrong_person() && !IsRetracted(by, 1); });
  }

  // The contacts that take each other back, in turn, of which that is one; those that came.
  std::vector<Seq> AllAround(Seq seq) {
    const auto all = [](const v1::IntakeContact& /*row*/) { return true; };
    std::vector<Seq> around = With(FirstOf(seq, all), all);
    std::erase_if(around, [](Seq one) { return one >= kToCome; });
    return around;
  }

 private:
  // Stays where it is as others are read.
  const v1::IntakeContact& Row(Seq seq) {
    auto [known, added] = rows_.try_emplace(seq);
    if (added) known->second = state_.Contact(seq).value_or(v1::IntakeContact());
    return known->second;
  }

  // What a contact takes back, as long as `follows` says so of what does, in turn.
  template <typename Follows>
  Seq FirstOf(Seq seq, const Follows& follows) {
    for (int i = 0; i < kMaxTakingBack && follows(Row(seq)); ++i) {
      if (Row(seq).takes_back().empty()) break;
      seq = SeqOf(Row(seq).takes_back());
    }
    return seq;
  }

  // A contact and those that take it back, in turn, as far as they are such as `is`.
  template <typename Is>
  std::vector<Seq> With(Seq first, const Is& is) {
    std::vector<Seq> all{first};
    std::set<Seq> met{first};
    for (std::size_t i = 0; i < all.size() && all.size() < kMostLookedAt; ++i) {
      for (const Seq by : Row(all[i]).taken_back_by()) {
        if (is(Row(by)) && met.insert(by).second) all.push_back(by);
      }
    }
    return all;
  }

  // 0: none. A retraction of the contact is one of its corrections too. Of those that are not
  // retracted, one that another corrects in turn does not stand, and of the rest the last does.
  Seq StandingOf(Seq first) {
    if (IsRetracted(first)) return 0;
    const std::vector<Seq> versions =
        With(first, [](const v1::IntakeContact& by) { return by.corrects(); });
    std::set<Seq> corrected;  // by one that is not retracted, in turn
    Seq standing = 0;
    for (auto one = versions.rbegin(); one != versions.rend(); ++one) {
      const bool retracted = IsRetracted(*one);
      if (!retracted && !corrected.contains(*one)) standing = std::max(standing, *one);
      if (*one == first || (retracted && !corrected.contains(*one))) continue;
      corrected.insert(SeqOf(Row(*one).takes_back()));
    }
    return standing;
  }

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

  // Of what did not come yet, one that no contact has: those that take it back are known.
  Seq SeqOf(const std::string& contact_key) {
    const auto [at, added] = seqs_.try_emplace(contact_key);
    if (!added) return at->second;
    const auto seen = state_.Seen(contact_key);
    if (seen && state_.Contact(seen->seq())) return at->second = seen->seq();
    at->second = kToCome + seqs_.size();
    const auto takers = TakersBackOf(state_, contact_key);
    rows_[at->second].mutable_taken_back_by()->Assign(takers.begin(), takers.end());
    return at->second;
  }

  const State& state_;
  std::map<Seq, v1::IntakeContact> rows_;
  std::map<std::string, Seq> seqs_;  // by contact key
  std::map<Seq, Seq> standing_;      // by the contact of which it is a version
};

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

void TellTakesBack(const v1::Contact& contact, v1::Placed& placed) {
  const v1::ContactRef* of = nullptr;
  if (contact.has_contact_retracted()) of = &contact.contact_retracted().of();
  if (contact.has_contact_corrected()) of = &contact.contact_corrected().of();
  if (of == nullptr) return;
  placed.mutable_takes_back()->set_agency(placed.agency());
  placed.mutable_takes_back()->set_contact_id(of->contact_id());
  placed.set_as_wrong_person(contact.contact_retracted().why() == "wrong_person");
}

TakenBack TakenBackBy(const State& state, Seq seq, const std::string& contact_key,
                      const v1::Placed& placed) {
  TakenBack taken;
  const auto takers = TakersBackOf(state, contact_key);
  if (takers.empty() && !placed.has_takes_back()) return taken;
  v1::IntakeContact own;
  own.set_contact_key(contact_key);
  own.mutable_taken_back_by()->Assign(takers.begin(), takers.end());
  own.set_as_wrong_person(placed.as_wrong_person());
  own.set_corrects(placed.kind() == "contact_corrected");
  Takings before(state);
  Takings after(state);
  if (placed.has_takes_back()) {
    own.set_takes_back(ContactKey(placed.takes_back().agency(), placed.takes_back().contact_id()));
    after.AddTaker(own.takes_back(), seq);
  }
  after.Add(seq, std::move(own));
  for (const Seq one : after.AllAround(seq)) {
    // It is known from now on: before, nothing was said of it.
    const bool is_new = one == seq;
    const bool stood = is_new || before.Stands(one);
    const bool was = !is_new && before.IsSomebodyElses(one);
    if (stood && !after.Stands(one)) taken.unsaid.push_back(one);
    if (!stood && after.Stands(one)) taken.said_again.push_back(one);
    if (!was && after.IsSomebodyElses(one)) taken.wrong_person.push_back(one);
    if (was && !after.IsSomebodyElses(one)) taken.belongs_again.push_back(one);
  }
  return taken;
}

}  // namespace throughline::intake
