#pragma once

#include <vector>

#include "consumers/throughline/session.h"
#include "throughline/v1/alert.pb.h"

namespace throughline::cli {

// Everything on the alerts topic in order, each publication once: repeats are dropped by their id.
Result<std::vector<v1::Alert>> ReadAlertsTopic(Session& session);

}  // namespace throughline::cli
