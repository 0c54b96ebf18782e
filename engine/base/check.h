#pragma once

// CHECK(condition) is always on: a broken invariant stops the process, because the journal can be
// replayed.
#define CHECK(condition)                                          \
  do {                                                            \
    if (!(condition)) [[unlikely]] {                              \
      ::throughline::CheckFailed(__FILE__, __LINE__, #condition); \
    }                                                             \
  } while (false)

namespace throughline {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);
}  // namespace throughline
