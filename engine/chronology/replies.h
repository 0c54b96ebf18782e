#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/chronology/entry.h"
#include "engine/contact/read_contact.h"

// What was answered to what one contact handed over. Pure.
namespace throughline::chronology {

// What one of a contact's links answers, if it answers anything. `agency` sent the one that
// answers.
std::optional<contact::Target> AnsweredBy(const v1::Contact::Link& link, std::string_view agency);

// What a decision on a referral names as that: the referral, or what was received of it. It answers
// the first, and whatever the second answers, with or without a link that says so.
std::optional<contact::Target> DecidesOn(const v1::Contact& reply, std::string_view agency);

// The state that a contact gives to what it answers by one of its links: what its kind fixes
// (declined, where a code of its own says so), else what the link states, else received, which an
// answer shows at the least. received, considered, acted_on or declined.
std::string ReplyState(const v1::Contact& reply, const v1::Contact::Link& link);

// A contact, and who sent it.
struct Sent {
  const v1::Contact& contact;
  std::string_view agency;
};

// Whose word counts for one hand-over (one of sender.contact's `sharing`): the recipient's; the
// sender's where it passes on what it was told, or for a body that is not on the system; anybody's
// when there is one hand-over only. A link that names a unit speaks of that unit alone.
bool WordCounts(const Sent& reply, const v1::Contact::Link& link,
                const v1::Contact::Sharing& sharing, const Sent& sender);

// Whether the sender of what it answers passes on in it what the recipient said.
bool ToldBySender(const v1::Contact& reply);

struct Reply {
  const Entry* entry = nullptr;
  std::string state;
};

// For each of the contact's `sharing`, in order: the replies that stand and whose word counts, in
// the order of known.entries. What answers a correction answers what that corrects.
std::vector<std::vector<Reply>> RepliesTo(const Entry& entry, const Known& known);

}  // namespace throughline::chronology
