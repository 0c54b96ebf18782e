#include <algorithm>

#include "engine/base/crash_point.h"
#include "engine/intake/intake_impl.h"

namespace throughline::intake {
namespace {

constexpr Millis kCompareEvery = 10 * kSecond;

}  // namespace

TickState IntakeImpl::TickStateNow() const {
  v1::IntakeJournal journal = keeper_->state().Journal();
  return {.interval = journal.tick_interval_ms(),
          .last_tick = journal.last_tick_ms(),
          .opened = journal.opened_ms(),
          .held_at = journal.held_at_ms(),
          .released_at = journal.released_at_ms()};
}

Result<void> IntakeImpl::TickIfDue(StepReport& report) {
  TickState state = TickStateNow();
  Millis now = clock_.Now();
  // A tick that waits for feeds stays the same: else a busy feed would never be read up to it.
  if (pending_ && (*pending_ > now || *pending_ <= state.last_tick)) pending_.reset();
  if (!pending_) {
    pending_ = DueTick(state, now);
    for (auto& [topic, cursor] : cursors_) cursor.end.reset();
  }
  std::vector<FeedProgress> feeds;
  if (pending_) feeds = AskFeeds(now);
  std::optional<Millis> broker;
  if (compared_) broker = now + broker_ahead_;
  TickDecision decision = DecideTick(state, pending_, now, broker, feeds, settings_.ticks);
  if (const auto* tick = std::get_if<TickNow>(&decision)) return AppendTick(*tick, report);
  if (const auto* hold = std::get_if<HoldTick>(&decision)) return AppendHeld(*hold, now, report);
  if (std::holds_alternative<WaitForFeeds>(decision)) return AppendWaiting(now, report);
  return {};
}

std::vector<FeedProgress> IntakeImpl::AskFeeds(Millis now) {
  std::vector<FeedProgress> all;
  for (auto& [topic, cursor] : cursors_) {
    if (!cursor.end) {
      if (auto end = log_.End(topic)) cursor.end = *end;
    }
    auto feed = keeper_->state().Feed(topic);
    if (!feed) continue;
    FeedProgress progress;
    progress.topic = topic;
    progress.read = cursor.reader.position();
    progress.end = cursor.end;
    progress.readable = cursor.reader.trouble().empty();
    bool behind = !progress.readable || !progress.end || progress.read < *progress.end;
    if (!behind) {
      cursor.behind_since.reset();
    } else if (!cursor.behind_since || *cursor.behind_since > now) {
      cursor.behind_since = now;
    }
    progress.behind_since = cursor.behind_since;
    progress.last_received = std::max(
        {feed->last_received_ms(), cursor.reader.last_received(), Millis{feed->activated_ms()}});
    progress.expected_every = feed->expected_every_ms();
    all.push_back(std::move(progress));
  }
  return all;
}

Result<void> IntakeImpl::AppendTick(const TickNow& tick, StepReport& report) {
  log::Draft draft;
  draft.placed =
      PlacedAt(TickStateNow(), clock_.Now(), keeper_->journal().head().placed, settings_.ticks);
  v1::Tick& record = *draft.decision.mutable_tick();
  record.set_at_ms(tick.at);
  for (const std::string& topic : tick.behind) record.add_behind(topic);
  for (const std::string& topic : tick.silent) record.add_silent(topic);
  for (const std::string& topic : tick.unreadable) record.add_unreadable(topic);
  CrashPoint("before-tick");
  TL_ASSIGN(bool stood, Write({draft}, report));
  CrashPoint("after-tick");
  if (!stood) return {};
  pending_.reset();
  if (held_last_) Note("time passes again");
  held_last_.reset();
  return {};
}

Result<void> IntakeImpl::AppendHeld(const HoldTick& hold, Millis now, StepReport& report) {
  report.held = hold.why;
  pending_.reset();
  bool told = held_last_ && *held_last_ <= now && now - *held_last_ < TickStateNow().interval;
  if (told) return {};
  if (!held_last_) Note(fmt::format("time may not pass: {}", hold.why));
  log::Draft draft;
  draft.placed = PlacedAt(TickStateNow(), now, keeper_->journal().head().placed, settings_.ticks);
  draft.decision.mutable_held()->set_why(hold.why);
  draft.decision.mutable_held()->set_at_ms(hold.at);
  TL_ASSIGN(bool stood, Write({draft}, report));
  if (stood) held_last_ = now;
  return {};
}

// A tick may wait longer for its feeds than a standby waits for a sign of life.
Result<void> IntakeImpl::AppendWaiting(Millis now, StepReport& report) {
  if (settings_.sole || now - accepted_at_ < TickStateNow().interval) return {};
  log::Draft draft;
  draft.placed = PlacedAt(TickStateNow(), now, keeper_->journal().head().placed, settings_.ticks);
  draft.decision.mutable_held()->set_why("the feeds are not read up to the next tick yet");
  draft.decision.mutable_held()->set_at_ms(TickStateNow().held_at);
  return Write({draft}, report).map([](bool) {});
}

// How far the broker's clock is ahead, from when it says that it took the record just written.
// Where this process is the only one, the log has no clock but ours.
void IntakeImpl::CompareClocks(std::int64_t journal_offset, Millis now) {
  if (settings_.sole) return;
  Millis enough = std::max(TickStateNow().interval, kCompareEvery);
  bool recent = compared_ && *compared_ <= now && now - *compared_ < enough;
  if (recent) return;
  auto reader = log_.Read(settings_.journal, journal_offset);
  if (!reader) return;
  auto records = (*reader)->Poll(1, kSecond);
  if (!records || records->empty()) return;
  compared_ = now;
  broker_ahead_ = records->front().appended - now;
}

}  // namespace throughline::intake
