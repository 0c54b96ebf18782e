#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/intake/intake.h"
#include "engine/intake/intake_fold.h"
#include "engine/log/journal.h"
#include "engine/projection/shard.h"

namespace throughline::intake {

// Intake's state and the journal that it is a fold of, kept in step. Threads: one. Log and clock
// must outlive it.
class StateKeeper {
 public:
  // Opens both and checks that the journal holds the record at which the state stands; discards the
  // state if not, or if it is damaged. Without a place it is in memory. It is not folded up to the
  // journal's end yet: Follow does that.
  static Result<std::unique_ptr<StateKeeper>> Open(log::EventLog& log, const Clock& clock,
                                                   const std::string& journal,
                                                   const std::optional<StatePlace>& place,
                                                   const log::JournalReader::Limits& limits);

  // The next accepted records, to be applied; empty: none are there.
  Result<std::vector<log::Accepted>> Read();
  // The same, applied and committed. kUnavailable: try again; what was read is not read again.
  Result<std::vector<log::Accepted>> Follow();
  // Applies records that somebody else read, and commits. `foreseen`: if they are those that were
  // decided here.
  Result<void> Apply(const std::vector<log::Accepted>& records,
                     const std::optional<Foreseen>& foreseen = std::nullopt);
  // Commits what an earlier commit had to leave because the disk was nearly full.
  Result<void> Commit();

  const projection::Reads& reads() const { return shard_->state(); }
  // The same, for any thread, also while it changes; nullptr: it is in memory, or not all of it
  // could be committed yet.
  const projection::Reads* shared_reads() const;
  State state() const { return State(shard_->state()); }
  log::JournalReader& journal() { return *reader_; }
  const log::JournalReader& journal() const { return *reader_; }
  Result<std::string> Digest() const;
  // nullptr: it is in memory.
  std::shared_ptr<const projection::Store> store() const { return store_; }

 private:
  StateKeeper() = default;
  Result<void> OpenAt(log::EventLog& log, const Clock& clock, const std::string& journal,
                      const std::optional<StatePlace>& place,
                      const log::JournalReader::Limits& limits);

  IntakeFold fold_;
  projection::MemoryStore memory_;
  std::shared_ptr<projection::Store> store_;
  std::unique_ptr<projection::Shard> shard_;
  std::unique_ptr<log::JournalReader> reader_;
};

// Where the state of this version lies in the directory that the settings name.
std::string StoreDirectory(const std::string& directory);

// The place that the settings name; nothing: in memory.
std::optional<StatePlace> PlaceOf(const Settings& settings);

}  // namespace throughline::intake
