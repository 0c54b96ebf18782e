#pragma once

#include <cstddef>
#include <cstdint>

namespace throughline::sim {

// splitmix64: the one source of chance in a history, the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  // From 0 to bound - 1.
  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(Next() % bound); }
  std::int64_t Between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(Next() % static_cast<std::uint64_t>(most - least + 1));
  }
  bool Chance(std::size_t percent) { return Below(100) < percent; }

 private:
  std::uint64_t state_;
};

}  // namespace throughline::sim
