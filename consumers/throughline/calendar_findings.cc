#include <fmt/format.h>
#include <fmt/ranges.h>

#include "consumers/throughline/findings.h"
#include "engine/base/uk_time.h"

namespace throughline::cli {
namespace {

constexpr const char* kActivate = "throughline calendar activate FILE";

// What is wrong with what ends on `until`; nothing: it reaches far enough. Days are YYYY-MM-DD,
// which compare as text.
std::string Trouble(const std::string& what, const std::string& until, const std::string& today,
                    const std::string& enough) {
  if (until.empty()) return what + " are missing";
  if (until < today) return what + " have ended";
  return until < enough ? what + " end soon" : "";
}

Finding CalendarFinding(const v1::CalendarStatus& calendar, const std::string& today,
                        const std::string& enough) {
  const std::string what = "calendar of " + calendar.jurisdiction();
  if (calendar.version().empty()) {
    return {what, "none is in force",
            fmt::format("until one is, deadlines count weekdays alone: {}", kActivate)};
  }
  std::vector<std::string> troubles;
  if (calendar.counts_working_days()) {
    troubles.push_back(Trouble("bank holidays", calendar.holidays_until(), today, enough));
  }
  if (calendar.counts_school_days()) {
    troubles.push_back(Trouble("school terms", calendar.terms_until(), today, enough));
  }
  std::erase(troubles, "");
  if (troubles.empty()) return {what, CoverText(calendar), ""};
  return {what, CoverText(calendar),
          fmt::format("{}: beyond what is known weekdays alone count. Add what is missing under a "
                      "new version, then {}",
                      fmt::join(troubles, ", "), kActivate)};
}

}  // namespace

std::string CoverText(const v1::CalendarStatus& calendar) {
  return fmt::format("bank holidays until {}, {}", calendar.holidays_until(),
                     calendar.terms_until().empty()
                         ? "no school terms"
                         : "school terms until " + calendar.terms_until());
}

std::vector<Finding> Calendars(const v1::InspectAnswer& answer, Millis notice) {
  const std::string today = FormatDay(DayOf(answer.last_tick_ms()));
  const std::string enough = FormatDay(DayOf(answer.last_tick_ms() + notice));
  std::vector<Finding> findings;
  for (const auto& calendar : answer.calendars()) {
    findings.push_back(CalendarFinding(calendar, today, enough));
  }
  return findings;
}

}  // namespace throughline::cli
