#include "engine/intake/intake_impl.h"

namespace throughline::intake {
namespace {

constexpr Millis kTrimEvery = kHour;

}  // namespace

// By the journal's time: a clock that jumped deletes nothing.
void IntakeImpl::TrimFeeds() {
  Millis now = clock_.Now();
  bool recent = trimmed_ && *trimmed_ <= now && now - *trimmed_ < kTrimEvery;
  if (settings_.feed_kept == 0 || recent) return;
  trimmed_ = now;
  State state = keeper_->state();
  Millis until = state.Journal().last_tick_ms() - settings_.feed_kept;
  for (const auto& [topic, cursor] : cursors_) {
    auto before = JournalledBefore(state, topic, until);
    if (!before) continue;
    auto start = log_.Start(topic);
    if (!start || *start >= *before) continue;
    if (auto trimmed = log_.Trim(topic, *before); !trimmed) {
      Note(fmt::format("feed {} is not trimmed: {}", topic, trimmed.error().text));
    }
  }
}

}  // namespace throughline::intake
