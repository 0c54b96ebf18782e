#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/base/result.h"
#include "engine/base/uk_time.h"
#include "throughline/v1/contact.pb.h"

// What a contact must and should hold. Pure: a function of the contact, its feed and when it was
// received.
namespace throughline::contact {

struct Fault {
  std::string field;  // its path: subjects[1].references[0].value; empty for the whole
  std::string text;   // without personal data
  bool operator==(const Fault&) const = default;
};

struct Verdict {
  std::vector<Fault> refused;   // any: the contact cannot be taken
  std::vector<Fault> warnings;  // it is taken, and these stay on it
};

struct Feed {
  std::string agency;    // of the topic
  bool attests = false;  // may send kinds that only an attested feed may, and state the agency
  Millis received = 0;   // when the log took it
  Millis future_allowance = kDay;      // how far `recorded` may lie ahead of `received`
  const Calendar* calendar = nullptr;  // to say whether out_of_hours disagrees; none: not said
};

// All faults at once, in field order. Refuses only what cannot be placed, dated, attributed or
// read.
Verdict Validate(const v1::Contact& contact, const Feed& feed);

constexpr std::size_t kMaxContactBytes = std::size_t{1} << 20;
// Messages within messages, in bytes and in JSON alike.
constexpr int kMaxContactDepth = 32;

// Bytes of a feed into a contact. Errors: longer than kMaxContactBytes, not a Contact, nested
// deeper than kMaxContactDepth, text not UTF-8. A field newer than this engine is kept.
Result<v1::Contact> Decode(std::string_view bytes);
// The same into an empty contact, which may lie on an arena.
Result<void> DecodeInto(std::string_view bytes, v1::Contact& contact);

}  // namespace throughline::contact
