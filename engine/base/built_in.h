#pragma once

#include <utility>

#include "engine/base/check.h"
#include "engine/base/result.h"

namespace throughline {

// What was read from a file of deploy that the program carries: tests read each of them, so one
// with a fault is a CHECK.
template <typename T>
T BuiltIn(Result<T> read) {
  CHECK(read.has_value());
  return *std::move(read);
}

}  // namespace throughline
