#pragma once

#include <cstddef>
#include <string_view>

namespace throughline {

// How many bytes of `text`, from its start, are well-formed UTF-8 (RFC 3629: no surrogates, no
// overlong forms).
std::size_t Utf8Prefix(std::string_view text);

inline bool IsUtf8(std::string_view text) { return Utf8Prefix(text) == text.size(); }

}  // namespace throughline
