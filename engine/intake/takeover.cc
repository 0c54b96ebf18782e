#include "engine/intake/takeover.h"

#include <algorithm>
#include <iterator>

namespace throughline::intake {

Takeover::Takeover(Settings settings, std::string_view last_writer)
    : settings_(std::move(settings)),
      role_(last_writer == settings_.instance ? Role::kWriter : Role::kStandby),
      never_taken_(last_writer.empty()) {}

void Takeover::Accepted(const v1::Decision& decision, Millis) {
  quiet_since_.reset();
  last_end_.reset();
  if (decision.has_took()) {
    never_taken_ = false;
    role_ = decision.took().instance() == settings_.instance ? Role::kWriter : Role::kStandby;
    unreadable_running_ = 0;
    suspected_.clear();
  }
  if (!decision.has_tick()) return;
  const auto& named = decision.tick().unreadable();
  std::set<std::string> now_unreadable(named.begin(), named.end());
  std::set<std::string> still;
  std::set_intersection(suspected_.begin(), suspected_.end(), now_unreadable.begin(),
                        now_unreadable.end(), std::inserter(still, still.end()));
  if (still.empty()) {
    unreadable_running_ = now_unreadable.empty() ? 0 : 1;
    suspected_ = std::move(now_unreadable);
  } else {
    ++unreadable_running_;
    suspected_ = std::move(still);
  }
}

void Takeover::ReachedEnd(Millis now) {
  // An interval without a look at the journal (this process slept) proves nothing about the writer.
  bool gap = last_end_ && (now < *last_end_ || now - *last_end_ > settings_.interval);
  if (!quiet_since_ || gap) quiet_since_ = now;
  last_end_ = now;
}

void Takeover::ReadFailed() {
  quiet_since_.reset();
  last_end_.reset();
}

std::set<std::string> Takeover::Suspected() const {
  return unreadable_running_ < settings_.unreadable_ticks ? std::set<std::string>{} : suspected_;
}

bool Takeover::ShouldTake(Millis now, const std::set<std::string>& readable) const {
  if (role_ == Role::kWriter) return false;
  if (settings_.sole || never_taken_) return true;
  if (quiet_since_ && last_end_ && now >= *last_end_ && now - *last_end_ <= settings_.interval &&
      *last_end_ - *quiet_since_ >= settings_.quiet_intervals * settings_.interval) {
    return true;
  }
  if (unreadable_running_ < settings_.unreadable_ticks) return false;
  return std::any_of(suspected_.begin(), suspected_.end(),
                     [&](const std::string& topic) { return readable.contains(topic); });
}

}  // namespace throughline::intake
