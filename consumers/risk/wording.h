#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "consumers/risk/evaluate.h"
#include "throughline/v1/policy.pb.h"

// The words of alerts: readable kinds, spans, and sentences with their numbers filled in. Pure.
// Never a name or a text of an agency, nor what marks hide of a contact: of one of which they hide
// that it is there, that is counted and no more.
namespace throughline::risk {

// domestic_abuse_callout: "domestic abuse call-out". A kind without a wording of its own: its
// underscores as spaces.
std::string KindWording(std::string_view kind);
// When a contact happened, as it says; words for a day that a mark hides.
std::string DateWording(const chronology::Entry& entry);
// "1 working day", "12 months", "1 school day, by 08:45"; empty for no span.
std::string SpanWording(const v1::Span& span);
// "a", "a and b", "a, b and c".
std::string Listed(const std::vector<std::string>& items);

// The placeholders that a sentence may use: count, days, window, due, kinds, agencies, anchor_kind,
// anchor_agency, anchor_date, missing, first_date, last_date.
const std::vector<std::string_view>& Placeholders();
// The placeholders that a text uses, in order; those that are none included. An open brace without
// its end is "{".
std::vector<std::string> PlaceholdersIn(std::string_view sentence);
// The rule's sentence for an episode.
std::string Sentence(const v1::Rule& rule, const Child& child, const Episode& episode);

}  // namespace throughline::risk
