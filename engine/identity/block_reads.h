#pragma once

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

struct Met {
  PersonId person;
  std::string digest;
};
// The persons with whom one who has this row is compared within its block, itself among them; in no
// order, maybe twice. `parted`: the block was too large to be taken whole.
std::vector<Met> Near(const projection::Reads& reads, const BlockRow& row, bool& parted);

}  // namespace throughline::identity
