#pragma once

#include <cstdint>

#include "throughline/v1/identity.pb.h"

namespace throughline::identity {

// In the order of the parameters.
enum class BirthLevel : std::uint8_t {
  kExact,
  kSwapped,  // day and month in each other's place
  // 1 January, where systems put a day that they do not know: both, or one in the year of the
  // other.
  kBothFirstOfJanuary,
  kFirstOfJanuary,
  kOneDigit,  // one digit of eight differs, or two neighbours are swapped
  kOnePart,   // one of year, month and day differs, the year by ten at most
  kWithin,    // one is not exact to the day, and they meet
  kOutside,   // one is not exact, and they do not meet
  kDiffers
};

struct BirthAgreement {
  BirthLevel level = BirthLevel::kDiffers;
  double span = 0;  // of kWithin: the wider one as a share of eighteen years
};

BirthAgreement CompareBirths(const v1::IdentityBirth& a, const v1::IdentityBirth& b);

struct Date {
  int year = 0;
  int month = 0;
  int day = 0;
};
// Of days since 1970-01-01.
Date DateOf(std::int32_t days);

}  // namespace throughline::identity
