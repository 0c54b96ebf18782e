#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/intake/intake.h"
#include "engine/log/memory_log.h"
#include "engine/projection/host.h"
#include "engine/projection/shard.h"
#include "tests/bench/contacts.h"

// Journals that intake itself wrote, and what the folds make of them.
namespace throughline::bench {

inline constexpr const char* kJournal = "throughline.journal.g1";

// Ends the program with the error's text.
[[noreturn]] void Stop(const Error& error);
template <typename T>
T Must(Result<T> result) {
  if (!result) Stop(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// A file of the repository, which must be there.
std::string ReadFile(const std::string& path);

// A directory that goes with it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Begins a record on a log and activates the feeds, England's calendar and the starter rules.
void Begin(log::EventLog& log, const Clock& clock, const std::vector<std::string>& agencies,
           Millis tick_interval);
intake::Settings IntakeSettings(const std::string& state_directory);
// Steps until nothing is left to do. Nothing may be refused.
void Settle(intake::Intake& intake, log::EventLog& log);

// A journal in memory. Each child's contacts come within a window of arrivals, so that however long
// the journal, the children that are in play at one time are as many and as much is known of each.
class Recording {
 public:
  struct Options {
    std::uint64_t contacts = 0;
    std::uint64_t per_child = 10;  // on average
    std::uint64_t window = 20000;  // children in play at one time
    std::uint64_t an_hour = 200;   // contacts; then an hour passes, with its tick
    bool operator<(const Options& other) const;
  };
  // Made once for each set of options.
  static Recording& Of(const Options& options);

  log::EventLog& log() { return log_; }
  ManualClock& clock() { return clock_; }
  std::uint64_t contacts() const { return options_.contacts; }
  std::uint64_t records() const { return records_; }
  std::uint64_t bytes() const { return bytes_; }  // of the journal's records

 private:
  explicit Recording(const Options& options);
  Options options_;
  ManualClock clock_;
  log::MemoryLog log_;
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
};

// The n-th contact's child under those options.
std::uint64_t ChildOf(const Recording::Options& options, std::uint64_t n, Dice& dice);

using MakeFolds = std::function<projection::Host::Folds()>;
projection::Host::Folds Chronology();
projection::Host::Folds ChronologyAndRules();
projection::Host::Folds IntakeState();

// What a fold commits for each batch of records: the bytes that a baseline writes without logic.
using Changes = std::vector<std::pair<std::string, std::optional<std::string>>>;
std::vector<Changes> CaptureCommits(Recording& recording, const MakeFolds& make,
                                    std::size_t batch_records);

// Seconds from opening an empty host until it is live. `live`: through the store and its WAL from
// the first batch on, as when catching up; else as a rebuild.
struct Took {
  double seconds = 0;
  double processor = 0;  // of all threads, in seconds
  double thread = 0;     // of the calling thread
  Took& operator+=(const Took& other);
};
// Takes the time from its beginning on.
class Watch {
 public:
  Watch();
  Took Stop() const;

 private:
  Took began_;
};
struct HostRun {
  Took took;
  std::uint64_t publications = 0;
};
HostRun RunHost(Recording& recording, const MakeFolds& make, bool live);

// Of the whole process, in MiB.
double ResidentMemory();
double Seconds();        // of a steady clock
double ThreadSeconds();  // of the processor, taken by the calling thread
double Percentile(std::vector<double> samples, double share);

}  // namespace throughline::bench
