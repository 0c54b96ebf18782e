#include "engine/chronology/time_order.h"

#include "engine/base/uk_time.h"

namespace throughline::chronology {

TimeOrder TimeOrderOf(const v1::UncertainTime& occurred, std::uint32_t sequence) {
  const auto written = ParseWrittenTime(occurred.at());
  if (!written.has_value()) return {};
  const Interval& interval = written->interval;
  const bool before = occurred.precision() == v1::PRECISION_BEFORE;
  return {false, before ? interval.latest : interval.earliest, interval.earliest - interval.latest,
          sequence};
}

}  // namespace throughline::chronology
