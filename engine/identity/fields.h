#pragma once

#include <optional>
#include <vector>

#include "engine/identity/parameters.h"
#include "engine/identity/prepared.h"
#include "throughline/v1/identity.pb.h"

// At which level of the parameters two records agree in each field. Nothing: one of them does not
// know it. Symmetric. Of several values the pair counts that says most for one person.
namespace throughline::identity {

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

}  // namespace throughline::identity
