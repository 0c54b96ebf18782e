#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "throughline/v1/reference.pb.h"

// Identifiers and their check digits. Pure.
namespace throughline::contact {

// Ten digits, modulus 11 with weights 10 to 2 (NHS Data Dictionary); ten alike digits are refused.
// Spaces and hyphens do not count.
bool IsNhsNumber(std::string_view text);
// Thirteen characters, check letter over weights 2 to 13, modulus 23 (DfE, UPN guide); permanent
// and temporary. Spaces and hyphens do not count.
bool IsUpn(std::string_view text);
// Whether the authority that a UPN names (its digits 2 to 4) is one that issues or has issued them.
// Authorities come and go: one that is not known here is worth a warning, never a refusal.
bool HasKnownUpnAuthority(std::string_view upn);

// Without spaces and hyphens, upper case, for schemes in which these do not matter (nhs-number,
// upn, former-upn); else trimmed.
std::string Normalised(std::string_view scheme, std::string_view value);

// The scope within which a reference is unique: the agency (or stated authority) for local-id and
// agency-given schemes, the authority for la-child-id, the import for review-role, empty for
// national schemes (nhs-number, upn, former-upn, uprn, pnc-id). An la-child-id without its
// authority, and a review-role outside an import, are unique within the agency.
std::string ScopeOf(const v1::Reference& reference, std::string_view agency,
                    std::string_view import);

// What is wrong with the value under its scheme; nothing when all is well or the scheme has no
// check. A reference with such a fault links nothing.
std::optional<std::string> ReferenceFault(const v1::Reference& reference);

// [a-z0-9-]{1,64}.
bool IsAgencyName(std::string_view name);

}  // namespace throughline::contact
