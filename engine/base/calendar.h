#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/uk_time.h"

namespace throughline {

// Working days and school days of one jurisdiction, as data (deploy/calendars/*.yaml; activated through the operator feed).
// Pure. A day outside the years covered counts by weekday alone; Covers() says whether it is inside.
class Calendar {
 public:
  // YAML: `jurisdiction`, `version`, `source`, `covers: {from, until}`, `bank_holidays: [YYYY-MM-DD ...]`,
  // `school_terms: [{from, until}]`. Errors carry line:column, all at once.
  static Result<Calendar> Parse(std::string_view yaml, std::string_view name);

  bool IsWorkingDay(Day day) const;  // Monday to Friday, no bank holiday
  bool IsSchoolDay(Day day) const;   // a working day within a term; without terms: a working day
  bool Covers(Day day) const;
  // The day that is `count` working days after `day` (0: the same day). "Within 1 working day" of a Friday is Monday.
  Day AddWorkingDays(Day day, int count) const;
  Day AddSchoolDays(Day day, int count) const;

  const std::string& jurisdiction() const { return jurisdiction_; }
  const std::string& version() const { return version_; }

 private:
  std::string jurisdiction_;
  std::string version_;
  Day covers_from_ = 0;
  Day covers_until_ = 0;
  std::set<Day> holidays_;
  std::vector<std::pair<Day, Day>> terms_;
};

}  // namespace throughline
