#include "engine/base/crash_point.h"

#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace throughline {
namespace {

constexpr int kKilled = 137;

struct Wanted {
  std::string name;
  std::uint64_t count = 0;
};

Wanted Read() {
  const char* setting = std::getenv("THROUGHLINE_CRASH");
  if (setting == nullptr) return {};
  const std::string_view text = setting;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {.name = std::string(text), .count = 1};
  Wanted wanted{.name = std::string(text.substr(0, colon)), .count = 0};
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), wanted.count);
  return wanted;
}

}  // namespace

void CrashPoint(std::string_view name) {
  static const Wanted wanted = Read();
  static std::atomic<std::uint64_t> passed{0};
  if (wanted.count == 0 || name != wanted.name) return;
  if (passed.fetch_add(1) + 1 == wanted.count) ::_exit(kKilled);
}

}  // namespace throughline
