#include "engine/identity/fields.h"

#include <algorithm>
#include <string_view>

#include "engine/identity/text.h"

namespace throughline::identity {
namespace {

using namespace levels;

bool Agrees(Alike alike) { return alike == Alike::kSame || alike == Alike::kVariant; }

double Share(const Token& a, const Token& b, bool surname) {
  return surname ? std::max(a.word->surname_share, b.word->surname_share)
                 : std::max(a.word->forename_share, b.word->forename_share);
}

// What one is called by among the other's own names.
bool AmongGiven(const Token& called, const PreparedName& other, const Reading& reading) {
  return std::any_of(reading.given.begin(), reading.given.end(), [&](std::size_t i) {
    const Token& token = other.tokens[i];
    return !token.initial() && Agrees(Compare(called, token, false));
  });
}

bool TwoNames(const PreparedName& name, const Reading& reading) {
  return std::any_of(reading.family.begin(), reading.family.end(),
                     [&](std::size_t i) { return name.tokens[i].word->two_names; });
}

std::optional<Agreement> CompareForenames(const PreparedName& a, const Reading& of_a,
                                          const PreparedName& b, const Reading& of_b) {
  if (a.placeholder || b.placeholder) {
    const bool numbered = a.placeholder && b.placeholder && a.number != 0 && b.number != 0;
    if (numbered && a.number != b.number) return Agreement{kPlaceholderDiffers, 0};
    return std::nullopt;
  }
  if (of_a.given.empty() || of_b.given.empty()) return std::nullopt;
  const Token& x = a.tokens[of_a.given.front()];
  const Token& y = b.tokens[of_b.given.front()];
  if (x.initial() || y.initial())
    return Agreement{x.text.front() == y.text.front() ? kInitial : kInitialDiffers, 0};
  const Alike alike = Compare(x, y, false);
  const double share = Share(x, y, false);
  if (alike == Alike::kSame || of_a.joined == of_b.joined) return Agreement{kExact, share};
  if (alike == Alike::kVariant) return Agreement{kVariant, share};
  if (AmongGiven(x, b, of_b)) return Agreement{kOtherName, x.word->forename_share};
  if (AmongGiven(y, a, of_a)) return Agreement{kOtherName, y.word->forename_share};
  if (alike == Alike::kClose) return Agreement{kClose, 0};
  return Agreement{TwoNames(a, of_a) && TwoNames(b, of_b) ? kDiffersTwoNames : kDiffers, 0};
}

// One part of a family's name among all the words of the other behind what they are called by.
const Token* PartIn(const PreparedName& a, const Reading& of_a, const PreparedName& b,
                    const Reading& of_b) {
  const Token* rarest = nullptr;
  for (const std::size_t i : of_a.family) {
    const Token& part = a.tokens[i];
    for (std::size_t j = 0; j < b.tokens.size(); ++j) {
      if (!of_b.given.empty() && of_b.given.front() == j) continue;
      if (!Agrees(Compare(part, b.tokens[j], true))) continue;
      if (rarest == nullptr || part.word->surname_share < rarest->word->surname_share)
        rarest = &part;
    }
  }
  return rarest;
}

std::optional<Agreement> CompareSurnames(const PreparedName& a, const Reading& of_a,
                                         const PreparedName& b, const Reading& of_b) {
  if (of_a.family.empty() || of_b.family.empty()) return std::nullopt;
  if (of_a.family.size() == of_b.family.size()) {
    Alike least = Alike::kSame;
    double share = 1;
    for (std::size_t i = 0; i < of_a.family.size(); ++i) {
      const Token& x = a.tokens[of_a.family[i]];
      const Token& y = b.tokens[of_b.family[i]];
      least = std::min(least, Compare(x, y, true));
      share = std::min(share, Share(x, y, true));
    }
    if (least == Alike::kSame) return Agreement{kSurnameExact, share};
    if (least == Alike::kVariant) return Agreement{kSurnameVariant, share};
    if (least == Alike::kClose) return Agreement{kSurnameClose, 0};
  }
  const Token* part = PartIn(a, of_a, b, of_b);
  if (part == nullptr) part = PartIn(b, of_b, a, of_a);
  if (part != nullptr) return Agreement{kPart, part->word->surname_share};
  return Agreement{kSurnameDiffers, 0};
}

// The rarest last name of one that is among the names of the other's parents.
const Token* ParentsName(const Prepared& of, const Prepared& other) {
  const Token* rarest = nullptr;
  for (const PreparedName& name : of.names) {
    for (const std::size_t i : name.usual.family) {
      const Token& token = name.tokens[i];
      if (token.word->marker || token.initial()) continue;
      if (rarest != nullptr && token.word->surname_share >= rarest->word->surname_share) continue;
      for (const PreparedName& parent : other.parents) {
        if (std::any_of(parent.tokens.begin(), parent.tokens.end(), [&](const Token& of_parent) {
              return Agrees(Compare(token, of_parent, true));
            })) {
          rarest = &token;
        }
      }
    }
  }
  return rarest;
}

class BestName {
 public:
  explicit BestName(const Parameters& parameters) : p_(parameters) {}

  void Try(const PreparedName& a, const Reading& of_a, const PreparedName& b, const Reading& of_b,
           Order order) {
    NameAgreement one;
    one.forename = CompareForenames(a, of_a, b, of_b);
    one.surname = CompareSurnames(a, of_a, b, of_b);
    // One name that was written as two: zabi ullah.
    if (a.whole == b.whole && a.tokens.size() != b.tokens.size() && !a.whole.empty()) {
      one.surname.reset();
      one.forename = Agreement{kExact, Share(a.tokens.front(), b.tokens.front(), false)};
    }
    if (!one.forename && !one.surname) return;
    if (one.forename && one.surname) one.order = order;
    double bits = 0;
    if (one.order) bits += p_.EvidenceAt(Field::kOrder, *one.order).same;
    if (one.forename)
      bits += p_.EvidenceAt(Field::kForename, one.forename->level, one.forename->share).same;
    if (one.surname)
      bits += p_.EvidenceAt(Field::kSurname, one.surname->level, one.surname->share).same;
    if (any_ && bits <= bits_) return;
    any_ = true;
    bits_ = bits;
    best_ = one;
  }

  const NameAgreement& best() const { return best_; }

 private:
  const Parameters& p_;
  bool any_ = false;
  double bits_ = 0;
  NameAgreement best_;
};

bool HasDigit(std::string_view word) {
  return word.find_first_of("0123456789") != std::string_view::npos;
}

Address CompareOne(const v1::IdentityAddress& a, const v1::IdentityAddress& b) {
  const bool postcodes = !a.postcode().empty() && !b.postcode().empty();
  if (postcodes && District(a.postcode()) != District(b.postcode())) return kElsewhere;
  const Line x = LineOf(a.line());
  const Line y = LineOf(b.line());
  const bool numbers = !x.numbers.empty() && x.numbers == y.numbers;
  if (postcodes && a.postcode() != b.postcode()) return kSameDistrict;
  if (postcodes) {
    const bool same = numbers || (!a.line().empty() && a.line() == b.line());
    return same ? kSameAddress : kSamePostcode;
  }
  const bool street = numbers && !x.street.empty() && x.street == y.street;
  return street || (!a.line().empty() && a.line() == b.line()) ? kSameLine : kElsewhere;
}

}  // namespace

Line LineOf(std::string_view text) {
  Line line;
  for (const std::string_view word : Words(text)) {
    if (HasDigit(word)) {
      line.numbers.push_back(word);
      line.street = {};
    } else if (line.street.empty() && !line.numbers.empty()) {
      line.street = word;
    }
  }
  std::sort(line.numbers.begin(), line.numbers.end());
  return line;
}

std::string_view District(std::string_view postcode) {
  return postcode.substr(0, postcode.size() - std::min<std::size_t>(3, postcode.size()));
}

NameAgreement CompareNames(const Parameters& parameters, const Prepared& of_a,
                           const Prepared& of_b) {
  const auto& a = of_a.names;
  const auto& b = of_b.names;
  BestName best(parameters);
  for (const PreparedName& x : a) {
    for (const PreparedName& y : b) {
      best.Try(x, x.usual, y, y.usual, kStraight);
      if (!y.turned.family.empty()) best.Try(x, x.usual, y, y.turned, kSwapped);
      if (!x.turned.family.empty()) best.Try(x, x.turned, y, y.usual, kSwapped);
    }
  }
  NameAgreement agreement = best.best();
  if (agreement.surname && agreement.surname->level == kSurnameDiffers) {
    const Token* shared = ParentsName(of_a, of_b);
    if (shared == nullptr) shared = ParentsName(of_b, of_a);
    if (shared != nullptr) agreement.surname = Agreement{kParentsName, shared->word->surname_share};
  }
  return agreement;
}

std::optional<Agreement> CompareParents(const Parameters& parameters,
                                        const std::vector<PreparedName>& a,
                                        const std::vector<PreparedName>& b) {
  std::optional<Agreement> best;
  double most = 0;
  for (const PreparedName& x : a) {
    for (const PreparedName& y : b) {
      const auto forename = CompareForenames(x, x.usual, y, y.usual);
      if (!forename) continue;
      const auto surname = CompareSurnames(x, x.usual, y, y.usual);
      Agreement one{kOtherParent, 0};
      if (forename->level <= kVariant) {
        const bool both = surname && surname->level <= kSurnameVariant;
        one = both ? Agreement{kSameName, forename->share * surname->share}
                   : Agreement{kSameForename, forename->share};
      }
      const double bits = parameters.EvidenceAt(Field::kParents, one.level, one.share).same;
      if (best && bits <= most) continue;
      best = one;
      most = bits;
    }
  }
  return best;
}

std::optional<std::size_t> CompareSexes(const v1::IdentityEvidence& a,
                                        const v1::IdentityEvidence& b) {
  bool known_a = false;
  bool known_b = false;
  for (const std::string_view sex : {"female", "male"}) {
    const bool x = std::find(a.sexes().begin(), a.sexes().end(), sex) != a.sexes().end();
    const bool y = std::find(b.sexes().begin(), b.sexes().end(), sex) != b.sexes().end();
    if (x && y) return kSame;
    known_a |= x;
    known_b |= y;
  }
  if (!known_a || !known_b) return std::nullopt;
  return kNotSame;
}

std::optional<std::size_t> CompareAddresses(const v1::IdentityEvidence& a,
                                            const v1::IdentityEvidence& b) {
  if (a.addresses().empty() || b.addresses().empty()) return std::nullopt;
  std::size_t best = kElsewhere;
  for (const auto& x : a.addresses()) {
    for (const auto& y : b.addresses()) best = std::min<std::size_t>(best, CompareOne(x, y));
  }
  return best;
}

std::optional<std::size_t> CompareSchools(const v1::IdentityEvidence& a,
                                          const v1::IdentityEvidence& b) {
  if (a.schools().empty() || b.schools().empty()) return std::nullopt;
  for (const std::string& school : a.schools()) {
    if (std::find(b.schools().begin(), b.schools().end(), school) != b.schools().end())
      return kSame;
  }
  return kNotSame;
}

std::optional<std::size_t> CompareReferences(const v1::IdentityEvidence& a,
                                             const v1::IdentityEvidence& b) {
  std::optional<std::size_t> level;
  for (const auto& x : a.references()) {
    for (const auto& y : b.references()) {
      if (x.scheme() != y.scheme() || x.scope() != y.scope()) continue;
      if (x.value() == y.value()) return kSame;
      level = kNotSame;
    }
  }
  return level;
}

}  // namespace throughline::identity
