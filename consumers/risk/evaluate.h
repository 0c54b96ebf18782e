#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/risk/compiled_policy.h"
#include "engine/base/calendar.h"
#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/chronology/entry.h"

// What the rules say of one child at one instant. Pure: the same function live, in a back-test and
// in a review.
namespace throughline::risk {

// By jurisdiction. One that is missing counts weekdays alone.
using Calendars = std::map<std::string, Calendar, std::less<>>;
// How late after `recorded` an agency's feed publishes, at most.
using FeedDelays = std::map<std::string, Millis, std::less<>>;

struct Lens {
  // Contacts declared history arm clocks and make live episodes like any other (the recorded lens).
  bool history_counts_as_live = false;
};

// All but the child and the policy that the result depends on.
struct Setting {
  const Calendars* calendars = nullptr;  // not owned; may be nullptr
  FeedDelays delays;
  Lens lens;
};

// A child as known: the entries that were known, in any order. Not owned.
struct Child {
  PersonId person;
  std::span<const chronology::Entry> entries;
};

// A rule holds. Indexes are into CompiledPolicy::rules() and Child::entries.
struct Episode {
  std::size_t rule = 0;
  std::optional<std::size_t> anchor;  // none: it is about the child
  std::vector<std::size_t> evidence;  // what it rests on, in order of time; the anchor among them
  std::vector<std::string>
      missing;              // what was due or expected and is not there, in the policy's words
  Millis due = 0;           // when it fell due, without any feed's delay; 0: nothing was due
  bool due_hidden = false;  // that would tell of what a mark hides
  // What its sentence counts and dates, in order of time: all of the evidence, but of a pattern one
  // window's, of one about the child that which ends last.
  std::vector<std::size_t> told;
  std::uint32_t count = 0;    // of those, with the occurrences that contacts stand for
  bool from_history = false;  // rests on contacts declared history alone
};

// Why a rule does not hold where it might.
enum class Ending {
  kSatisfied,      // what was due came in time
  kSatisfiedLate,  // it came, recorded after it was due
  kCleared,        // a contact that clears or stops it
  kLapsed,         // its time ran out with nothing new
};
std::string_view EndingText(Ending ending);  // satisfied, satisfied_late, cleared, lapsed

struct Ended {
  std::size_t rule = 0;
  std::optional<std::size_t> anchor;
  Ending ending = Ending::kSatisfied;
  // Without an anchor: the contacts for which it ended so, at the last if in several ways.
  std::vector<std::size_t> of;
};

struct NextDue {
  Millis at = 0;
  std::string rule;  // whose
  bool operator==(const NextDue&) const = default;
};

struct Evaluation {
  std::vector<Episode> episodes;  // in order of (rule, anchor's agency and contact id)
  std::vector<Ended> ended;       // in the same order
  // No later than the first instant after `at` at which the result changes without a new record;
  // none: never.
  std::optional<NextDue> next_due;
};

// Never claims more than is known: an uncertain time counts against nobody (see POLICY.md,
// "Uncertain times"). The order of the entries does not matter but for the indexes. Entries without
// a contact, or that do not count, are passed over. An anchor is (agency, contact id): at most one
// episode for each rule and anchor.
Evaluation Evaluate(const CompiledPolicy& policy, const Child& child, Millis at,
                    const Setting& setting);

struct KeptRecord;

// What was made of a child's record, and what each rule said of it, kept from one evaluation to the
// next: a rule that looks at nothing new and whose time has not come is not run again. It changes
// no result. Of one child, one policy and one setting. Threads: one.
class Remembered {
 public:
  Remembered();
  ~Remembered();
  Remembered(Remembered&& other) noexcept;
  Remembered& operator=(Remembered&& other) noexcept;

  // Of the child's entries only the first `same` are still what they were.
  void KeepFirst(std::size_t same);
  // About how much memory it takes.
  std::size_t bytes() const;
  KeptRecord& record() { return *record_; }

 private:
  std::unique_ptr<KeptRecord> record_;
};
// The same as the above.
Evaluation Evaluate(const CompiledPolicy& policy, const Child& child, Millis at,
                    const Setting& setting, Remembered& remembered);

// Whether rules are evaluated on this person at all: a child, born or unborn, by the contact of
// what happened last, of those that count and name the person; if there are none, of all.
bool IsChild(const Child& child);
bool IsChild(const Child& child, Remembered& remembered);  // the same

}  // namespace throughline::risk
