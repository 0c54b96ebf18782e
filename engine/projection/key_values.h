#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace throughline::projection {

// An ordered map of bytes that a fold or a query reads. What it cannot read (a damaged block) it
// reports through fault(): the value is then absent, and whoever owns the read checks fault()
// before anything is committed or served.
class Reads {
 public:
  virtual ~Reads() = default;
  virtual std::optional<std::string> Get(std::string_view key) const = 0;
  // What Get says of each of the keys, in their order. Costs less than one by one where many of
  // them lie near each other.
  virtual std::vector<std::optional<std::string>> GetAll(
      const std::vector<std::string>& keys) const;
  // Every key in [begin, end) in order, until `visit` returns false. An empty `end`: to the last.
  // `visit` may not write to what is scanned.
  virtual void Scan(
      std::string_view begin, std::string_view end,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) const = 0;
  // The first fault met by a read; nothing when all is well.
  virtual const std::optional<Error>& fault() const = 0;
};

class Writes : public Reads {
 public:
  virtual void Put(std::string_view key, std::string_view value) = 0;
  virtual void Erase(std::string_view key) = 0;
};

// A key's first eight bytes as a number that sorts as they do.
std::uint64_t FrontOf(std::string_view key);

// A key in a map in memory, ordered as its bytes are. Its front lies in the map's node, so that a
// search mostly compares numbers and does not follow each node to its key.
class Key {
 public:
  explicit Key(std::string text) : front_(FrontOf(text)), text_(std::move(text)) {}
  const std::string& text() const& { return text_; }
  std::string text() && { return std::move(text_); }
  std::uint64_t front() const { return front_; }
  bool operator==(const Key&) const = default;

 private:
  std::uint64_t front_;
  std::string text_;
};

// The same of a key that is looked for. Not owned.
class Sought {
 public:
  explicit Sought(std::string_view text) : front_(FrontOf(text)), text_(text) {}
  std::string_view text() const { return text_; }
  std::uint64_t front() const { return front_; }

 private:
  std::uint64_t front_;
  std::string_view text_;
};

struct KeyBefore {
  using is_transparent = void;
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return a.front() != b.front() ? a.front() < b.front() : a.text() < b.text();
  }
};

template <typename Value>
using ByKey = std::map<Key, Value, KeyBefore>;

// In memory: for the recorded lens, for tests and for simulation. Threads: one.
class MemoryStore final : public Writes {
 public:
  std::optional<std::string> Get(std::string_view key) const override;
  void Scan(std::string_view begin, std::string_view end,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  const std::optional<Error>& fault() const override { return fault_; }
  void Put(std::string_view key, std::string_view value) override;
  void Erase(std::string_view key) override;
  const ByKey<std::string>& all() const { return values_; }
  // What it takes, about: keys, values and what holds them.
  std::size_t bytes() const { return bytes_; }
  // As Put, without a copy.
  void Take(std::string key, std::string value);
  void Clear();

 private:
  ByKey<std::string> values_;
  std::size_t bytes_ = 0;
  std::optional<Error> fault_;
};

// Changes held over a base until they are taken or dropped. Reads see them. The base must outlive
// it. Threads: one.
class Overlay final : public Writes {
 public:
  // Each change in key order: a value, or nothing for an erased key.
  using Changes = ByKey<std::optional<std::string>>;

  explicit Overlay(const Reads& base) : base_(base) {}
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;
  std::optional<std::string> Get(std::string_view key) const override;
  std::vector<std::optional<std::string>> GetAll(
      const std::vector<std::string>& keys) const override;
  void Scan(std::string_view begin, std::string_view end,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  const std::optional<Error>& fault() const override { return base_.fault(); }
  void Put(std::string_view key, std::string_view value) override;
  void Erase(std::string_view key) override;
  const Changes& changes() const { return changes_; }
  void Clear();

  // From Begin on the changes are on trial: Keep leaves them, Revert takes them back. One trial at
  // a time.
  void Begin();
  void Keep();
  void Revert();

  void ApplyTo(Writes& target) const;
  // Hands all changes over to the store that is its base, and is empty.
  void MoveTo(MemoryStore& base);

 private:
  void Set(std::string_view key, std::optional<std::string> value);

  // What a change on trial took the place of; no change: there was none.
  struct Replaced {
    Changes::iterator at;
    std::optional<std::optional<std::string>> change;
  };
  const Reads& base_;
  Changes changes_;
  bool on_trial_ = false;
  std::vector<Replaced> replaced_;  // in the order of the changes on trial
};

}  // namespace throughline::projection
