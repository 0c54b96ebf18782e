#include "engine/identity/bound.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "engine/identity/fields.h"
#include "engine/identity/weigh.h"

namespace throughline::identity {
namespace {

using namespace levels;

// More than sums of a few numbers may lose by rounding.
constexpr double kSlack = 1e-6;
// Of letters: Compare of prepared.h takes two changes for close in words of eight letters or more,
// which are of six at least in the other.
constexpr std::size_t kShortWord = 5;

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

  // At one of these levels; of those by share, one that agrees in what at least so many share.
  void Add(Field field, std::initializer_list<std::size_t> may_be, double share = 0) {
    Begin(false);
    for (const std::size_t level : may_be) MayBe(field, level, share);
    End();
  }

  // The same step by step. `none`: or it is not known.
  void Begin(bool none) {
    const double least = none ? 0 : std::numeric_limits<double>::infinity();
    now_ = {.same = -least, .sibling = least, .twin = least};
  }
  void MayBe(Field field, std::size_t level, double share = 0) {
    const Evidence evidence = p_.EvidenceAt(field, level, share);
    now_.same = std::max(now_.same, evidence.same);
    now_.sibling = std::min(now_.sibling, evidence.sibling - evidence.same);
    now_.twin = std::min(now_.twin, evidence.twin - evidence.same);
  }
  void End() {
    all_.same += now_.same;
    all_.sibling += now_.sibling;
    all_.twin += now_.twin;
  }

  double Most(bool multiple) const {
    return -std::log2(std::exp2(-all_.same) + std::exp2(p_.sibling_bits() + all_.sibling) +
                      std::exp2(p_.twin_bits(multiple) + all_.twin)) +
           kSlack;
  }

 private:
  const Parameters& p_;
  Evidence all_;
  Evidence now_;
};

Bound::Bound(const Parameters& parameters, const Prepared& of)
    : p_(parameters), of_(FeaturesOf(parameters, of)) {
  for (const PreparedName& name : of.names) AddOwn(name);
  std::sort(own_.begin(), own_.end(), [](const Own& a, const Own& b) { return a.word < b.word; });
  for (const auto& birth : of.evidence.births()) births_.push_back(DateOf(birth.earliest()));
}

void Bound::AddOwn(const PreparedName& name) {
  double rarest_forename = 1;
  double rarest_surname = 1;
  for (const Token& token : name.tokens) {
    const Word& word = *token.word;
    for (const std::uint16_t feature : WordFeatures(token, true))
      own_.push_back({feature, word.forename_share, word.surname_share});
    rarest_forename = std::min(rarest_forename, word.forename_share);
    rarest_surname = std::min(rarest_surname, word.surname_share);
    const int changes = token.text.size() <= kShortWord ? 1 : 2;
    signatures_.push_back({LettersOf(token.text), 2 * changes});
  }
  // What stands for several words agrees in any of them.
  std::vector<std::string_view> several{name.whole};
  for (const Reading* reading : {&name.usual, &name.turned}) {
    if (reading->given.size() > 1) several.push_back(reading->joined);
  }
  for (const std::string_view word : several)
    own_.push_back({WordFeature(p_, word), rarest_forename, rarest_surname});
}

double Bound::AtMost(std::string_view digest) {
  if (!ParseDigest(digest, other_)) return std::numeric_limits<double>::infinity();
  if (of_.household != other_.household) return kNever;
  Sum sum(p_);
  AddNames(sum);
  AddBirths(sum);
  AddSexes(sum);
  AddAddresses(sum);
  AddSchools(sum);
  AddParents(sum);
  AddReferences(sum);
  return sum.Most(of_.multiple || other_.multiple);
}

Bound::Shared Bound::SharedWords() const {
  Shared shared;
  auto theirs = other_.words.begin();
  for (const Own& own : own_) {
    while (theirs != other_.words.end() && *theirs < own.word) ++theirs;
    if (theirs == other_.words.end()) break;
    if (*theirs != own.word) continue;
    shared.any = true;
    shared.forename_share = std::min(shared.forename_share, own.forename_share);
    shared.surname_share = std::min(shared.surname_share, own.surname_share);
  }
  return shared;
}

bool Bound::MayBeClose() const {
  return std::any_of(signatures_.begin(), signatures_.end(), [&](const Signature& own) {
    return std::any_of(other_.letters.begin(), other_.letters.end(), [&](std::uint16_t theirs) {
      return std::popcount(static_cast<unsigned>(own.letters ^ theirs)) <= own.most;
    });
  });
}

// A word of the one's names is one of the other's parents'.
bool Bound::MayBeParents() const {
  const auto among = [](const std::vector<std::uint16_t>& words,
                        const std::vector<std::uint8_t>& parents) {
    return std::any_of(words.begin(), words.end(), [&](std::uint16_t word) {
      return std::binary_search(parents.begin(), parents.end(), static_cast<std::uint8_t>(word));
    });
  };
  return among(of_.words, other_.parents_words) || among(other_.words, of_.parents_words);
}

void Bound::AddNames(Sum& sum) const {
  if (of_.words.empty() || other_.words.empty()) return;
  const Shared shared = SharedWords();
  const bool close = MayBeClose();
  sum.Begin(true);
  sum.MayBe(Field::kOrder, kStraight);
  sum.MayBe(Field::kOrder, kSwapped);
  sum.End();
  AddForename(shared, close, sum);
  AddSurname(shared, close, sum);
}

void Bound::AddForename(const Shared& shared, bool close, Sum& sum) const {
  const auto may_be = [&](std::size_t level, double share = 0) {
    sum.MayBe(Field::kForename, level, share);
  };
  const bool partial = of_.partial || other_.partial;
  sum.Begin(partial);
  if (shared.any) {
    may_be(kExact, shared.forename_share);
    may_be(kVariant, shared.forename_share);
    may_be(kOtherName, p_.unlisted().forename_share);
  }
  if (close) may_be(kClose);
  if (of_.initials || other_.initials) {
    may_be(kInitial);
    may_be(kInitialDiffers);
  }
  if (partial) may_be(kPlaceholderDiffers);
  if (of_.two_names && other_.two_names) may_be(kDiffersTwoNames);
  may_be(kDiffers);
  sum.End();
}

void Bound::AddSurname(const Shared& shared, bool close, Sum& sum) const {
  const auto may_be = [&](std::size_t level, double share = 0) {
    sum.MayBe(Field::kSurname, level, share);
  };
  // One name that was written as two has no surname.
  sum.Begin(of_.partial || other_.partial || shared.any);
  if (shared.any) {
    may_be(kSurnameExact, shared.surname_share);
    may_be(kSurnameVariant, shared.surname_share);
    may_be(kPart, p_.unlisted().surname_share);
  }
  if (close) may_be(kSurnameClose);
  if (MayBeParents()) may_be(kParentsName, p_.unlisted().surname_share);
  may_be(kSurnameDiffers);
  sum.End();
}

void Bound::AddBirths(Sum& sum) const {
  if (births_.empty() || other_.births.empty()) return;
  const bool vague = of_.vague || other_.vague;
  double most = -std::numeric_limits<double>::infinity();
  for (const std::uint16_t since : other_.births) {
    if (vague) break;
    const Date theirs = DateOf(kFirstBirth + since);
    for (const Date& own : births_) most = std::max(most, BitsOf(CompareDates(own, theirs)));
  }
  sum.Begin(false);
  for (std::size_t level = 0; level <= static_cast<std::size_t>(BirthLevel::kDiffers); ++level) {
    if (vague || BitsOf(static_cast<BirthLevel>(level)) == most)
      sum.MayBe(Field::kBirth, level, kLeastSpan);
  }
  sum.End();
}

double Bound::BitsOf(BirthLevel level) const {
  return p_.LevelOf(Field::kBirth, static_cast<std::size_t>(level)).evidence.same;
}

void Bound::AddSexes(Sum& sum) const {
  if (!(of_.female || of_.male) || !(other_.female || other_.male)) return;
  const bool same = (of_.female && other_.female) || (of_.male && other_.male);
  sum.Add(Field::kSex, {same ? kSame : kNotSame});
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
  sum.Begin(false);
  for (std::size_t level = nearest; level <= kElsewhere; ++level) sum.MayBe(Field::kAddress, level);
  sum.End();
}

void Bound::AddSchools(Sum& sum) const {
  if (of_.schools.empty() || other_.schools.empty()) return;
  if (Meet(of_.schools, other_.schools)) return sum.Add(Field::kSchool, {kSame, kNotSame});
  sum.Add(Field::kSchool, {kNotSame});
}

void Bound::AddParents(Sum& sum) const {
  if (of_.parents_words.empty() || other_.parents_words.empty()) return;
  if (of_.parents_called.empty() || other_.parents_called.empty()) {
    sum.Begin(true);
    sum.MayBe(Field::kParents, kOtherParent);
    return sum.End();
  }
  if (!Meet(of_.parents_called, other_.parents_called))
    return sum.Add(Field::kParents, {kOtherParent});
  const double forename = p_.unlisted().forename_share;
  sum.Begin(false);
  sum.MayBe(Field::kParents, kSameName, forename * p_.unlisted().surname_share);
  sum.MayBe(Field::kParents, kSameForename, forename);
  sum.MayBe(Field::kParents, kOtherParent);
  sum.End();
}

void Bound::AddReferences(Sum& sum) const {
  if (Meet(of_.references, other_.references)) {
    sum.Begin(true);
    sum.MayBe(Field::kReference, kSame);
    sum.MayBe(Field::kReference, kNotSame);
    return sum.End();
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
  sum.Begin(!comparable);
  sum.MayBe(Field::kReference, kNotSame);
  sum.End();
}

}  // namespace throughline::identity
