#pragma once

#include "engine/projection/fold.h"
#include "engine/projection/view.h"

namespace throughline::cli {

// Whether the alert that a publication speaks of is open now: a rebuild that finds it missing
// publishes only such.
bool StillOpen(const projection::View& view, const projection::Publication& publication);

}  // namespace throughline::cli
