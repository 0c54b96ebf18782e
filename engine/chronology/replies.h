#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/chronology/entry.h"

// What was answered to what one contact handed over. Pure.
namespace throughline::chronology {

// The state that a contact gives to what it answers by one of its links: what its kind fixes
// (declined, where a code of its own says so), else what the link states, else received, which an
// answer shows at the least. received, considered, acted_on or declined.
std::string ReplyState(const v1::Contact& reply, const v1::Contact::Link& link);

struct Reply {
  const Entry* entry = nullptr;
  std::string state;
};

// For each of the contact's `sharing`, in order: the replies that stand, in the order of
// known.entries. Whose word counts: the recipient's; the sender's where it passes on what it was
// told, or for a body that is not on the system; anybody's when there is one hand-over only.
std::vector<std::vector<Reply>> RepliesTo(const Entry& entry, const Known& known);

}  // namespace throughline::chronology
