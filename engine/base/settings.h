#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace throughline {

// One number that an operator may set. The texts live as long as the program.
struct SettingRow {
  std::string_view name;  // snake_case
  std::string_view help;  // a sentence
  std::string_view unit;  // what one of it is: milliseconds, records, bytes
  std::int64_t value;     // the default, until it is set
  std::int64_t lowest;    // both ends are allowed
  std::int64_t highest;
};

// The settings of all modules, each declared by its module as a table of rows. Threads: written by
// one before the others start, then read by any.
class Settings {
 public:
  // CHECKs that names are new, texts are there and defaults lie within their bounds.
  void Register(std::span<const SettingRow> rows);

  // A map of names to whole numbers. Errors, all at once with file:line:column: as yaml::Parse, an
  // unknown name, no whole number, out of bounds. Then nothing has changed.
  Result<> Load(std::string_view yaml, std::string_view file);
  // Command-line pairs `name=value`, the last of a name taken. Errors: as Load, by pair.
  Result<> Load(std::span<const std::string> pairs);
  // Errors: an unknown name, no whole number, out of bounds.
  Result<> Set(std::string_view name, std::string_view value);

  // CHECKs that it exists.
  std::int64_t Get(std::string_view name) const;
  // With the values in force, by name.
  const std::vector<SettingRow>& Rows() const { return rows_; }

 private:
  SettingRow* Find(std::string_view name);
  // The row and its new value, not yet set.
  struct Change {
    SettingRow* row;
    std::int64_t value;
  };
  Result<Change> Checked(std::string_view name, std::string_view value);

  std::vector<SettingRow> rows_;  // sorted by name
};

}  // namespace throughline
