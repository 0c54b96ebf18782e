#include "engine/intake/corrections.h"

#include <algorithm>
#include <optional>
#include <set>

#include "engine/intake/taking_back.h"

namespace throughline::intake {
namespace {

struct Correction {
  Seq seq = 0;
  v1::IntakeContact row;
};

// Those that correct a contact which `taken_back_by` take back, and those that correct them.
template <typename Seqs>
std::vector<Correction> Follow(const State& state, const Seqs& taken_back_by) {
  std::vector<Correction> corrections;
  std::set<Seq> met;
  const auto add = [&](const auto& by) {
    for (const Seq seq : by) {
      if (corrections.size() >= static_cast<std::size_t>(kMaxTakenBackBy)) return;
      auto row = state.Contact(seq);
      if (!row || !row->corrects() || !met.insert(seq).second) continue;
      corrections.push_back({seq, *std::move(row)});
    }
  };
  add(taken_back_by);
  for (std::size_t i = 0; i < corrections.size(); ++i) {
    const auto by = corrections[i].row.taken_back_by();
    add(by);
  }
  return corrections;
}

}  // namespace

std::vector<Seq> CorrectionsOf(const State& state, const v1::IntakeContact& contact) {
  std::vector<Seq> seqs;
  for (const Correction& one : Follow(state, contact.taken_back_by())) seqs.push_back(one.seq);
  return seqs;
}

std::vector<Seq> CorrectedBy(const State& state, const v1::IntakeContact& correction) {
  std::vector<Seq> seqs;
  std::optional<v1::IntakeContact> row = correction;
  while (row && row->corrects() && seqs.size() < static_cast<std::size_t>(kMaxTakingBack)) {
    const auto seen = state.Seen(row->takes_back());
    row = seen ? state.Contact(seen->seq()) : std::nullopt;
    if (row) seqs.push_back(seen->seq());
  }
  return seqs;
}

std::vector<std::string> ChainOf(const v1::Placed& placed) {
  std::vector<std::string> chain;
  if (placed.kind() != "contact_corrected" || !placed.has_takes_back()) return chain;
  chain = {placed.contact_id(), placed.takes_back().contact_id()};
  chain.insert(chain.end(), placed.corrects_further().begin(), placed.corrects_further().end());
  return chain;
}

void TellChain(const State& state, v1::Placed& placed) {
  const auto key = [&](const std::string& id) { return ContactKey(placed.agency(), id); };
  const auto seen = state.Seen(key(placed.takes_back().contact_id()));
  if (const auto of = seen ? state.Contact(seen->seq()) : std::nullopt) {
    for (int i = 1; i < of->chain_size(); ++i) {
      if (of->chain(i) == placed.contact_id() || i >= kMaxTakingBack) break;
      placed.add_corrects_further(of->chain(i));
    }
  }
  for (const Correction& one : Follow(state, TakersBackOf(state, key(placed.contact_id())))) {
    if (one.row.chain_size() > 0) placed.add_corrected_by(one.row.chain(0));
  }
}

void Lengthen(const std::vector<std::string>& chain, v1::IntakeContact& correction) {
  auto& own = *correction.mutable_chain();
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (own.size() > kMaxTakingBack) return;
    if (std::find(own.begin(), own.end(), chain[i]) == own.end()) own.Add()->assign(chain[i]);
  }
}

}  // namespace throughline::intake
