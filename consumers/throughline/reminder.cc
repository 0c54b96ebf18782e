#include "consumers/throughline/reminder.h"

#include <algorithm>

namespace throughline::cli {

bool Reminder::Due(Millis now) {
  if (since_ && now < next_) return false;
  if (!since_) since_ = now;
  pause_ = std::clamp(2 * pause_, kMinute, kHour);
  next_ = now + pause_;
  return true;
}

std::optional<Millis> Reminder::Waited(Millis now) const {
  if (!since_) return std::nullopt;
  return std::max<Millis>(now - *since_, 0);
}

}  // namespace throughline::cli
