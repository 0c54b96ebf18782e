#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "throughline/v1/reference.pb.h"

// Identifiers and their check digits. Pure.
namespace throughline::contact {

// Ten digits, modulus 11 with weights 10 to 2 (NHS Data Dictionary); ten alike digits are refused. Spaces and hyphens do not count.
bool IsNhsNumber(std::string_view text);
// Thirteen characters, check letter over weights 2 to 13, modulus 23 (DfE, UPN guide); permanent and temporary.
bool IsUpn(std::string_view text);

// Without spaces and hyphens, upper case, for schemes in which these do not matter (nhs-number, upn, former-upn); else trimmed.
std::string Normalised(std::string_view scheme, std::string_view value);

// The scope within which a reference is unique: the agency (or stated authority) for local-id and agency-given schemes, the authority for
// la-child-id, the import for review-role, empty for national schemes (nhs-number, upn, former-upn, uprn, pnc-id).
std::string ScopeOf(const v1::Reference& reference, std::string_view agency, std::string_view import);

// What is wrong with the value under its scheme; nothing when all is well or the scheme has no check.
std::optional<std::string> ReferenceFault(const v1::Reference& reference);

}  // namespace throughline::contact
