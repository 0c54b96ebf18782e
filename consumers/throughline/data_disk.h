#pragma once

#include "consumers/throughline/data_directory.h"
#include "consumers/throughline/findings.h"
#include "engine/base/settings.h"

namespace throughline::cli {

// Of the disk that a data directory lies on, by what the engine needs there.
Finding LookAtDisk(const DataDirectory& directory, const Settings& settings);

}  // namespace throughline::cli
