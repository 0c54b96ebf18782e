#include "engine/base/bytes.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "engine/base/check.h"

namespace throughline {
namespace {

template <typename T>
void AppendBig(std::string& out, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

template <typename T>
std::optional<T> TakeBig(std::string_view& in) {
  if (in.size() < sizeof(T)) return std::nullopt;
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>((value << 8) | static_cast<unsigned char>(in[i]));
  }
  in.remove_prefix(sizeof(T));
  return value;
}

constexpr std::size_t kSha256Bytes = 32;
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

constexpr std::array<std::array<std::uint32_t, 256>, 8> MakeCrcTables() {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
    tables[0][i] = crc;
  }
  for (std::uint32_t i = 0; i < 256; ++i) {
    for (std::size_t t = 1; t < 8; ++t) {
      tables[t][i] = (tables[t - 1][i] >> 8) ^ tables[0][tables[t - 1][i] & 0xff];
    }
  }
  return tables;
}
constexpr auto kCrc = MakeCrcTables();

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void AppendU32(std::string& out, std::uint32_t value) { AppendBig(out, value); }
void AppendU64(std::string& out, std::uint64_t value) { AppendBig(out, value); }
void AppendI64(std::string& out, std::int64_t value) {
  AppendBig(out, static_cast<std::uint64_t>(value) ^ kSignBit);
}
std::optional<std::uint32_t> TakeU32(std::string_view& in) { return TakeBig<std::uint32_t>(in); }
std::optional<std::uint64_t> TakeU64(std::string_view& in) { return TakeBig<std::uint64_t>(in); }
std::optional<std::int64_t> TakeI64(std::string_view& in) {
  auto value = TakeBig<std::uint64_t>(in);
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(*value ^ kSignBit);
}

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

std::optional<std::string> FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    int high = HexDigit(hex[i]);
    int low = HexDigit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

std::string PrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(end.back() + 1);
  return end;
}

std::string Sha256(std::string_view bytes) { return Sha256(bytes, {}); }

std::string Sha256(std::string_view first, std::string_view second) {
  // Looking the algorithm up costs more than hashing a record does.
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string out(kSha256Bytes, '\0');
  CHECK(EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1 &&
        EVP_DigestUpdate(context.get(), first.data(), first.size()) == 1 &&
        EVP_DigestUpdate(context.get(), second.data(), second.size()) == 1 &&
        EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr) ==
            1);
  return out;
}

std::uint32_t Crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffU;
  const auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t n = bytes.size();
  for (; n >= 8; n -= 8, p += 8) {
    std::uint32_t low =
        crc ^ (static_cast<std::uint32_t>(p[0]) | static_cast<std::uint32_t>(p[1]) << 8 |
               static_cast<std::uint32_t>(p[2]) << 16 | static_cast<std::uint32_t>(p[3]) << 24);
    crc = kCrc[7][low & 0xff] ^ kCrc[6][(low >> 8) & 0xff] ^ kCrc[5][(low >> 16) & 0xff] ^
          kCrc[4][low >> 24] ^ kCrc[3][p[4]] ^ kCrc[2][p[5]] ^ kCrc[1][p[6]] ^ kCrc[0][p[7]];
  }
  for (; n > 0; --n, ++p) crc = (crc >> 8) ^ kCrc[0][(crc ^ *p) & 0xff];
  return ~crc;
}

}  // namespace throughline
