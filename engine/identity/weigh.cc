#include "engine/identity/weigh.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "engine/identity/births.h"
#include "engine/identity/fields.h"

namespace throughline::identity {
namespace {

constexpr double kWorthShowing = 0.05;

bool IsHousehold(const v1::IdentityEvidence& evidence) {
  const auto& kinds = evidence.person_kinds();
  return std::find(kinds.begin(), kinds.end(), "household") != kinds.end();
}

class Weigher {
 public:
  Weigher(const Parameters& parameters, const Prepared& a, const Prepared& b)
      : p_(parameters), a_(a), b_(b) {}

  // Where `explanation` is not null, it is filled in.
  double Run(Explanation* explanation) {
    if (IsHousehold(a_.evidence) != IsHousehold(b_.evidence)) {
      if (explanation != nullptr) *explanation = {kNever, {{"person_kind", "differs", kNever}}};
      return kNever;
    }
    AddNames(CompareNames(p_, a_, b_));
    AddBirths();
    Add(Field::kSex, CompareSexes(a_.evidence, b_.evidence));
    Add(Field::kAddress, CompareAddresses(a_.evidence, b_.evidence));
    Add(Field::kSchool, CompareSchools(a_.evidence, b_.evidence));
    if (const auto parents = CompareParents(p_, a_.parents, b_.parents))
      Add(Field::kParents, parents->level, parents->share);
    Add(Field::kReference, CompareReferences(a_.evidence, b_.evidence));
    const double relatives = Relatives();
    if (explanation != nullptr) Explain(relatives, *explanation);
    return sum_.same + relatives;
  }

 private:
  struct Step {
    std::size_t level = 0;
    double bits = 0;
  };

  void Add(Field field, std::optional<std::size_t> level, double share = 0) {
    if (!level.has_value()) return;
    const Evidence evidence = p_.EvidenceAt(field, *level, share);
    steps_[static_cast<std::size_t>(field)] = Step{*level, evidence.same};
    sum_.same += evidence.same;
    sum_.sibling += evidence.sibling;
    sum_.twin += evidence.twin;
  }

  void AddNames(const NameAgreement& names) {
    if (names.order) Add(Field::kOrder, *names.order);
    if (names.forename) Add(Field::kForename, names.forename->level, names.forename->share);
    if (names.surname) Add(Field::kSurname, names.surname->level, names.surname->share);
  }

  void AddBirths() {
    std::optional<BirthAgreement> best;
    double most = 0;
    for (const auto& x : a_.evidence.births()) {
      for (const auto& y : b_.evidence.births()) {
        const BirthAgreement one = CompareBirths(x, y);
        const double bits =
            p_.EvidenceAt(Field::kBirth, static_cast<std::size_t>(one.level), one.span).same;
        if (best && bits <= most) continue;
        best = one;
        most = bits;
      }
    }
    if (best) Add(Field::kBirth, static_cast<std::size_t>(best->level), best->span);
  }

  // Two persons are not only strangers: what brothers, sisters and twins would share as well
  // speaks the less for one person.
  double Relatives() const {
    const double sibling = p_.sibling_bits() + sum_.sibling;
    const double twin = p_.twin_bits(a_.multiple_birth || b_.multiple_birth) + sum_.twin;
    return -std::log2(1 + std::exp2(sibling) + std::exp2(twin));
  }

  void Explain(double relatives, Explanation& explanation) const {
    explanation.bits = sum_.same + relatives;
    for (std::size_t field = 0; field < kFields; ++field) {
      if (!steps_[field]) continue;
      const auto which = static_cast<Field>(field);
      explanation.fields.push_back({std::string(Parameters::FieldName(which)),
                                    p_.LevelOf(which, steps_[field]->level).name,
                                    steps_[field]->bits});
    }
    if (relatives < -kWorthShowing)
      explanation.fields.push_back({"relatives", "would_share_this", relatives});
  }

  const Parameters& p_;
  const Prepared& a_;
  const Prepared& b_;
  std::array<std::optional<Step>, kFields> steps_;
  Evidence sum_;
};

}  // namespace

Explanation Weigh(const Parameters& parameters, const Prepared& a, const Prepared& b) {
  Explanation explanation;
  Weigher(parameters, a, b).Run(&explanation);
  return explanation;
}

Explanation Weigh(const Parameters& parameters, const v1::IdentityEvidence& a,
                  const v1::IdentityEvidence& b) {
  return Weigh(parameters, Prepared(parameters, a), Prepared(parameters, b));
}

double Bits(const Parameters& parameters, const Prepared& a, const Prepared& b) {
  return Weigher(parameters, a, b).Run(nullptr);
}

}  // namespace throughline::identity
