#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "throughline/v1/chronology.pb.h"

// The lens of a question, as people type it. Pure.
namespace throughline::cli {

struct Lens {
  v1::Lens lens = v1::LENS_SHARED;
  std::string agency;  // of LENS_AGENCY

  // As ParseLens reads it.
  std::string Text() const;
};

// shared (also where nothing is given), recorded, or agency:NAME.
Result<Lens> ParseLens(std::string_view text);

}  // namespace throughline::cli
