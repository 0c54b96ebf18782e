#pragma once

#include <cstdint>
#include <vector>

#include "engine/log/event_log.h"
#include "throughline/v1/intake.pb.h"

namespace throughline::intake {

// Stores what intake refuses, before the refusal is journalled. Returns the offset of each: that of
// its first part. Errors: the log's.
Result<std::vector<std::int64_t>> StoreDeadLetters(log::EventLog& log,
                                                   const std::vector<v1::DeadLetter>& letters);

}  // namespace throughline::intake
