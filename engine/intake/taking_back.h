#pragma once

#include <vector>

#include "engine/intake/state.h"
#include "throughline/v1/contact.pb.h"

// Contacts that their agency takes back, by a retraction or a correction, whichever of the two
// came first; and what is taken back in turn. Pure over the state.
namespace throughline::intake {

// By how many others a contact can be taken back, and how long a chain of such can be: beyond that
// nothing is taken back.
inline constexpr int kMaxTakenBackBy = 256;
inline constexpr int kMaxTakingBack = 256;

// Of the contacts before a record, and of its own, by seq.
struct TakenBack {
  std::vector<Seq> unsaid;         // stand no more: what they state of relations does not hold
  std::vector<Seq> said_again;     // stand again
  std::vector<Seq> wrong_person;   // are somebody else's from now on
  std::vector<Seq> belongs_again;  // are not any more
};

// The contact of the same agency that this one, of the agency and kind of its Placed, retracts or
// corrects.
void TellTakesBack(const v1::Contact& contact, v1::Placed& placed);

// What changes as the contact of that key is placed at `seq`, as far as its Placed tells what it
// takes back and as those tell that wait for it.
TakenBack TakenBackBy(const State& state, Seq seq, const std::string& contact_key,
                      const v1::Placed& placed);

// Whether what the contact says holds. Of a contact and its corrections, and theirs, one does: none
// that was retracted, nor one that another corrects that was not; of the rest the one that came
// last. None, if the contact itself was retracted.
bool Stands(const State& state, Seq seq);

// The seqs of the contacts that came before the contact of that key and take it back.
std::vector<Seq> TakersBackOf(const State& state, const std::string& contact_key);

}  // namespace throughline::intake
