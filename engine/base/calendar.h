#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/uk_time.h"

namespace throughline {

// Working days and school days of one jurisdiction, as data (deploy/calendars/*.yaml; activated
// through the operator feed). Pure. A day outside the years covered counts by weekday alone;
// Covers() says whether it is inside.
class Calendar {
 public:
  // YAML: `jurisdiction`, `version`, `source`, `covers: {from, until}`, `bank_holidays: [YYYY-MM-DD
  // ...]` (none at a weekend: the day given instead), and optionally `school_terms: [{from,
  // until}]`, in order, half terms apart. `name` is the file named in errors, which carry
  // line:column, all at once.
  static Result<Calendar> Parse(std::string_view yaml, std::string_view name);

  bool IsWorkingDay(Day day) const;  // Monday to Friday, no bank holiday
  // A working day within a term. Before the first and after the last term listed nothing is known:
  // a working day.
  bool IsSchoolDay(Day day) const;
  bool Covers(Day day) const;
  // Whether the terms listed, and the years covered, tell what the day is: it does not lie before
  // the first term or after the last. Without terms nothing is known of any.
  bool CoversSchool(Day day) const;
  // The last day that Covers, and the last that CoversSchool; nothing: no term is listed.
  Day covers_until() const { return covers_until_; }
  std::optional<Day> terms_until() const;
  // The day that is `count` working days after `day` (0: the same day; negative: before). "Within 1
  // working day" of a Friday is Monday, and so is it of the Saturday. Stops at the ends of the
  // calendar.
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
