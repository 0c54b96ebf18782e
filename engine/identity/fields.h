#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/identity/parameters.h"
#include "engine/identity/prepared.h"
#include "throughline/v1/identity.pb.h"

// At which level of the parameters two records agree in each field. Nothing: one of them does not
// know it. Symmetric. Of several values the pair counts that says most for one person.
namespace throughline::identity {

// The levels' numbers: the order in which parameters.cc names them.
namespace levels {
enum Order : std::size_t { kStraight, kSwapped };
enum Forename : std::size_t {
  kExact,
  kVariant,
  kClose,
  kOtherName,
  kInitial,
  kInitialDiffers,
  kPlaceholderDiffers,
  kDiffersTwoNames,
  kDiffers
};
enum Surname : std::size_t {
  kSurnameExact,
  kSurnameVariant,
  kSurnameClose,
  kPart,
  kParentsName,
  kSurnameDiffers
};
enum SameOrNot : std::size_t { kSame, kNotSame };
enum Address : std::size_t { kSameAddress, kSameLine, kSamePostcode, kSameDistrict, kElsewhere };
enum Parent : std::size_t { kSameName, kSameForename, kOtherParent };
}  // namespace levels

struct Agreement {
  std::size_t level = 0;
  double share = 0;  // of persons who bear what agrees
};

struct NameAgreement {
  std::optional<std::size_t> order;
  std::optional<Agreement> forename;
  std::optional<Agreement> surname;
};

NameAgreement CompareNames(const Parameters& parameters, const Prepared& a, const Prepared& b);
std::optional<Agreement> CompareParents(const Parameters& parameters,
                                        const std::vector<PreparedName>& a,
                                        const std::vector<PreparedName>& b);
std::optional<std::size_t> CompareSexes(const v1::IdentityEvidence& a,
                                        const v1::IdentityEvidence& b);
std::optional<std::size_t> CompareAddresses(const v1::IdentityEvidence& a,
                                            const v1::IdentityEvidence& b);
std::optional<std::size_t> CompareSchools(const v1::IdentityEvidence& a,
                                          const v1::IdentityEvidence& b);
std::optional<std::size_t> CompareReferences(const v1::IdentityEvidence& a,
                                             const v1::IdentityEvidence& b);

// What two addresses are compared by.
struct Line {
  std::vector<std::string_view> numbers;  // sorted
  std::string_view street;                // the first word behind the last number
};
// Views into the text.
Line LineOf(std::string_view text);
std::string_view District(std::string_view postcode);

}  // namespace throughline::identity
