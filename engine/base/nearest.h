#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace throughline {

// The candidate that `word` was most likely meant to be: the fewest letters inserted, left out,
// changed or swapped with their neighbour, and no more than a third of its length (one for short
// words). The first of equals; nothing if none is near enough.
std::optional<std::string_view> Nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

// "; did you mean `name`?" for the end of an error's text, or empty.
std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace throughline
