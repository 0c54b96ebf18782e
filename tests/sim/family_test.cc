#include "tests/sim/family.h"

#include <gtest/gtest.h>

#include "engine/contact/catalogue.h"
#include "engine/contact/validate.h"

namespace throughline::sim {
namespace {

constexpr Millis kNow = 1794819600000;

TEST(FamilyTest, EveryKindIsSound) {
  for (const v1::Contact& contact : Family::EachKind(kNow)) {
    contact::Feed feed{.agency = "police", .attests = false, .received = kNow, .calendar = nullptr};
    for (const auto& fault : contact::Validate(contact, feed).refused) {
      ADD_FAILURE() << contact::KindName(contact) << " " << fault.field << ": " << fault.text;
    }
  }
  for (const v1::Contact& contact :
       {FeedActivation("F", "police", 0, kNow), PolicyActivation("P", "1-2", true, kNow),
        CalendarActivation("K", kNow), Release("R", kNow, kNow)}) {
    contact::Feed feed{
        .agency = "operator", .attests = true, .received = kNow, .calendar = nullptr};
    for (const auto& fault : contact::Validate(contact, feed).refused) {
      ADD_FAILURE() << contact::KindName(contact) << " " << fault.field << ": " << fault.text;
    }
  }
}

}  // namespace
}  // namespace throughline::sim
