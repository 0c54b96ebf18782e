#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/identity/blocking.h"
#include "engine/projection/key_values.h"

// The rows of blocks, and which of them are compared. index.h says how a large block is parted.
namespace throughline::identity {

std::string RowKey(const BlockRow& row, const PersonId& person);

struct Row {
  BlockRow row;
  PersonId person;
};
// Nothing: not the key of a row.
std::optional<Row> ParseRow(std::string_view key);

// The persons with whom one who has this row is compared within its block, itself among them; in no
// order, maybe twice. `parted`: the block was too large to be taken whole.
std::vector<PersonId> Near(const projection::Reads& reads, const BlockRow& row, bool& parted);
// The same, of those whose digest is wanted.
std::vector<PersonId> Near(const projection::Reads& reads, const BlockRow& row,
                           const std::function<bool(std::string_view digest)>& wanted,
                           bool& parted);

}  // namespace throughline::identity
