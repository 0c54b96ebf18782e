#pragma once

#include <optional>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/log/journal.h"

namespace throughline::cli {

// The last seq of a journal placed at or before an instant; 0 when there is none. Placed never
// decreases, so a few records are read.
Result<Seq> SeqAt(log::EventLog& log, std::string_view journal, Millis instant);

struct JournalRecordAt {
  v1::JournalEnvelope envelope;
  v1::Decision decision;
};
// The first readable record at or after an offset; nothing at the end.
Result<std::optional<JournalRecordAt>> RecordAt(log::EventLog& log, std::string_view journal,
                                                std::int64_t offset);

}  // namespace throughline::cli
