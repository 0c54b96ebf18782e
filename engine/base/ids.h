#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace throughline {

// A place in the journal: 1 is the first record. 0: before any.
using Seq = std::uint64_t;

// A person (child, adult or household) as the engine names it: 16 bytes, made by intake, never
// derived from an agency's number. Its text is 32 lower-case hex digits.
struct PersonId {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const PersonId&) const = default;
  std::string Text() const;
  // The 16 bytes as they stand in keys and protobuf fields.
  std::string_view Raw() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  static std::optional<PersonId> FromText(std::string_view text);
  // Nothing unless exactly 16 bytes.
  static std::optional<PersonId> FromRaw(std::string_view raw);
};

}  // namespace throughline
