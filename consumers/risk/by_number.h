#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

// Internal to the folder.
namespace throughline::risk {

// Few values by number, in order, side by side in memory: a child's are met long after they were
// used last, when each node of a map would be fetched by itself. References to values hold until
// the next is added or erased.
template <typename Value>
class ByNumber {
 public:
  using Item = std::pair<std::size_t, Value>;

  // nullptr: none of that number.
  const Value* Find(std::size_t number) const {
    const auto at = std::lower_bound(items_.begin(), items_.end(), number, Before);
    return at == items_.end() || at->first != number ? nullptr : &at->second;
  }
  // An empty one, if there was none.
  Value& operator[](std::size_t number) {
    auto at = std::lower_bound(items_.begin(), items_.end(), number, Before);
    if (at == items_.end() || at->first != number) at = items_.emplace(at, number, Value());
    return at->second;
  }
  void Erase(std::size_t number) {
    const auto at = std::lower_bound(items_.begin(), items_.end(), number, Before);
    if (at != items_.end() && at->first == number) items_.erase(at);
  }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  std::size_t bytes() const { return items_.capacity() * sizeof(Item); }

 private:
  static bool Before(const Item& item, std::size_t number) { return item.first < number; }

  std::vector<Item> items_;
};

}  // namespace throughline::risk
