#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

// libFuzzer's door to the target that THROUGHLINE_FUZZ_TARGET names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  throughline::fuzz::THROUGHLINE_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
