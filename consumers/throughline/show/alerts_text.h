#pragma once

#include <string>
#include <vector>

#include "consumers/throughline/show/page.h"
#include "consumers/throughline/show/style.h"
#include "throughline/v1/alert.pb.h"

namespace throughline::show {

// Each alert in full: why, what it rests on and who knew it since when, what is missing, what is
// wanted of whom and by when, on what basis. In the order given. Ends with a line break. Pure.
std::string AlertsText(const std::vector<v1::Alert>& alerts, const Style& style);

// One line for each: day, state, rule's title, contacts that it rests on, id.
std::string AlertsTable(const std::vector<v1::Alert>& alerts, const Style& style);

// One alert as part of a page; `brief` leaves out what the rule says in general.
void AddAlert(Page& page, const v1::Alert& alert, bool brief);
// What it rested on until this change and does not any more, and why.
void AddLost(Page& page, const v1::Alert& alert);
// What it says now and did not when it was raised: its sentence, the contacts that came to it, and
// what is missing still. Nothing where that is the same.
void AddSince(Page& page, const v1::Alert& raised, const v1::Alert& now);
// A time as alerts hold it, on one line, as a practitioner reads it.
std::string TimeOf(const std::string& one_line);
// As much of an alert's id as people tell alerts apart by.
std::string ShortId(const std::string& alert_id);
// Why it closed.
std::string ClosedWords(const v1::Alert& alert);

}  // namespace throughline::show
