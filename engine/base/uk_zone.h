#pragma once

#include "engine/base/clock.h"

// The clocks of Europe/London, from the system's time-zone data, as one table built at the first
// call. The program stops there if the system has no such data. Pure after that; threads: any.
namespace throughline {

// A local time as a number: the instant that it would be if the offset were zero.
using LocalMillis = std::int64_t;

// How far UK clocks are ahead of UTC at an instant.
Millis UkOffset(Millis instant);

// The instants at which UK clocks show a local time.
struct UkInstants {
  int count = 0;      // 0: spring skips it; 2: autumn repeats it
  Millis first = 0;   // when skipped: the instant of the change
  Millis second = 0;  // of the repetition; else as first
};
UkInstants UkInstantsOf(LocalMillis local);

}  // namespace throughline
