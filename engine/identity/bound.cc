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

// What the levels that a field may be at say at most.
struct Bound::Range {
  double same = -std::numeric_limits<double>::infinity();
  double sibling = std::numeric_limits<double>::infinity();  // less `same`, at least
  double twin = std::numeric_limits<double>::infinity();     // less `same`, at least

  void MayBe(const Evidence& evidence) {
    same = std::max(same, evidence.same);
    sibling = std::min(sibling, evidence.sibling - evidence.same);
    twin = std::min(twin, evidence.twin - evidence.same);
  }
  void MayBeUnknown() { MayBe({}); }
  Range operator|(const Range& other) const {
    return {std::max(same, other.same), std::min(sibling, other.sibling),
            std::min(twin, other.twin)};
  }
};

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

Bound::Range Bound::At(Field field, std::initializer_list<std::size_t> may_be, double share) const {
  Range range;
  for (const std::size_t level : may_be) range.MayBe(p_.EvidenceAt(field, level, share));
  return range;
}

Bound::Bound(const Parameters& parameters, const Prepared& of)
    : p_(parameters), of_(FeaturesOf(parameters, of)) {
  for (const PreparedName& name : of.names) AddOwn(name);
  for (const PreparedName& name : of.parents) AddParent(name);
  std::sort(own_.begin(), own_.end(), [](const Own& a, const Own& b) { return a.word < b.word; });
  for (const auto& birth : of.evidence.births()) births_.push_back(DateOf(birth.earliest()));
}

void Bound::AddOwn(const PreparedName& name) {
  double rarest_forename = 1;
  double rarest_surname = 1;
  std::uint64_t all = 0;
  for (const Token& token : name.tokens) {
    const Word& word = *token.word;
    // Beyond the most that can be told apart two are taken for one twice.
    const std::uint64_t place = tokens_ < 63 ? std::uint64_t{1} << tokens_++ : ~std::uint64_t{0};
    all |= place;
    for (const std::uint16_t feature : WordFeatures(token, true))
      own_.push_back({feature, word.forename_share, word.surname_share, place});
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
    own_.push_back({WordFeature(p_, word), rarest_forename, rarest_surname, all});
}

void Bound::AddParent(const PreparedName& name) {
  const auto& [given, family, joined] = name.usual;
  for (const std::size_t i : family) {
    parents_surname_share_ = std::min(parents_surname_share_, name.tokens[i].word->surname_share);
    for (const std::uint16_t feature : WordFeatures(name.tokens[i], true))
      parents_families_.push_back(static_cast<std::uint8_t>(feature));
  }
  if (given.empty()) return;
  parents_forename_share_ =
      std::min(parents_forename_share_, name.tokens[given.front()].word->forename_share);
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
    shared.tokens |= own.tokens;
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

// Forename and surname agree by different words of ours: where only one word is shared, but one of
// them does. Only the other's forename may be a word of ours that is part of its surname too.
void Bound::AddNames(Sum& sum) const {
  if (of_.words.empty() || other_.words.empty()) return;
  Range order = At(Field::kOrder, {kStraight, kSwapped});
  order.MayBeUnknown();
  sum.Add(order);
  const Shared shared = SharedWords();
  const bool close = MayBeClose();
  const Range no_forename = OtherForename(close);
  const Range no_surname = OtherSurname(close, shared.tokens != 0);
  if (shared.tokens == 0) {
    sum.Add(no_forename);
    return sum.Add(no_surname);
  }
  const Range among = At(Field::kForename, {kOtherName}, p_.unlisted().forename_share);
  const Range part = At(Field::kSurname, {kPart}, p_.unlisted().surname_share);
  const Range forename = among | At(Field::kForename, {kExact, kVariant}, shared.forename_share);
  const Range surname =
      part | At(Field::kSurname, {kSurnameExact, kSurnameVariant}, shared.surname_share);
  Range first = forename | no_forename;
  const Range last = surname | no_surname;
  if (std::has_single_bit(shared.tokens)) {
    const double best = std::max({forename.same + no_surname.same, no_forename.same + surname.same,
                                  among.same + part.same, no_forename.same + no_surname.same});
    first.same = best - last.same;
  }
  sum.Add(first);
  sum.Add(last);
}

// Where no more of it agrees than a few letters.
Bound::Range Bound::OtherForename(bool close) const {
  Range range = At(Field::kForename, {kDiffers});
  if (of_.partial || other_.partial) {
    range.MayBeUnknown();
    range = range | At(Field::kForename, {kPlaceholderDiffers});
  }
  if (close) range = range | At(Field::kForename, {kClose});
  if (of_.initials || other_.initials)
    range = range | At(Field::kForename, {kInitial, kInitialDiffers});
  if (of_.two_names && other_.two_names) range = range | At(Field::kForename, {kDiffersTwoNames});
  return range;
}

// `shared`: one name may have been written as two, which then has no surname.
Bound::Range Bound::OtherSurname(bool close, bool shared) const {
  Range range = At(Field::kSurname, {kSurnameDiffers});
  if (of_.partial || other_.partial || shared) range.MayBeUnknown();
  if (close) range = range | At(Field::kSurname, {kSurnameClose});
  if (MayBeParents())
    range = range | At(Field::kSurname, {kParentsName}, p_.unlisted().surname_share);
  return range;
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
  Range range;
  for (std::size_t level = 0; level <= static_cast<std::size_t>(BirthLevel::kDiffers); ++level) {
    if (vague || BitsOf(static_cast<BirthLevel>(level)) == most)
      range.MayBe(p_.EvidenceAt(Field::kBirth, level, kLeastSpan));
  }
  sum.Add(range);
}

double Bound::BitsOf(BirthLevel level) const {
  return p_.LevelOf(Field::kBirth, static_cast<std::size_t>(level)).evidence.same;
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
      range = range |
              At(Field::kParents, {kSameName}, parents_forename_share_ * parents_surname_share_);
    }
    range = range | At(Field::kParents, {kSameForename}, parents_forename_share_);
  }
  sum.Add(range);
}

void Bound::AddReferences(Sum& sum) const {
  Range range = At(Field::kReference, {kNotSame});
  if (Meet(of_.references, other_.references)) {
    range.MayBeUnknown();
    return sum.Add(range | At(Field::kReference, {kSame}));
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
