#include "consumers/risk/compiled_policy.h"
#include "consumers/risk/policy_file.h"
#include "consumers/throughline/case/case_file.h"
#include "engine/base/calendar.h"
#include "engine/base/check.h"
#include "tests/fuzz/targets.h"

namespace throughline::fuzz {
namespace {

// Days to ask a calendar about: its own years, and the ends of time.
constexpr Day kDays[] = {-200000, -1, 0, 14245, 20000, 20783, 200000};

}  // namespace

void CaseFile(std::string_view bytes) {
  const auto parsed = cases::ParseCase(bytes, "fuzz.case.yaml");
  if (parsed) {
    parsed->Agencies();
  } else {
    CHECK(!parsed.error().text.empty());
  }
}

void Policy(std::string_view bytes) {
  const auto files = risk::UnbundlePolicy(bytes);
  const auto checked = risk::CheckPolicy(files);
  CHECK(checked.policy.has_value() == checked.faults.empty());
  if (!checked.policy) return;
  CHECK(risk::CompiledPolicy::Compile({*checked.policy}).has_value());
}

void Calendar(std::string_view bytes) {
  const auto calendar = throughline::Calendar::Parse(bytes, "fuzz.yaml");
  if (!calendar) return;
  for (const Day day : kDays) {
    if (calendar->IsSchoolDay(day)) CHECK(calendar->IsWorkingDay(day));
    CHECK(calendar->AddWorkingDays(day, 10) >= day);
    CHECK(calendar->AddSchoolDays(day, 10) >= day);
    CHECK(calendar->AddWorkingDays(day, -10) <= day);
  }
}

}  // namespace throughline::fuzz
