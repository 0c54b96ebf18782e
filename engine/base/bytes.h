#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace throughline {

// Big-endian numbers, so that keys sort as the numbers do.
void AppendU32(std::string& out, std::uint32_t value);
void AppendU64(std::string& out, std::uint64_t value);
// A signed number with its sign bit flipped, so that negative ones sort first.
void AppendI64(std::string& out, std::int64_t value);
// Reads from the front and shortens `in`; nothing if too short.
std::optional<std::uint32_t> TakeU32(std::string_view& in);
std::optional<std::uint64_t> TakeU64(std::string_view& in);
std::optional<std::int64_t> TakeI64(std::string_view& in);

// Lower-case hex.
std::string Hex(std::string_view bytes);
std::optional<std::string> FromHex(std::string_view hex);

// The first key after every key that begins with `prefix`; empty if there is none.
std::string PrefixEnd(std::string_view prefix);

// 32 bytes.
std::string Sha256(std::string_view bytes);
// Of one behind the other.
std::string Sha256(std::string_view first, std::string_view second);
// CRC-32C (Castagnoli), as in RFC 3720.
std::uint32_t Crc32c(std::string_view bytes);

}  // namespace throughline
