#include "engine/intake/intake.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/crash_point.h"
#include "engine/intake/intake_impl.h"
#include "engine/intake/parts.h"

namespace throughline::intake {
namespace {

// What the envelope, the salts and the framing of one record of parts may add.
constexpr std::size_t kBatchMargin = std::size_t{64} << 10;

bool Passes(const Error& error) { return error.code == Code::kUnavailable; }

}  // namespace

Result<std::unique_ptr<Intake>> Intake::Open(log::EventLog& log, const Clock& clock,
                                             Settings settings) {
  CHECK(settings.compile_policy != nullptr);
  TL_ASSIGN(auto keeper,
            StateKeeper::Open(log, clock, settings.journal, PlaceOf(settings), settings.reading));
  auto intake = std::make_unique<IntakeImpl>(log, clock, std::move(settings), std::move(keeper));
  TL_TRY(intake->CatchUp());
  return intake;
}

IntakeImpl::IntakeImpl(log::EventLog& log, const Clock& clock, Settings settings,
                       std::unique_ptr<StateKeeper> keeper)
    : log_(log),
      clock_(clock),
      settings_(std::move(settings)),
      keeper_(std::move(keeper)),
      writer_(log, settings_.journal, keeper_->journal(), settings_.batch, settings_.salt),
      worker_(settings_.reads_ahead),
      ahead_(worker_),
      store_(keeper_->store()) {}

Result<void> IntakeImpl::CatchUp() {
  while (true) {
    TL_ASSIGN(auto records, keeper_->Follow());
    if (!records.empty()) continue;
    TL_ASSIGN(bool at_end, keeper_->journal().AtEnd());
    if (at_end) break;
  }
  v1::IntakeJournal journal = keeper_->state().Journal();
  if (journal.opened_sha256().empty()) {
    Code code = keeper_->journal().head().seq == 0 ? Code::kNotFound : Code::kInvalid;
    return Fail(code, "journal {} was never opened", settings_.journal);
  }
  takeover_ = Takeover({.instance = settings_.instance,
                        .interval = journal.tick_interval_ms(),
                        .sole = settings_.sole},
                       journal.writer());
  RefreshCursors();
  RefreshCalendar();
  RefreshFlow();
  StepReport report;
  report.role = takeover_.role();
  Publish(report);
  return CheckState();
}

Result<StepReport> IntakeImpl::Step() {
  if (keeper_ == nullptr) return Fail(Code::kCorrupt, "intake's state was damaged: open it again");
  StepReport report;
  auto outcome = Settle(StepOrStall(report), report);
  if (!outcome) {
    if (keeper_->reads().fault()) {
      // The journal is the record: what is damaged is thrown away, and folded anew at the next
      // start.
      ahead_.Forget();
      {
        std::lock_guard lock(mutex_);
        store_.reset();
      }
      keeper_.reset();
      const auto place = PlaceOf(settings_);
      auto gone = place ? place->discard() : Result<void>{};
      if (!gone) Note(gone.error().text);
    }
    return Fail(std::move(outcome.error()));
  }
  report.role = takeover_.role();
  Publish(report);
  return report;
}

Result<void> IntakeImpl::StepOrStall(StepReport& report) {
  TL_TRY(keeper_->Commit());
  TL_TRY(Follow(report));
  if (takeover_.role() == Role::kStandby) return Standby(report);
  TL_ASSIGN(bool owed, WriteOwed(report));
  if (owed) return {};
  RefreshCursors();
  TL_TRY(TakeContacts(report));
  if (takeover_.role() != Role::kWriter || keeper_->state().Journal().owed_because() != 0) {
    return {};
  }
  // What was activated just now may hold contacts: it is read before time passes.
  RefreshCursors();
  TL_TRY(TickIfDue(report));
  TrimFeeds();
  return {};
}

// Trouble that passes is reported once and told; what was read ahead is read again from the chain's
// positions.
Result<void> IntakeImpl::Settle(Result<void> outcome, StepReport& report) {
  TL_TRY(CheckState());
  if (outcome) {
    if (!stalled_.empty()) Note("intake takes contacts again");
    stalled_.clear();
    return {};
  }
  if (!Passes(outcome.error())) return outcome;
  ResetCursors();
  takeover_.ReadFailed();
  if (stalled_.empty()) Note(fmt::format("intake takes no contacts: {}", outcome.error().text));
  stalled_ = outcome.error().text;
  report.stalled = std::move(outcome.error());
  return {};
}

Result<void> IntakeImpl::CheckState() const {
  if (const auto& fault = keeper_->reads().fault()) {
    return Fail(Code::kCorrupt, "intake's state is damaged: {}", fault->text);
  }
  return {};
}

Result<void> IntakeImpl::Follow(StepReport& report) {
  while (true) {
    TL_ASSIGN(auto records, keeper_->Read());
    if (records.empty()) return {};
    auto applied = keeper_->Apply(records);
    report.followed += records.size();
    // They are not read again, even if they could not be committed yet.
    Take(records);
    // What was decided ahead may have been decided by whoever wrote these.
    ResetCursors();
    TL_TRY(applied);
  }
}

void IntakeImpl::Take(const std::vector<log::Accepted>& records) {
  Millis now = clock_.Now();
  if (!records.empty()) accepted_at_ = now;
  const Role before = takeover_.role();
  for (const log::Accepted& record : records) {
    takeover_.Accepted(record.decision, now);
    if (record.decision.has_calendar_activated()) RefreshCalendar();
    if (record.decision.has_flow_activated()) RefreshFlow();
  }
  if (settings_.sole || takeover_.role() == before) return;
  Note(before == Role::kStandby ? "this instance writes the journal from here on"
                                : "another instance writes the journal: this one stands by");
}

Result<void> IntakeImpl::Standby(StepReport& report) {
  Millis now = clock_.Now();
  TL_ASSIGN(bool at_end, keeper_->journal().AtEnd());
  if (at_end) takeover_.ReachedEnd(now);
  std::set<std::string> readable;
  auto suspected = takeover_.Suspected();
  bool tried = tried_ && *tried_ <= now && now - *tried_ < TickStateNow().interval;
  if (!suspected.empty() && !tried) {
    tried_ = now;
    for (const std::string& topic : suspected) {
      if (CanRead(topic)) readable.insert(topic);
    }
  }
  if (!takeover_.ShouldTake(now, readable)) return {};
  // A decision and its parts stay together, whoever finishes them.
  TL_ASSIGN(bool owed, WriteOwed(report));
  if (owed) return {};
  log::Draft draft;
  draft.placed = PlacedAt(TickStateNow(), now, keeper_->journal().head().placed, settings_.ticks);
  draft.decision.mutable_took()->set_instance(settings_.instance);
  CrashPoint("before-took");
  TL_TRY(Write({draft}, report).map([](bool) {}));
  CrashPoint("after-took");
  return {};
}

Result<bool> IntakeImpl::Write(std::vector<log::Draft> drafts, StepReport& report,
                               const std::optional<Foreseen>& foreseen) {
  TL_TRY(CheckState());
  TL_ASSIGN(auto outcome, writer_.Write(std::move(drafts)));
  CrashPoint("after-read-back");
  // That they stood is told by their hashes: only then what was foreseen is what they change.
  const bool as_foreseen = outcome.stood && foreseen && foreseen->Holds(outcome.accepted);
  auto applied =
      outcome.stood ? keeper_->Apply(outcome.accepted, foreseen) : keeper_->Apply(outcome.accepted);
  Take(outcome.accepted);
  if (outcome.stood) {
    for (const log::Accepted& record : outcome.accepted) Count(record.decision, report);
  } else {
    report.followed += outcome.accepted.size();
    ResetCursors();
  }
  if (!as_foreseen) ahead_.Forget();
  TL_TRY(applied);
  if (outcome.stood) CompareClocks(outcome.accepted.back().offset, clock_.Now());
  worker_.Discard(std::move(outcome.accepted));
  return outcome.stood;
}

Result<bool> IntakeImpl::WriteOwed(StepReport& report) {
  if (keeper_->state().Journal().owed_because() == 0) return false;
  Millis placed =
      PlacedAt(TickStateNow(), clock_.Now(), keeper_->journal().head().placed, settings_.ticks);
  TL_ASSIGN(auto drafts,
            OwedParts(log_, settings_.journal, keeper_->state(), placed, settings_.part_bytes,
                      settings_.batch.records, settings_.batch.bytes - kBatchMargin));
  TL_TRY(Write(std::move(drafts), report).map([](bool) {}));
  return true;
}

void IntakeImpl::Note(std::string_view text) const {
  if (settings_.note) settings_.note(text);
}

Result<void> IntakeImpl::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  while (!stop.stop_requested()) {
    TL_ASSIGN(StepReport report, Step());
    if (report.worked() && !report.stalled) continue;
    Millis rest = report.stalled ? settings_.trouble_wait : settings_.idle_wait;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, stop, std::chrono::milliseconds(rest), [] { return false; });
  }
  return {};
}

Result<std::string> IntakeImpl::StateDigest() const {
  if (keeper_ == nullptr) return Fail(Code::kCorrupt, "intake's state was damaged: open it again");
  return keeper_->Digest();
}

}  // namespace throughline::intake
