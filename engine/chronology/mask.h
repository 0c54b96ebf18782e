#pragma once

#include <string_view>

#include "throughline/v1/contact.pb.h"

// What a mark of the list handling keeps out of every answer. Pure.
namespace throughline::chronology {

inline constexpr std::string_view kProtectedAddress = "protected_address";

// Takes the addresses out that the contact marks as protected: of the subjects named by the marks,
// or of all, in what person_recorded says of them too; of a household, its names and references,
// for they say where it is. What the narrative says of them stays: nobody can tell an address
// there.
void MaskAddresses(v1::Contact& contact);
// The same of those who do nothing in it but inform: nobody stands there as such, so that no mark
// of theirs would be found.
void MaskInformants(v1::Contact& contact);
// The same of one subject, of the contact or of the one that it puts in an earlier one's place; of
// every subject where the label is empty.
void MaskAddressOf(std::string_view label, v1::Contact& contact);

}  // namespace throughline::chronology
