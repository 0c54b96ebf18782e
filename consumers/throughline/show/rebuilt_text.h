#pragma once

#include <string>

#include "throughline/v1/service.pb.h"

// What a rebuild found. Pure.
namespace throughline::show {

enum class Comparison { kSame, kDifferent, kNone };

// kNone: the digests are of different records, or there was nothing whole to compare with.
Comparison Compared(const v1::RebuildAnswer& rebuilt);
std::string RebuiltText(const v1::RebuildAnswer& rebuilt);

}  // namespace throughline::show
