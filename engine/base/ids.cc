#include "engine/base/ids.h"

#include <algorithm>

#include "engine/base/bytes.h"

namespace throughline {

std::string PersonId::Text() const { return Hex(Raw()); }

std::optional<PersonId> PersonId::FromText(std::string_view text) {
  auto raw = FromHex(text);
  return raw ? FromRaw(*raw) : std::nullopt;
}

std::optional<PersonId> PersonId::FromRaw(std::string_view raw) {
  PersonId id;
  if (raw.size() != id.bytes.size()) return std::nullopt;
  std::copy(raw.begin(), raw.end(), id.bytes.begin());
  return id;
}

}  // namespace throughline
