#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/intake/takeover.h"
#include "engine/intake/ticker.h"
#include "engine/log/event_log.h"
#include "engine/log/journal.h"
#include "engine/projection/key_values.h"
#include "engine/projection/shard.h"

// Intake: reads every feed, decides where each contact belongs, and writes the journal. The only
// writer of it.
namespace throughline::intake {

// Compiles the YAML of a policy to a serialised v1::Policy. Errors: kInvalid with every fault in
// the text, each with its line, without personal data.
using CompilePolicy = std::function<Result<std::string>(std::string_view source)>;

// Where intake keeps its state, if not in a directory: for a simulation.
struct StatePlace {
  std::function<Result<std::unique_ptr<projection::Store>>()> open;
  // Throws away what is kept, which nobody has open.
  std::function<Result<void>()> discard;
};

// At most how much one part of what a decision brings carries, unless a single contact is longer.
inline constexpr std::size_t kPartBytes = std::size_t{256} << 10;

struct Settings {
  std::string journal = "throughline.journal.g1";  // the topic
  // Where its state is kept (a RocksDB store that can be deleted at any time); empty: in memory,
  // folded anew at each start.
  std::string state_directory;
  std::optional<StatePlace> state_place;  // in the place of a directory
  // Of rows of its state in a directory: a contact asks for four that lie anywhere.
  std::size_t state_cache_bytes = std::size_t{256} << 20;
  std::string instance = "local";  // who writes; stands in Took
  bool sole = true;                // no other process can write: the embedded log
  TickLimits ticks;
  log::JournalWriter::Limits batch;  // one batch in flight
  log::JournalReader::Limits reading;
  log::Salt salt = log::RandomSalt;  // of the journal's items; a simulation gives its own
  // Records of a feed are deleted so long after they were journalled, by the writer, about once an
  // hour; 0: never.
  Millis feed_kept = 30 * kDay;
  std::size_t records_a_turn = 200;  // of one feed, before the next is read
  // A thread of its own reads and examines contacts before it is their turn. Changes no decision.
  bool reads_ahead = true;
  Millis idle_wait = 20;          // Run: how long it rests when there is nothing to do
  Millis trouble_wait = kSecond;  // Run: and when the log or the disk is in trouble
  CompilePolicy compile_policy;   // required
  // The same for all who may write one journal: whoever finishes a decision cuts it alike. A
  // simulation makes it small.
  std::size_t part_bytes = kPartBytes;
  // Told once when intake stops taking contacts, is held, parks, and when it resumes. No personal
  // data. May be empty.
  std::function<void(std::string_view)> note;
};

// What one step did.
struct StepReport {
  Role role = Role::kStandby;
  std::size_t written = 0;  // records appended and accepted
  std::size_t placed = 0;
  std::size_t refused = 0;
  std::size_t conflicts = 0;
  std::size_t repeats = 0;  // dropped without a record
  std::size_t followed =
      0;  // records of another writer, or of one's own earlier life, that were read
  std::optional<Millis> ticked;     // `at`
  std::optional<std::string> held;  // why time may not pass
  // The log or the disk is in trouble: nothing was taken; try again later.
  std::optional<Error> stalled;
  // It read, wrote or followed something: there may be more.
  bool worked() const { return written + repeats + followed > 0; }
};

struct FeedStatus {
  std::string topic;
  std::string agency;
  bool active = false;
  bool attests = false;
  std::int64_t position = 0;  // the next offset to be decided on
  std::int64_t end = -1;      // as last asked; -1: could not be asked
  Millis last_received = 0;   // 0: nothing yet
  bool behind = false;        // at the last tick
  bool silent = false;        // at the last tick
  std::string trouble;        // why it cannot be read; empty when it can
  std::uint64_t placed = 0;   // in the chain
  std::uint64_t refused = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t repeats = 0;  // dropped since this process started
};

struct Status {
  std::string partnership;
  std::string journal;
  Seq seq = 0;  // the last record applied
  Role role = Role::kStandby;
  std::string instance;
  std::string writer;          // the instance that last took over
  std::int64_t position = 0;   // in the journal's topic: the next to be read
  std::int64_t distance = -1;  // records of the journal that it has not read; -1: not known
  Millis last_accepted = 0;    // the clock when it last read a record that follows; 0: none yet
  Millis tick_interval = 0;
  Millis last_tick = 0;      // 0: none yet
  std::string held;          // why time may not pass; empty when it may
  Millis held_at = 0;        // the tick that an operator may release; 0: none
  std::string stalled;       // why no contacts are taken; empty when they are
  std::uint64_t placed = 0;  // in the chain
  std::uint64_t refused = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t repeats = 0;  // since this process started
  std::vector<FeedStatus> feeds;
  // Topics named as feeds that nobody activated: not read.
  std::vector<std::string> not_activated;
};

// Threads: one calls Step or Run; any may call GetStatus and Snapshot. Log and clock must outlive
// it.
class Intake {
 public:
  // Opens the state, checks that the journal holds the record at which it stands, discards it and
  // folds anew if not, and reads the journal to its end. kNotFound: the journal was never opened
  // (Init). kInvalid: its first record is no Opened, or the topic's end was reached on records that
  // do not follow. kUnavailable: the log or the disk.
  static Result<std::unique_ptr<Intake>> Open(log::EventLog& log, const Clock& clock,
                                              Settings settings);
  virtual ~Intake() = default;
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  // Follows the journal; a writer then takes one batch of contacts from the feeds, and ticks if
  // that is due. Returns without waiting for anything but the log itself. Trouble that passes is in
  // the report. Errors are final: kCorrupt, the journal is parked or the state is damaged (opening
  // it again discards the state).
  virtual Result<StepReport> Step() = 0;
  // Steps until asked to stop, resting when there is nothing to do. Returns the final error, or
  // nothing when stopped.
  virtual Result<void> Run(const std::stop_token& stop) = 0;
  virtual Status GetStatus() const = 0;
  // The last record at which no decision owed parts, of those of which GetStatus tells.
  virtual Seq Told() const = 0;
  // The journal's seq by which all of a feed up to `offset` was decided on, with all that those
  // decisions bring; what is a repeat has no record. Nothing: not yet, or another instance decides.
  virtual std::optional<Seq> DecidedBy(std::string_view feed, std::int64_t offset) const = 0;
  // The same as a standby can tell it: whatever the chain holds no decision on, up to `offset`,
  // came before, so that no record will tell of it. Reads the feed; of ten thousand such at most.
  // Nothing where this instance decides: it reads the feed anyway.
  virtual std::optional<Seq> RepeatedBy(std::string_view feed, std::int64_t offset) const = 0;
  // Its state as it was last committed, for questions about who is who (suggestions.h).
  // kUnavailable: it keeps none on disk, or that was damaged. Whoever reads through it asks fault()
  // before showing anything, and holds it for a question, not for ever.
  virtual Result<std::shared_ptr<const projection::Reads>> Snapshot() const = 0;
  // SHA-256 of its state: the same journal gives the same.
  virtual Result<std::string> StateDigest() const = 0;

 protected:
  Intake() = default;
};

// Fit for trials of take-over; a second and more for use.
inline constexpr Millis kShortestTick = 100;

// The state of an intake that runs nowhere. kNotFound: there is none in the directory.
Result<std::shared_ptr<const projection::Reads>> StateAtRest(const std::string& state_directory);

struct Opening {
  std::string partnership;
  Millis tick_interval = kMinute;
  std::string operator_agency = "operator";  // its feed is activated and attests
  std::string journal = "throughline.journal.g1";
  log::Salt salt = log::RandomSalt;  // a simulation gives its own
  // The flow that is in force from the first record on (flow_table.h); empty: none is.
  std::string flow = {};
};

// Begins a record: makes the topics (journal, operator feed, dead letters, alerts), writes Opened
// and the activations of the operator feed and of the flow into the empty journal. kExists: the
// journal holds something already. kInvalid: no partnership, an interval outside kShortestTick to a
// day, an agency that is no name, a flow that cannot be read.
Result<void> Init(log::EventLog& log, const Clock& clock, const Opening& opening);

}  // namespace throughline::intake
