#include "engine/base/log_limit.h"

#include <limits>

namespace throughline {
namespace {
constexpr std::int64_t kWindow = 1000;
constexpr std::string_view kOthers = "others";
}  // namespace

bool LogLimit::Admit(std::string_view name, std::int64_t now) {
  auto window = windows_.find(name);
  if (window == windows_.end()) {
    const std::string_view kept = windows_.size() < most_names_ ? name : kOthers;
    window = windows_.try_emplace(std::string(kept), Window{now}).first;
  }
  Window& counts = window->second;
  if (now - counts.start >= kWindow) {
    counts.start = now;
    counts.passed = 0;
  }
  if (counts.passed < most_per_second_) {
    ++counts.passed;
    return true;
  }
  if (counts.suppressed++ == 0) ++suppressing_;
  return false;
}

std::vector<LogLimit::Suppressed> LogLimit::TakeEnded(std::int64_t now) {
  return Take(now - kWindow);
}

std::vector<LogLimit::Suppressed> LogLimit::TakeAll() {
  return Take(std::numeric_limits<std::int64_t>::max());
}

std::vector<LogLimit::Suppressed> LogLimit::Take(std::int64_t started_until) {
  std::vector<Suppressed> taken;
  if (suppressing_ == 0) return taken;
  for (auto& [name, window] : windows_) {
    if (window.suppressed == 0 || window.start > started_until) continue;
    taken.push_back({name, window.suppressed});
    window.suppressed = 0;
    --suppressing_;
  }
  return taken;
}

}  // namespace throughline
