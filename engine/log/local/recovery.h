#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/log/local/disk.h"
#include "engine/log/local/format.h"
#include "engine/log/local/mark.h"

namespace throughline::log::local {

// Of each segment, by base offset, places a few records apart from which to read on.
using Index = std::map<std::int64_t, std::vector<Place>>;
// Adds the place, if it lies far enough from the one before.
void AddToIndex(Index& index, const Place& place);

// A tail that was cut.
struct Cut {
  std::string topic;
  std::string file;
  std::uint64_t position = 0;
  std::uint64_t bytes = 0;  // from the position to the file's end
  std::int64_t offset = 0;  // which the next append gets
};

struct Recovered {
  MarkFile mark;
  Extent extent;
  Index index;
  std::optional<Cut> cut;
};

// Verifies every record of a topic. Below the mark, whatever is damaged or missing is kCorrupt, and
// the text names file, position and last good offset. Above it lies what was written since the
// mark: the records that verify are kept, acknowledged or not, and the first that does not is cut
// with all after it. Then mark and files agree and are synced.
Result<Recovered> Recover(const std::string& folder, std::string_view topic, Disk& disk);

}  // namespace throughline::log::local
