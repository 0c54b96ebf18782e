#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/base/result.h"
#include "engine/log/event_log.h"
#include "throughline/v1/intake.pb.h"

// What intake could not take: read, and sent again once the fault is mended. Its content is as
// sensitive as a contact's.
namespace throughline::intake {

// The record in the dead-letter topic; of one in parts, those of them put together.
struct StoredDeadLetter {
  std::int64_t offset = 0;  // of its first part: its id
  v1::DeadLetter letter;
};

// Visits each dead letter from `from` on, in order, until `visit` returns false. One that was
// written twice (intake was killed before it could journal the refusal) is visited once, the first
// time; parts that never became whole are passed over. Without the topic there are none.
Result<void> VisitDeadLetters(log::EventLog& log, std::int64_t from,
                              const std::function<bool(const StoredDeadLetter&)>& visit);

// The newest `most` of them, oldest first.
Result<std::vector<StoredDeadLetter>> ListDeadLetters(log::EventLog& log, std::size_t most);

// kNotFound: none begins at that offset.
Result<StoredDeadLetter> ShowDeadLetter(log::EventLog& log, std::int64_t offset);

// Publishes the original bytes, key and headers of those that `wanted` picks on the feed that they
// came from, once more. Intake takes what is mended now (a policy, a schema, an activation), drops
// what it took meanwhile and refuses the rest again. Returns how many were sent. Those too long for
// the log are left out, and were never in it: they are not counted.
Result<std::size_t> ResendDeadLetters(log::EventLog& log,
                                      const std::function<bool(const StoredDeadLetter&)>& wanted);

}  // namespace throughline::intake
