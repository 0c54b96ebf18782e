#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/base/uk_time.h"
#include "engine/base/yaml.h"
#include "engine/contact/read_contact.h"
#include "throughline/v1/contact.pb.h"

// A case file: what agencies saw and did, and what should have been said, and when.
// tests/cases/README.md explains every key. Pure: contents in, no path opened.
namespace throughline::cases {

// Somebody, or a household, of the case.
struct Person {
  std::string kind;  // a code of the list person_kind
  std::optional<v1::UncertainTime> born;
  std::vector<std::string> names;
  std::vector<v1::Reference> ids;  // never empty, but for somebody whom nobody has identified
  std::string unknown;             // who they seem to be; empty when known
  std::string mother;              // of an unborn child; a label
  std::optional<v1::UncertainTime> expected;
  yaml::Place place;
};

using People = std::map<std::string, Person, std::less<>>;  // by label

// The alert that a contact answers, or tells that it was opened: of this rule, for this child, open
// when the contact is published.
struct MeantAlert {
  std::string rule;
  std::string child;                     // a label
  std::optional<contact::Target> about;  // its anchor, where several are open
  yaml::Place place;
  yaml::Place rule_place;
};

struct CaseContact {
  std::string agency;
  v1::Contact contact;
  Millis published =
      0;               // when the agency publishes it: its recorded instant and the agency's delay
  std::string review;  // where in the source it stands; may be empty
  // Its id is in the contact once it is played: until then, kNoAlert stands there.
  std::optional<MeantAlert> alert;
  bool answers = false;  // it answers that alert: its agency's feed attests
  yaml::Place place;
};

struct Expectation {
  bool quiet = false;  // the rule is not to be raised
  std::string rule;    // of a quiet: may be `any`
  std::string child;   // a label
  std::optional<Day> from;
  std::optional<Day> by;                  // never absent but of a quiet; its `until`
  std::vector<contact::Target> evidence;  // contacts of the case
  std::optional<Day> closed;              // its end: closed no later than this day
  std::string closed_because;
  // Exactly these answers hold for it in the end; contacts of the case.
  std::optional<std::set<contact::Target>> answered;
  std::string because;
  std::string missed;
  yaml::Place place;
  yaml::Place rule_place;
};

// What is asked of the record once the case has been played, and what should be answered.
struct Question {
  enum class What { kHousehold, kRelations, kChronology };
  What what = What::kHousehold;
  std::string of;  // a label
  Day on = 0;      // of a household or relations
  std::optional<Day> as_known_at;
  std::string lens = "shared";
  // By key: each exactly what is answered, as `father`, or `father contested`. Of a chronology: has
  // and not.
  std::map<std::string, std::set<std::string>, std::less<>> wants;
  std::string because;
  std::string missed;
  yaml::Place place;
};

struct CaseFile {
  std::string title;
  std::string about;
  std::string source;
  std::string policy;    // a name, or a path (with a slash) from the case file's folder
  std::string calendar;  // a name
  std::string import;
  std::map<std::string, Millis, std::less<>> delays;  // by agency
  People people;
  std::vector<CaseContact> contacts;      // in order of (published, agency, contact id)
  std::vector<Expectation> expectations;  // as written
  std::vector<Question> questions;        // as written
  Millis until = 0;                       // the clock runs up to this midnight

  std::vector<std::string> Agencies() const;  // sorted, each once
};

inline constexpr std::string_view kDefaultPolicy = "starter";
inline constexpr std::string_view kDefaultCalendar = "england";
inline constexpr std::string_view kAnyRule = "any";
inline constexpr std::string_view kNoAlert =
    "0000000000000000000000000000000000000000000000000000000000000000";
// How many days the clock runs on after the last contact where `until` is left out.
constexpr Day kRunOnDays = 60;

// `name` is what faults cite. kInvalid: every fault, each on a line with its place; what the
// contact validator would refuse is a fault at its contact.
Result<CaseFile> ParseCase(std::string_view text, std::string_view name);

// kInvalid: rules that are expected, wanted quiet, answered or opened, and that the policy does not
// have.
Result<void> CheckRules(const CaseFile& file, std::string_view name,
                        const std::vector<std::string>& rules);

}  // namespace throughline::cases
