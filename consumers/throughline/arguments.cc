#include "consumers/throughline/arguments.h"

#include <charconv>

#include "engine/base/ids.h"

namespace throughline::cli {

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
  if (PersonId::FromText(text)) {
    person.set_id(std::string(text));
    return person;
  }
  auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) {
    return Fail(Code::kInvalid,
                "a person is 32 hexadecimal digits, or SCHEME:VALUE as in review-role:child-r, or "
                "SCHEME:VALUE@SCOPE");
  }
  auto at = text.rfind('@');
  person.set_scheme(std::string(text.substr(0, colon)));
  if (at != std::string_view::npos && at > colon) {
    person.set_scope(std::string(text.substr(at + 1)));
    text = text.substr(0, at);
  }
  person.set_value(std::string(text.substr(colon + 1)));
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
