#pragma once

#include <string>
#include <vector>

#include "consumers/throughline/log_source.h"
#include "engine/intake/dead_letters.h"

namespace throughline::cli {

// Every dead letter of a data directory, oldest first, read beside whoever owns it.
Result<std::vector<intake::StoredDeadLetter>> ReadDeadLetters(const std::string& directory,
                                                              const BrokerOptions& brokers);

}  // namespace throughline::cli
