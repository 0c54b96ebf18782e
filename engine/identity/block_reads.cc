#include "engine/identity/block_reads.h"

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/identity/index.h"

namespace throughline::identity {
namespace {

constexpr std::size_t kRowKeyBytes = 1 + 8 + 2 + 2 + 16;

void AppendU16(std::string& out, std::uint16_t value) {
  out += static_cast<char>(value >> 8U);
  out += static_cast<char>(value & 0xFFU);
}

std::string BlockKey(std::uint64_t block) {
  std::string key = "b";
  AppendU64(key, block);
  return key;
}

std::string YearKey(std::uint64_t block, int year) {
  std::string key = BlockKey(block);
  AppendU16(key, static_cast<std::uint16_t>(year));
  return key;
}

// False: there are more than `most`, of which the first are in `met`.
bool Take(const projection::Reads& reads, std::string_view begin, std::string_view end,
          std::size_t most, std::vector<Met>& met) {
  bool all = true;
  met.clear();
  reads.Scan(begin, end, [&](std::string_view key, std::string_view digest) {
    if (met.size() == most) {
      all = false;
      return false;
    }
    const auto row = ParseRow(key);
    CHECK(row.has_value());
    met.push_back({row->person, std::string(digest)});
    return true;
  });
  return all;
}

}  // namespace

std::string RowKey(const BlockRow& row, const PersonId& person) {
  std::string key = YearKey(row.block, row.year);
  AppendU16(key, row.day);
  key += person.Raw();
  return key;
}

std::optional<Row> ParseRow(std::string_view key) {
  if (key.size() != kRowKeyBytes || key.front() != 'b') return std::nullopt;
  key.remove_prefix(1);
  Row row;
  row.row.block = *TakeU64(key);
  const auto take_u16 = [&] {
    const auto value = static_cast<std::uint16_t>(static_cast<unsigned char>(key[0]) << 8U |
                                                  static_cast<unsigned char>(key[1]));
    key.remove_prefix(2);
    return value;
  };
  row.row.year = take_u16();
  row.row.day = take_u16();
  row.person = *PersonId::FromRaw(key);
  return row;
}

std::vector<Met> Near(const projection::Reads& reads, const BlockRow& row, bool& parted) {
  std::vector<Met> met;
  const std::string block = BlockKey(row.block);
  parted = !Take(reads, block, PrefixEnd(block), kMostInBlock, met);
  if (!parted) return met;
  const int from = row.year == 0 ? 0 : row.year - 1;
  const int until = row.year == 0 ? 1 : row.year + 2;
  if (Take(reads, YearKey(row.block, from), YearKey(row.block, until), kMostInBlock, met))
    return met;
  std::string day = YearKey(row.block, row.year);
  AppendU16(day, row.day);
  Take(reads, day, PrefixEnd(day), kMostInBlock, met);
  return met;
}

}  // namespace throughline::identity
