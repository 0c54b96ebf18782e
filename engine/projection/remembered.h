#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/projection/key_values.h"

namespace throughline::projection {

// A base that stays as it is for as long as this lives, each key of which is looked up once: what
// was found, or that there was nothing, is remembered. Scans go to the base. Once it holds
// `most_bytes` of keys and values it remembers no more. The base must outlive it. Threads: one.
class Remembered final : public Reads {
 public:
  Remembered(const Reads& base, std::size_t most_bytes) : base_(base), most_bytes_(most_bytes) {}
  Remembered(const Remembered&) = delete;
  Remembered& operator=(const Remembered&) = delete;
  std::optional<std::string> Get(std::string_view key) const override;
  void Scan(std::string_view begin, std::string_view end,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    base_.Scan(begin, end, visit);
  }
  const std::optional<Error>& fault() const override { return base_.fault(); }
  // Looks up, many at once, those of the keys that were not looked up yet, as far as there is room.
  void Read(std::vector<std::string> keys);
  // What was looked up stands from now on as it does once the base has these changes, whether it
  // had them by then or not.
  void Lay(const Overlay::Changes& changes);
  // What another found, of a base that holds the same, is looked at first from now on; nullptr:
  // none is.
  void Consult(std::shared_ptr<const Remembered> other) { other_ = std::move(other); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>()(key);
    }
  };

  const Reads& base_;
  std::size_t most_bytes_;
  std::shared_ptr<const Remembered> other_;
  mutable std::size_t bytes_ = 0;
  using Known = std::unordered_map<std::string, std::optional<std::string>, Hash, std::equal_to<>>;
  void Keep(std::string key, std::optional<std::string> value) const;

  mutable Known known_;
  mutable std::vector<Known::value_type*> in_order_;  // as they were looked up
};

}  // namespace throughline::projection
