#pragma once

#include <string_view>

// Headers of a feed's records: what a publisher says of a contact beside its bytes.
namespace throughline::contact {

// The agency that a contact speaks for. Only a feed that attests may state another than its own.
inline constexpr std::string_view kAgencyHeader = "throughline-agency";
// The import that it belongs to, within which review-role references are resolved: 1 to 128
// printable characters.
inline constexpr std::string_view kImportHeader = "throughline-import";
// `yes`: declared history by its import, evidence that arms no clock and notifies nobody.
inline constexpr std::string_view kHistoryHeader = "throughline-history";
inline constexpr std::string_view kHistoryYes = "yes";

}  // namespace throughline::contact
