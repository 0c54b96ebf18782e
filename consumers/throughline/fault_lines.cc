#include "consumers/throughline/fault_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace throughline::cli {
namespace {

constexpr std::size_t kMostLines = 100;
constexpr std::size_t kMostKinds = 20;

// The fourth subject's fault is of the same kind as the first's.
std::string WithoutIndexes(const std::string& kind) {
  std::string out;
  for (const char c : kind) {
    const std::size_t open = out.rfind('[');
    const bool is_index = std::isdigit(static_cast<unsigned char>(c)) != 0 &&
                          open != std::string::npos && open + 1 == out.size();
    if (!is_index) out += c;
  }
  return out;
}

}  // namespace

void FaultLines::Say(const yaml::Fault& fault, const std::string& kind, const std::string& after) {
  if (says_all_ || said_ < kMostLines) {
    ++said_;
    terminal_.err << fault.Text() << after << "\n";
    return;
  }
  ++rest_;
  Kind& of = kinds_[WithoutIndexes(kind)];
  if (++of.times == 1) of.first = fmt::format("{}:{}", fault.file, fault.place.line);
}

void FaultLines::SayRest(const std::string& what) const {
  if (rest_ == 0) return;
  std::vector<const std::pair<const std::string, Kind>*> kinds;
  kinds.reserve(kinds_.size());
  for (const auto& kind : kinds_) kinds.push_back(&kind);
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const auto* a, const auto* b) { return a->second.times > b->second.times; });
  terminal_.err << fmt::format("and {} {} (--all-faults says each):\n", rest_, what);
  std::size_t left = rest_;
  for (std::size_t i = 0; i < std::min(kinds.size(), kMostKinds); ++i) {
    const auto& [text, kind] = *kinds[i];
    terminal_.err << fmt::format("  {} times, first at {}: {}\n", kind.times, kind.first, text);
    left -= kind.times;
  }
  if (left > 0) {
    terminal_.err << fmt::format("  {} of {} other kinds\n", left, kinds.size() - kMostKinds);
  }
}

}  // namespace throughline::cli
