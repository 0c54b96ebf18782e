#pragma once

#include <fmt/core.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace throughline {

// What the caller can do about an error; the text says what happened and where.
enum class Code {
  kInvalid,      // the input is wrong: do not retry, say so to whoever sent it
  kNotFound,     // what was asked for is not there
  kExists,       // what was to be made is there already
  kUnavailable,  // the world is in trouble (disk full, broker away): retry later
  kCorrupt,      // stored data is damaged: do not serve it; rebuild or restore
  kConflict,     // someone else has it (a lock, a newer writer)
};

struct Error {
  Code code;
  std::string text;  // static words first, values last; no personal data
};

// For what can happen. What cannot happen is a CHECK.
template <typename T = void>
using Result = tl::expected<T, Error>;

template <typename... Args>
tl::unexpected<Error> Fail(Code code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>({code, fmt::format(format, std::forward<Args>(args)...)});
}

inline tl::unexpected<Error> Fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace throughline

// Leaves the enclosing function with the error of `expression` (a Result), if it is one.
#define TL_TRY(expression)                                       \
  do {                                                           \
    if (auto tl_result = (expression); !tl_result.has_value()) { \
      return ::throughline::Fail(std::move(tl_result.error()));  \
    }                                                            \
  } while (false)

#define TL_CONCAT_(a, b) a##b
#define TL_CONCAT(a, b) TL_CONCAT_(a, b)

// TL_ASSIGN(auto value, expression): the value of a Result, or leaves with its error.
#define TL_ASSIGN(target, expression) \
  TL_ASSIGN_(TL_CONCAT(tl_result_, __LINE__), target, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): names and declarations cannot stand in parentheses.
#define TL_ASSIGN_(result, target, expression)             \
  auto result = (expression);                              \
  if (!result.has_value()) {                               \
    return ::throughline::Fail(std::move(result.error())); \
  }                                                        \
  target = std::move(*result)
// NOLINTEND(bugprone-macro-parentheses)
