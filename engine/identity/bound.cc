#include "engine/identity/bound.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "engine/identity/fields.h"
#include "engine/identity/weigh.h"

namespace throughline::identity {
namespace {

using namespace levels;

// More than sums of a few numbers may lose by rounding.
constexpr double kSlack = 1e-6;

template <typename T>
bool Meet(const std::vector<T>& a, const std::vector<T>& b) {
  auto x = a.begin();
  auto y = b.begin();
  while (x != a.end() && y != b.end()) {
    if (*x == *y) return true;
    *x < *y ? ++x : ++y;
  }
  return false;
}

}  // namespace

// The weight is
//   same - log2(1 + 2^(p + sibling) + 2^(q + twin))
//   = -log2(2^-same + 2^(p + sibling - same) + 2^(q + twin - same)),
// each a sum over the fields; so the most of `same`, and the least of the two differences, bound it
// field by field.
class Bound::Sum {
 public:
  explicit Sum(const Parameters& parameters) : p_(parameters) {}

  void Add(const Range& range) {
    same_ += range.same;
    sibling_ += range.sibling;
    twin_ += range.twin;
  }
  double Most(bool multiple) const {
    return -std::log2(std::exp2(-same_) + std::exp2(p_.sibling_bits() + sibling_) +
                      std::exp2(p_.twin_bits(multiple) + twin_)) +
           kSlack;
  }

 private:
  const Parameters& p_;
  double same_ = 0;
  double sibling_ = 0;
  double twin_ = 0;
};

Range Bound::At(Field field, std::initializer_list<std::size_t> may_be, double share) const {
  Range range;
  for (const std::size_t level : may_be) range.MayBe(p_.EvidenceAt(field, level, share));
  return range;
}

Bound::Bound(const Parameters& parameters, const Prepared& of)
    : p_(parameters), of_(FeaturesOf(parameters, of)), names_(parameters, of) {
  for (const PreparedName& name : of.parents) AddParent(name);
  births_ = {of.evidence.births().begin(), of.evidence.births().end()};
}

void Bound::AddParent(const PreparedName& name) {
  const auto& [given, family, joined] = name.usual;
  for (const std::size_t i : family) {
    parents_surname_share_ = std::min(parents_surname_share_, name.tokens[i].word->surname_share);
    for (const std::uint8_t feature : ParentFeatures(name.tokens[i]))
      parents_families_.push_back(feature);
  }
  if (given.empty()) return;
  parents_forename_share_ =
      std::min(parents_forename_share_, name.tokens[given.front()].word->forename_share);
}

double Bound::AtMost(std::string_view digest) {
  if (!ParseDigest(digest, other_)) return std::numeric_limits<double>::infinity();
  if (of_.household != other_.household) return kNever;
  Sum sum(p_);
  sum.Add(names_.AtMost(other_));
  AddBirths(sum);
  AddSexes(sum);
  AddAddresses(sum);
  AddSchools(sum);
  AddParents(sum);
  AddReferences(sum);
  return sum.Most(of_.multiple || other_.multiple);
}

// Those that say most for one person count: here all that say as much.
void Bound::AddBirths(Sum& sum) const {
  if (births_.empty() || other_.births.empty()) return;
  std::vector<Evidence> best;
  for (const BirthDays& days : other_.births) {
    v1::IdentityBirth theirs;
    theirs.set_earliest(kFirstBirth + days.earliest);
    theirs.set_latest(kFirstBirth + days.latest);
    for (const v1::IdentityBirth& own : births_) {
      const BirthAgreement one = CompareBirths(own, theirs);
      const Evidence evidence =
          p_.EvidenceAt(Field::kBirth, static_cast<std::size_t>(one.level), one.span);
      if (!best.empty() && evidence.same < best.front().same) continue;
      if (!best.empty() && evidence.same > best.front().same) best.clear();
      best.push_back(evidence);
    }
  }
  Range range;
  for (const Evidence& evidence : best) range.MayBe(evidence);
  sum.Add(range);
}

void Bound::AddSexes(Sum& sum) const {
  if (!(of_.female || of_.male) || !(other_.female || other_.male)) return;
  const bool same = (of_.female && other_.female) || (of_.male && other_.male);
  sum.Add(At(Field::kSex, {same ? kSame : kNotSame}));
}

void Bound::AddAddresses(Sum& sum) const {
  if (of_.addresses.empty() || other_.addresses.empty()) return;
  std::size_t nearest = kElsewhere;
  for (const std::uint16_t own : of_.addresses) {
    for (const std::uint16_t theirs : other_.addresses) {
      const auto differ = static_cast<std::uint16_t>(own ^ theirs);
      const bool postcodes = (own & kDistrictBits) != 0 && (theirs & kDistrictBits) != 0;
      const bool line = (differ & kLineBits) == 0 && (own & kLineBits) != 0;
      std::size_t level = kElsewhere;
      if (!postcodes) {
        level = line ? kSameLine : kElsewhere;
      } else if ((differ & kPostcodeBits) == 0) {
        level = line ? kSameAddress : kSamePostcode;
      } else if ((differ & kDistrictBits) == 0) {
        level = kSameDistrict;
      }
      nearest = std::min(nearest, level);
    }
  }
  Range range;
  for (std::size_t level = nearest; level <= kElsewhere; ++level)
    range.MayBe(p_.EvidenceAt(Field::kAddress, level));
  sum.Add(range);
}

void Bound::AddSchools(Sum& sum) const {
  if (of_.schools.empty() || other_.schools.empty()) return;
  if (Meet(of_.schools, other_.schools)) return sum.Add(At(Field::kSchool, {kSame, kNotSame}));
  sum.Add(At(Field::kSchool, {kNotSame}));
}

void Bound::AddParents(Sum& sum) const {
  if (of_.parents_words.empty() || other_.parents_words.empty()) return;
  Range range = At(Field::kParents, {kOtherParent});
  if (of_.parents_called.empty() || other_.parents_called.empty()) {
    range.MayBeUnknown();
  } else if (Meet(of_.parents_called, other_.parents_called)) {
    const bool surname =
        std::any_of(parents_families_.begin(), parents_families_.end(), [&](std::uint8_t family) {
          return std::binary_search(other_.parents_words.begin(), other_.parents_words.end(),
                                    family);
        });
    if (surname) {
      range.MayBe(
          At(Field::kParents, {kSameName}, parents_forename_share_ * parents_surname_share_));
    }
    range.MayBe(At(Field::kParents, {kSameForename}, parents_forename_share_));
  }
  sum.Add(range);
}

void Bound::AddReferences(Sum& sum) const {
  Range range = At(Field::kReference, {kNotSame});
  if (Meet(of_.references, other_.references)) {
    range.MayBeUnknown();
    range.MayBe(At(Field::kReference, {kSame}));
    return sum.Add(range);
  }
  bool comparable = false;
  bool perhaps = false;
  for (const std::uint8_t own : of_.references) {
    for (const std::uint8_t theirs : other_.references) {
      const bool scheme = (own & kSchemeBits) == (theirs & kSchemeBits);
      comparable |= scheme && (own & kSchemeBits) != 0;
      perhaps |= scheme;
    }
  }
  if (!perhaps) return;
  if (!comparable) range.MayBeUnknown();
  sum.Add(range);
}

}  // namespace throughline::identity
