#include "consumers/risk/store_keys.h"
#include "engine/base/check.h"
#include "engine/chronology/keys.h"
#include "engine/projection/host_keys.h"
#include "tests/fuzz/targets.h"

namespace throughline::fuzz {
namespace {

// The first byte says where a key ends and its value begins.
struct Row {
  std::string_view key;
  std::string_view value;
};

Row Split(std::string_view bytes) {
  if (bytes.empty()) return {};
  const auto at = static_cast<std::size_t>(static_cast<unsigned char>(bytes.front()));
  bytes.remove_prefix(1);
  return {bytes.substr(0, at), bytes.substr(std::min(at, bytes.size()))};
}

}  // namespace

// What parses is written again as the same bytes.
void StoreKeys(std::string_view bytes) {
  namespace keys = projection::keys;
  const auto [key, value] = Split(bytes);
  if (const auto timer = keys::ParseTimerKey(key)) CHECK(keys::TimerKey(*timer) == key);
  if (const auto position = keys::ParsePosition(value)) {
    CHECK(keys::PositionValue(*position) == value);
  }
  if (const auto timer = keys::ParseArmedValue(PersonId{}, value)) {
    CHECK(keys::ArmedValue(*timer) == value);
  }
  if (const auto row = keys::ParseOutbox(key, value)) {
    CHECK(keys::OutboxValue(row->publication) == value);
  }
  if (const auto incomplete = keys::ParseIncomplete(value)) {
    CHECK(keys::IncompleteValue(*incomplete) == value);
  }
  chronology::LastPerson(key);
  chronology::LastSeq(key);
  risk::keys::PersonAt(key, 1);
}

}  // namespace throughline::fuzz
