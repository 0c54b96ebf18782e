#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/risk/risk_fold.h"
#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/base/uk_time.h"
#include "engine/chronology/chronology_fold.h"
#include "engine/intake/intake.h"
#include "engine/log/event_log.h"
#include "engine/log/journal.h"
#include "engine/projection/key_values.h"
#include "engine/projection/shard.h"
#include "engine/projection/view.h"

namespace throughline::cases {

// The grid on which ticks fall.
constexpr Millis kTickInterval = kMinute;
// How many records of a topic are read in one go.
constexpr std::size_t kRecordsAtOnce = 1000;

// The engine on a log and a clock that stand still until they are moved: intake, the folds, and
// what they publish. Threads: one.
class Player {
 public:
  // Begins a record at the clock's instant, which is on the grid. Log and clock must outlive it.
  static Result<std::unique_ptr<Player>> Begin(log::EventLog& log, ManualClock& clock,
                                               const std::string& partnership);

  // Publishes one message now, its key the contact's id, and lets everything happen that follows
  // from it.
  Result<void> Publish(const std::string& agency, log::Message message);
  // Moves the clock to an instant of the grid and lets its tick pass.
  Result<void> Tick(Millis at);
  // When the folds look again by themselves, if ever.
  std::optional<Millis> NextDue() const;

  // What the folds keep now.
  const projection::Reads& state() const { return store_; }
  // The same as commands read it. Not beyond the next step.
  projection::View view() const;
  // Every person that a contact stood on under a label.
  const std::map<std::string, std::set<PersonId>>& persons() const { return persons_; }
  // Every record that a contact named under a label, whomever it was part of then.
  const std::map<std::string, std::set<PersonId>>& records() const { return named_; }
  // What intake would not take: agency, contact id, reason.
  struct Refusal {
    std::string agency;
    std::string contact_id;
    std::string reason;
  };
  const std::vector<Refusal>& refusals() const { return refusals_; }
  Millis last_tick() const { return last_tick_; }
  std::size_t ticks() const { return ticks_; }

 private:
  Player(log::EventLog& log, ManualClock& clock);
  Result<void> Settle();
  Result<void> Follow();
  void Note(const log::Accepted& record);
  Result<void> PublishOutbox();

  log::EventLog& log_;
  ManualClock& clock_;
  std::unique_ptr<intake::Intake> intake_;
  std::unique_ptr<log::JournalReader> reader_;
  projection::MemoryStore store_;
  chronology::ChronologyFold chronology_;
  risk::RiskFold risk_;
  std::unique_ptr<projection::Shard> shard_;
  std::map<std::string, std::set<PersonId>> persons_;
  std::map<std::string, std::set<PersonId>> named_;
  Refusal publishing_;  // without a reason
  std::vector<Refusal> refusals_;
  std::set<std::string> published_;  // ids
  Millis last_tick_ = 0;
  Seq records_ = 0;  // the last of the journal that the folds have taken
  std::size_t ticks_ = 0;
};

}  // namespace throughline::cases
