#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/uk_time.h"
#include "throughline/v1/service.pb.h"

// What people type, read. Pure.
namespace throughline::cli {

// Of a function that reads what was typed, one that says what is wrong with it, if anything: so a
// command's options refuse it before anything is done.
template <typename Read>
auto ReadBy(Read read) {
  return [read](const std::string& text) {
    const auto typed = read(text);
    return typed ? std::string() : typed.error().text;
  };
}

// An instant up to which something was known: `2011-06-01` is the end of that day, `2011-06` of
// that month, `2011-06-01T12:30` of that minute (UK time), `...Z` exact UTC.
Result<Millis> ParseKnownAt(std::string_view text);

// A length: 90s, 15m, 12h, 2d.
Result<Millis> ParseLength(std::string_view text);

// A person: 32 hexadecimal digits, or SCHEME:VALUE, or SCHEME:VALUE@SCOPE (the agency of a
// local-id, the import of a review-role).
Result<v1::PersonRef> ParsePerson(std::string_view text);

// A contact: AGENCY:ID.
Result<v1::ContactRef> ParseContact(std::string_view text);

}  // namespace throughline::cli
