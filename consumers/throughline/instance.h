#pragma once

#include <string>

#include "consumers/throughline/data_directory.h"
#include "engine/base/result.h"

namespace throughline::cli {

// The name under which a data directory writes the journal: made once, at random, and kept in its
// file `instance`. A copy of the directory gets another: the file also names its own inode, and two
// writers of one name would each take the other's records for its own. Of two processes that begin
// at once on it the second reads what the first made. kUnavailable: the directory cannot be
// written.
Result<std::string> InstanceOf(const DataDirectory& directory);

}  // namespace throughline::cli
