#pragma once

#include <utility>

namespace throughline {

// Holds what identifies a person (a name, a number, an address). It has no formatter and no
// operator<<, so it can be neither logged nor printed by accident; whoever shows it to someone who
// may see it calls Reveal(), which can be searched for.
template <typename T>
class Personal {
 public:
  Personal() = default;
  explicit Personal(T value) : value_(std::move(value)) {}
  const T& Reveal() const { return value_; }
  bool operator==(const Personal&) const = default;

 private:
  T value_;
};

}  // namespace throughline
