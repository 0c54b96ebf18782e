#pragma once

#include <string>
#include <vector>

#include "engine/intake/state.h"

// Contacts that correct others of their agency, and those that correct such in turn. What is said
// of a contact is said of its corrections, since they may name whom it does not. Pure over the
// state.
namespace throughline::intake {

// The contacts that correct one, and those that correct them: beside them too stands what is said
// of it. Those that were retracted are shown still, and what is said of it holds for them.
std::vector<Seq> CorrectionsOf(const State& state, const v1::IntakeContact& contact);

// The contacts that one corrects, in turn, the nearest first.
std::vector<Seq> CorrectedBy(const State& state, const v1::IntakeContact& correction);

// The contact ids of a correction's chain, as its Placed tells it: of itself, of what it corrects,
// and, from kCorrectsFurther on, of what that does in turn. Nothing for another contact.
inline constexpr int kCorrectsFurther = 2;
std::vector<std::string> ChainOf(const v1::Placed& placed);

// Says of the correction that is to be placed, whose takes_back is set, what it corrects further,
// and which earlier ones do so through it.
void TellChain(const State& state, v1::Placed& placed);

// The correction's chain goes on with what `chain` has behind itself, once each.
void Lengthen(const std::vector<std::string>& chain, v1::IntakeContact& correction);

}  // namespace throughline::intake
