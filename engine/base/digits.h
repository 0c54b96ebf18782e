#pragma once

#include <string_view>

namespace throughline {

// Reads a text of fixed-width numbers and separators from the front. After a first misfit
// everything fails, so that one look at the end is enough. Lives no longer than the text.
class DigitReader {
 public:
  explicit DigitReader(std::string_view text) : rest_(text) {}

  // The number of exactly `width` digits; 0 at a misfit.
  int Take(std::size_t width) {
    if (failed_ || rest_.size() < width) return Misfit();
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return Misfit();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }
  void Skip(char separator) {
    if (!SkipIf(separator)) failed_ = true;
  }
  bool SkipIf(char separator) {
    if (failed_ || !rest_.starts_with(separator)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool AtEnd() const { return !failed_ && rest_.empty(); }
  bool failed() const { return failed_; }
  std::string_view rest() const { return rest_; }

 private:
  int Misfit() {
    failed_ = true;
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace throughline
