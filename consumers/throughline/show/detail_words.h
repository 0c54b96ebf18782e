#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "throughline/v1/contact.pb.h"

namespace throughline::show {

// What only this kind of contact says, as one line: "Victim: Mother. Risk tool: dash. Risk yes
// count: 9". Any kind, by reflection: field names become words, labels the names of subjects, codes
// words; what is not recorded is left out. Empty when there is nothing. Pure.
std::string DetailWords(const v1::Contact& contact, std::string_view sender);

// One message in the same way: "cleanliness, state poor, since last same".
std::string PartWords(const google::protobuf::Message& message, const v1::Contact& contact,
                      std::string_view sender);

// To whom: an agency, a body outside, or a subject by name.
std::string RecipientWords(const v1::Recipient& recipient, const v1::Contact& contact);

}  // namespace throughline::show
