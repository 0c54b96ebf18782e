#include "consumers/throughline/arguments.h"

#include <charconv>

#include "engine/base/ids.h"

namespace throughline::cli {
namespace {

std::string_view WithoutSpaceAround(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) + 1 - start);
}

}  // namespace

Result<Millis> ParseKnownAt(std::string_view text) {
  if (auto exact = ParseUtc(text)) return *exact;
  TL_ASSIGN(WrittenTime written, ParseWrittenTime(text));
  return written.interval.latest;
}

Result<Millis> ParseLength(std::string_view text) {
  Millis count = 0;
  const char* end = text.data() + text.size();
  auto [rest, fault] = std::from_chars(text.data(), end, count);
  std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  Millis one = unit == "s"   ? kSecond
               : unit == "m" ? kMinute
               : unit == "h" ? kHour
               : unit == "d" ? kDay
                             : 0;
  if (fault != std::errc() || one == 0 || count < 0 || count > 3650) {
    return Fail(Code::kInvalid, "a length is a number and s, m, h or d, as in 12h: {}", text);
  }
  return count * one;
}

Result<v1::PersonRef> ParsePerson(std::string_view text) {
  v1::PersonRef person;
  text = WithoutSpaceAround(text);
  if (PersonId::FromText(text)) {
    person.set_id(std::string(text));
    return person;
  }
  const auto colon = text.find(':');
  const auto at = text.rfind('@');
  const bool has_scope =
      colon != std::string_view::npos && at != std::string_view::npos && at > colon;
  const std::string_view named = has_scope ? text.substr(0, at) : text;
  person.set_scheme(std::string(WithoutSpaceAround(named.substr(0, colon))));
  if (colon != std::string_view::npos) {
    person.set_value(std::string(WithoutSpaceAround(named.substr(colon + 1))));
  }
  if (has_scope) person.set_scope(std::string(WithoutSpaceAround(text.substr(at + 1))));
  if (person.scheme().empty() || person.value().empty()) {
    return Fail(Code::kInvalid,
                "a person is 32 hexadecimal digits, or SCHEME:VALUE as in review-role:child-r, or "
                "SCHEME:VALUE@SCOPE");
  }
  return person;
}

Result<v1::ContactRef> ParseContact(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == text.size()) {
    return Fail(Code::kInvalid, "a contact is AGENCY:ID, as in police:DA-11873");
  }
  v1::ContactRef contact;
  contact.set_agency(std::string(text.substr(0, colon)));
  contact.set_contact_id(std::string(text.substr(colon + 1)));
  return contact;
}

}  // namespace throughline::cli
