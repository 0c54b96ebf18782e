#include "engine/identity/strong.h"

#include <algorithm>

#include "engine/identity/births.h"
#include "engine/identity/fields.h"
#include "engine/identity/prepared.h"

namespace throughline::identity {
namespace {

enum class Verdict { kUnknown, kAgrees, kDisagrees };

constexpr std::size_t kLeastTransposed = 5;

bool Transposed(const std::string& a, const std::string& b) {
  if (a.size() != b.size() || a.size() < kLeastTransposed || a.front() != b.front()) return false;
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin());
  if (x == a.end() || x + 1 == a.end()) return false;
  return *x == *(y + 1) && *(x + 1) == *y && std::equal(x + 2, a.end(), y + 2);
}

bool SameForename(const Token& a, const Token& b) {
  const Alike alike = Compare(a, b, false);
  return alike == Alike::kSame || alike == Alike::kVariant || Transposed(a.text, b.text);
}

bool SameGiven(const PreparedName& a, const Reading& of_a, const PreparedName& b,
               const Reading& of_b) {
  if (of_a.given.empty() || of_b.given.empty()) return false;
  return of_a.joined == of_b.joined ||
         SameForename(a.tokens[of_a.given.front()], b.tokens[of_b.given.front()]);
}

bool SameFamily(const PreparedName& a, const Reading& of_a, const PreparedName& b,
                const Reading& of_b) {
  for (const std::size_t i : of_a.family) {
    for (const std::size_t j : of_b.family) {
      const Alike alike = Compare(a.tokens[i], b.tokens[j], true);
      if (alike == Alike::kSame || alike == Alike::kVariant) return true;
    }
  }
  return false;
}

// The same words in turned order.
bool Turned(const PreparedName& a, const PreparedName& b) {
  return SameGiven(a, a.usual, b, b.turned) && SameFamily(a, a.usual, b, b.turned);
}

const Token& Called(const PreparedName& name) { return name.tokens[name.usual.given.front()]; }

bool CommonAlone(const PreparedName& name) { return Called(name).word->first_of_many; }

// Unknown Hamid: the word behind may be the only name, or the family's.
Verdict JudgeOneName(const PreparedName& one, const PreparedName& other) {
  if (one.tokens.empty() || other.usual.given.empty()) return Verdict::kUnknown;
  const Token& word = one.tokens.back();
  if (SameForename(word, Called(other)) || other.whole == word.text) return Verdict::kAgrees;
  const auto& family = other.usual.family;
  const bool shared = std::any_of(family.begin(), family.end(), [&](std::size_t i) {
    return Compare(word, other.tokens[i], true) >= Alike::kVariant;
  });
  return shared ? Verdict::kUnknown : Verdict::kDisagrees;
}

Verdict Judge(const PreparedName& a, const PreparedName& b) {
  if (a.placeholder && b.placeholder && a.number != 0 && b.number != 0 && a.number != b.number)
    return Verdict::kDisagrees;
  if (a.placeholder || b.placeholder) return Verdict::kUnknown;
  if (a.not_known || b.not_known) return JudgeOneName(a.not_known ? a : b, a.not_known ? b : a);
  if (a.usual.given.empty() || b.usual.given.empty()) return Verdict::kUnknown;
  const Token& x = Called(a);
  const Token& y = Called(b);
  if (x.initial() || y.initial())
    return x.text.front() == y.text.front() ? Verdict::kUnknown : Verdict::kDisagrees;
  if (CommonAlone(a) || CommonAlone(b)) return Verdict::kUnknown;
  if (a.whole == b.whole) return Verdict::kAgrees;
  if (SameGiven(a, a.usual, b, b.usual)) {
    const bool doubtful = a.family_may_be_first || b.family_may_be_first;
    const bool both = !a.turned.given.empty() && !b.turned.given.empty();
    if (!doubtful || !both || SameGiven(a, a.turned, b, b.turned)) return Verdict::kAgrees;
    return Verdict::kDisagrees;
  }
  if (Turned(a, b) || Turned(b, a)) return Verdict::kAgrees;
  return Verdict::kDisagrees;
}

struct BorneNames {
  BorneNames(const Parameters& parameters, const v1::IdentityEvidence& of)
      : multiple_birth(of.multiple_birth()) {
    for (const std::string& name : of.names()) {
      prepared.push_back(PrepareName(parameters, name));
      multiple_birth |= prepared.back().multiple;
    }
  }
  std::vector<PreparedName> prepared;
  bool multiple_birth;
};

// Most who bear one number are written alike: no other name is looked at then.
bool BearTheSame(const Parameters& parameters, const v1::IdentityEvidence& a,
                 const v1::IdentityEvidence& b) {
  return std::any_of(a.names().begin(), a.names().end(), [&](const std::string& name) {
    if (std::find(b.names().begin(), b.names().end(), name) == b.names().end()) return false;
    const PreparedName prepared = PrepareName(parameters, name);
    return Judge(prepared, prepared) == Verdict::kAgrees;
  });
}

Verdict JudgeForenames(const BorneNames& a, const BorneNames& b) {
  Verdict verdict = Verdict::kUnknown;
  for (const PreparedName& x : a.prepared) {
    for (const PreparedName& y : b.prepared) {
      const Verdict one = Judge(x, y);
      if (one == Verdict::kAgrees) return one;
      if (one == Verdict::kDisagrees) verdict = one;
    }
  }
  return verdict;
}

bool SexDiffers(const v1::IdentityEvidence& a, const v1::IdentityEvidence& b) {
  return CompareSexes(a, b) == std::size_t{1};
}

Verdict JudgeBirths(const v1::IdentityEvidence& a, const v1::IdentityEvidence& b) {
  if (a.births().empty() || b.births().empty()) return Verdict::kUnknown;
  for (const auto& x : a.births()) {
    for (const auto& y : b.births()) {
      const BirthLevel level = CompareBirths(x, y).level;
      if (level == BirthLevel::kExact || level == BirthLevel::kSwapped ||
          level == BirthLevel::kBothFirstOfJanuary || level == BirthLevel::kFirstOfJanuary ||
          level == BirthLevel::kWithin) {
        return Verdict::kAgrees;
      }
    }
  }
  return Verdict::kDisagrees;
}

}  // namespace

StrongAgreement Agree(const Parameters& parameters, const v1::IdentityEvidence& a,
                      const v1::IdentityEvidence& b) {
  StrongAgreement agreement;
  if (JudgeBirths(a, b) == Verdict::kDisagrees) agreement.disagrees.emplace_back("date of birth");
  if (!BearTheSame(parameters, a, b)) {
    const BorneNames x(parameters, a);
    const BorneNames y(parameters, b);
    const Verdict forename = JudgeForenames(x, y);
    const bool named = !x.prepared.empty() && !y.prepared.empty();
    if (forename == Verdict::kDisagrees) {
      agreement.disagrees.emplace_back("forename");
    } else if (forename == Verdict::kUnknown && named && (x.multiple_birth || y.multiple_birth)) {
      agreement.disagrees.emplace_back("forename not known at a multiple birth");
    }
    // Where no forename tells a brother from his twin sister, what was stated of their sex does.
    if (forename == Verdict::kUnknown && SexDiffers(a, b)) agreement.disagrees.emplace_back("sex");
  }
  agreement.links = agreement.disagrees.empty();
  return agreement;
}

}  // namespace throughline::identity
