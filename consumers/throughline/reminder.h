#pragma once

#include <optional>

#include "engine/base/clock.h"

namespace throughline::cli {

// When to say again that something is still waited for: at once, after a minute, two, four, and so
// on, at last once an hour. Pure.
class Reminder {
 public:
  // Whether to say it now, at `now`; then it counts as said.
  bool Due(Millis now);
  // How long it has been waited for by `now`; nothing: it never was.
  std::optional<Millis> Waited(Millis now) const;

 private:
  std::optional<Millis> since_;
  Millis next_ = 0;
  Millis pause_ = 0;
};

}  // namespace throughline::cli
