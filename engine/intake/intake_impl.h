#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/intake/batch.h"
#include "engine/intake/feed_reader.h"
#include "engine/intake/intake.h"
#include "engine/intake/read_ahead.h"
#include "engine/intake/state_keeper.h"

namespace throughline::intake {

// The shell: it reads, asks the pure parts (decide.h, ticker.h, takeover.h) and writes. It holds no
// policy of its own.
class IntakeImpl final : public Intake {
 public:
  IntakeImpl(log::EventLog& log, const Clock& clock, Settings settings,
             std::unique_ptr<StateKeeper> keeper);
  // Folds the journal to its end.
  Result<void> CatchUp();

  Result<StepReport> Step() override;
  Result<void> Run(const std::stop_token& stop) override;
  Status GetStatus() const override;
  Seq Told() const override;
  std::optional<Seq> DecidedBy(std::string_view feed, std::int64_t offset) const override;
  std::optional<Seq> RepeatedBy(std::string_view feed, std::int64_t offset) const override;
  Result<std::shared_ptr<const projection::Reads>> Snapshot() const override;
  Result<std::string> StateDigest() const override;

 private:
  struct Cursor {
    explicit Cursor(FeedReader feed_reader) : reader(std::move(feed_reader)) {}
    FeedReader reader;
    std::optional<std::int64_t> end;     // asked after the clock passed the pending tick
    std::optional<Millis> behind_since;  // by the clock, while a tick was pending
    std::uint64_t repeats = 0;
    bool told = false;             // that it cannot be read
    std::optional<Millis> failed;  // the clock when it could not be read
  };

  // intake.cc
  Result<void> StepOrStall(StepReport& report);
  Result<void> Settle(Result<void> outcome, StepReport& report);
  Result<void> Follow(StepReport& report);
  void Take(const std::vector<log::Accepted>& records);
  Result<void> Standby(StepReport& report);
  // Writes the drafts and applies what the journal then holds. True: they stood. False: decide
  // again. `foreseen`: what their records change, where it is known.
  Result<bool> Write(std::vector<log::Draft> drafts, StepReport& report,
                     const std::optional<Foreseen>& foreseen = std::nullopt);
  Result<bool> WriteOwed(StepReport& report);
  Result<void> CheckState() const;
  void Note(std::string_view text) const;

  // taking.cc: contacts
  Result<void> TakeContacts(StepReport& report);
  void Fill(Batch& batch, StepReport& report);
  // False: it has nothing more for this batch.
  bool TakeTurn(const std::string& topic, const TickState& ticks, Cursor& cursor, Batch& batch,
                StepReport& report);
  // Has what lies in it read on, and read for from its chunk `from` on.
  void ReadOn(Cursor& cursor, std::size_t from);
  bool Rests(const Cursor& cursor) const;
  void RefreshCursors();
  void ResetCursors();
  void RefreshCalendar();
  void RefreshFlow();
  void TellOfFeeds();
  bool CanRead(const std::string& topic);

  // trimming.cc
  void TrimFeeds();

  // ticking.cc: time
  TickState TickStateNow() const;
  Result<void> TickIfDue(StepReport& report);
  std::vector<FeedProgress> AskFeeds(Millis now);
  Result<void> AppendTick(const TickNow& tick, StepReport& report);
  Result<void> AppendHeld(const HoldTick& hold, Millis now, StepReport& report);
  Result<void> AppendWaiting(Millis now, StepReport& report);
  void CompareClocks(std::int64_t journal_offset, Millis now);

  // status.cc
  void Publish(const StepReport& report);

  log::EventLog& log_;
  const Clock& clock_;
  const Settings settings_;
  std::unique_ptr<StateKeeper> keeper_;
  log::JournalWriter writer_;
  Takeover takeover_{{}, {}};
  Worker worker_;                          // reads and examines ahead
  ReadAhead ahead_;                        // for what lies in the cursors
  std::map<std::string, Cursor> cursors_;  // of the active feeds, by topic
  std::string turn_;                       // the feed whose turn is next
  std::shared_ptr<const Calendar> calendar_;
  Seq calendar_seq_ = 0;
  std::optional<FlowTable> flow_;
  Seq flow_seq_ = 0;
  std::optional<Millis> pending_;    // the tick that waits for feeds
  std::optional<Millis> held_last_;  // the clock when Held was last appended
  std::optional<Millis> compared_;   // the clock when it was last compared with the broker's
  Millis broker_ahead_ = 0;
  std::string stalled_;
  std::optional<Millis> trimmed_;  // the clock when feeds were last trimmed
  std::optional<Millis> tried_;    // the clock when feeds that the writer cannot read were tried
  Millis accepted_at_ = 0;         // the clock when a record was last accepted

  mutable std::mutex mutex_;
  Status status_;  // guarded by mutex_
  // Up to where each feed was decided on when no decision owed parts, and by which seq.
  std::map<std::string, std::int64_t, std::less<>> decided_;  // guarded by mutex_
  Seq decided_seq_ = 0;                                       // guarded by mutex_
  std::shared_ptr<const projection::Store> store_;  // guarded by mutex_; as long as it can be read
};

}  // namespace throughline::intake
