#include "consumers/throughline/lens.h"

namespace throughline::cli {
namespace {

constexpr std::string_view kAgency = "agency:";

}  // namespace

std::string Lens::Text() const {
  if (lens == v1::LENS_AGENCY) return std::string(kAgency) + agency;
  return lens == v1::LENS_RECORDED ? "recorded" : "shared";
}

Result<Lens> ParseLens(std::string_view text) {
  if (text.empty() || text == "shared") return Lens{};
  if (text == "recorded") return Lens{v1::LENS_RECORDED, {}};
  if (text.starts_with(kAgency) && text.size() > kAgency.size()) {
    return Lens{v1::LENS_AGENCY, std::string(text.substr(kAgency.size()))};
  }
  return Fail(Code::kInvalid, "no such lens: {} (shared, recorded, agency:NAME)", text);
}

}  // namespace throughline::cli
