#include <algorithm>

#include "engine/base/check.h"
#include "engine/contact/compact.h"
#include "engine/contact/read_contact.h"
#include "engine/contact/validate.h"
#include "tests/fuzz/targets.h"

namespace throughline::fuzz {
namespace {

constexpr Millis kReceived = 1'750'000'000'000;

void ReadAccepted(const v1::Contact& contact) {
  const Interval occurred = contact::Occurred(contact);
  CHECK(occurred.earliest <= occurred.latest);
  contact::RecordedInstant(contact, kReceived);
  const auto targets = contact::Targets(contact, "police");
  CHECK(std::is_sorted(targets.begin(), targets.end()));
  CHECK(std::adjacent_find(targets.begin(), targets.end()) == targets.end());
  for (const auto& subject : contact.subjects()) {
    CHECK(contact::SubjectWith(contact, subject.label()) != nullptr);
  }
  contact::ToJson(contact);
}

}  // namespace

void Contact(std::string_view bytes) {
  const auto contact = contact::Decode(bytes);
  if (!contact) return;
  for (const bool attests : {false, true}) {
    const contact::Feed feed{.agency = "police", .attests = attests, .received = kReceived};
    const auto verdict = contact::Validate(*contact, feed);
    const auto again = contact::Validate(*contact, feed);
    CHECK(again.refused == verdict.refused && again.warnings == verdict.warnings);
    if (verdict.refused.empty()) ReadAccepted(*contact);
  }
}

void JsonLines(std::string_view bytes) {
  int line = 0;
  for (const auto& each : contact::FromJsonLines(bytes, "fuzz")) {
    CHECK(each.line > line);
    line = each.line;
    if (!each.faults.empty()) continue;
    // What was read can be written and read again.
    const auto back = contact::FromJsonLines(contact::ToJson(each.contact), "fuzz");
    CHECK(back.size() == 1 && back.front().faults.empty());
    CHECK(back.front().contact.SerializeAsString() == each.contact.SerializeAsString());
    Contact(each.contact.SerializeAsString());
  }
}

}  // namespace throughline::fuzz
