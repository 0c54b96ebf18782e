#include "engine/base/bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace throughline {
namespace {

TEST(Bytes, Crc32cAgreesWithRfc3720) {
  std::string rising;
  for (int i = 0; i < 32; ++i) rising.push_back(static_cast<char>(i));
  std::string falling(rising.rbegin(), rising.rend());
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(Crc32c(rising), 0x46dd794eU);
  EXPECT_EQ(Crc32c(falling), 0x113fdb5cU);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(Crc32c(""), 0U);
}

TEST(Bytes, Sha256AgreesWithFips180) {
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256("ab", "c"), Sha256("abc"));
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Bytes, NumbersAreBigEndianAndReadBack) {
  std::string out;
  AppendU32(out, 0x01020304U);
  AppendU64(out, 0x05060708090a0b0cULL);
  AppendI64(out, -1);
  EXPECT_EQ(Hex(out), "0102030405060708090a0b0c7fffffffffffffff");
  std::string_view in = out;
  EXPECT_EQ(TakeU32(in), 0x01020304U);
  EXPECT_EQ(TakeU64(in), 0x05060708090a0b0cULL);
  EXPECT_EQ(TakeI64(in), -1);
  EXPECT_TRUE(in.empty());
}

TEST(Bytes, TooShortTakesNothing) {
  std::string_view in = "abc";
  EXPECT_FALSE(TakeU32(in));
  EXPECT_FALSE(TakeU64(in));
  EXPECT_FALSE(TakeI64(in));
  EXPECT_EQ(in, "abc");
}

TEST(Bytes, SignedNumbersSortAsTheirBytes) {
  const std::vector<std::int64_t> numbers = {
      std::numeric_limits<std::int64_t>::min(), -256, -1, 0, 1, 256,
      std::numeric_limits<std::int64_t>::max()};
  std::vector<std::string> keys;
  for (std::int64_t number : numbers) {
    AppendI64(keys.emplace_back(), number);
    std::string_view in = keys.back();
    EXPECT_EQ(TakeI64(in), number);
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST(Bytes, HexReadsBack) {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  EXPECT_EQ(FromHex(Hex(all)), all);
  EXPECT_EQ(FromHex("0aFf"), std::string("\x0a\xff"));
  EXPECT_EQ(FromHex(""), "");
  for (const char* text : {"0", "0g", "0x", " 0", "00 "}) EXPECT_FALSE(FromHex(text)) << text;
}

TEST(Bytes, PrefixEndIsTheFirstKeyAfter) {
  EXPECT_EQ(PrefixEnd("ab"), "ac");
  EXPECT_EQ(PrefixEnd("a\xff\xff"), "b");
  EXPECT_EQ(PrefixEnd("\xff"), "");
  EXPECT_EQ(PrefixEnd(""), "");
  EXPECT_EQ(PrefixEnd("a\x7f"), "a\x80");
}

}  // namespace
}  // namespace throughline
