#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "throughline/v1/service.pb.h"

// What `doctor` makes of what a record says of itself. Pure.
namespace throughline::cli {

// What was looked at, and what was found; `advice` is empty when all is well.
struct Finding {
  std::string what, found, advice;
};

// The directory leads to no record.
Finding NoRecord(const Error& error);
// It does, and that cannot be asked. Only of an embedded one does a copy of the directory hold it.
Finding Unreadable(const Error& error, bool embedded);
// Of the data directory's disk; `needed` is what the engine wants free before it takes a contact.
Finding Disk(std::uint64_t free, std::uint64_t all, std::uint64_t needed);
// Whether what keeps an engine from beginning is waited for: brokers come back, and room is made
// where too little is. `disk` is what Disk found.
bool IsWaitedFor(const Error& error, bool embedded, const Finding& disk);
// What lets the tick pass that is held at an instant.
std::string ReleaseCommand(Millis at);
// Nothing where it could not be read.
std::vector<Finding> Policies(const v1::InspectAnswer& answer);
std::vector<Finding> FindingsIn(const v1::InspectAnswer& answer);
// Of each calendar: until when its days are known. Advice where a rule counts days of which none
// are, or that end less than `notice` after the last tick.
std::vector<Finding> Calendars(const v1::InspectAnswer& answer, Millis notice);
// Until when, in words.
std::string CoverText(const v1::CalendarStatus& calendar);

}  // namespace throughline::cli
